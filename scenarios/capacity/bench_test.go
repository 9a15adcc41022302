package capacity

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"wavetank/scenarios/build"
	"wavetank/scenarios/file"
	"wavetank/sim/fleet"
)

// BenchmarkTable measures how long it takes to make the tables of shipped scenarios for 1 to 16
// replicas of every deployment.
func BenchmarkTable(b *testing.B) {
	for _, name := range []string{"quickstart", "azure-functions", "chat", "disaggregated", "agents"} {
		b.Run(name, func(b *testing.B) {
			made := prepared(b, func() (*file.Loaded, error) { return file.Load(name, []file.Change{{Path: "batcher", Value: "nexus"}}) })
			for b.Loop() {
				table := rates(made)
				for d := range made.Spec.Deployments {
					if _, err := table.Rate(fleet.DeploymentID(d), 16); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

// BenchmarkManyDeployments measures how long it takes to find one rate for each of 500
// deployments: four models with 125 variants each, no two of which take the same time. Two runs
// fill the table at the same time.
func BenchmarkManyDeployments(b *testing.B) {
	var models, workload strings.Builder
	for m := range 4 {
		fmt.Fprintf(&models, "  - name: m%d\n    variants:\n", m)
		for i := range 125 {
			fmt.Fprintf(&models, "      - {name: m%d-%d, accuracy: %d, weights: 100MB, devices: [{device: cpu, cores: 1, memory: 1GiB, latency: {fixed: %dms, each: %d.%02dms, max: 16}}]}\n",
				m, i, 50+m, 2+m+i%30, 5+7*m, i%100)
		}
		fmt.Fprintf(&workload, "  - {model: m%d, slo: {latency: 1s, percentile: 99}, arrivals: {gamma: {rate: 30/s, cv: 1.5}}}\n", m)
	}
	text := "name: s\nduration: 45m\nbatcher: nexus\npolicies: [static-peak]\nfleet: [{machine: aws/c7i.4xlarge, max: 64}]\nmodels:\n" +
		models.String() + "workload:\n" + workload.String()
	made := prepared(b, func() (*file.Loaded, error) { return file.Read("s.yaml", []byte(text)) })
	if n := len(made.Spec.Deployments); n != 500 {
		b.Fatalf("%d deployments", n)
	}
	for b.Loop() {
		table, n := rates(made), len(made.Spec.Deployments)
		var runs sync.WaitGroup
		for range 2 {
			runs.Go(func() {
				asked := table.Within(b.Context())
				for i := range n {
					if _, err := asked.Rate(fleet.DeploymentID((asked.First(n)+i)%n), 1); err != nil {
						b.Error(err)
					}
				}
			})
		}
		runs.Wait()
	}
}

// prepared builds a scenario.
func prepared(b *testing.B, load func() (*file.Loaded, error)) *build.Built {
	b.Helper()
	f, err := load()
	if err != nil {
		b.Fatal(err)
	}
	made, err := build.Build(f)
	if err != nil {
		b.Fatal(err)
	}
	return made
}
