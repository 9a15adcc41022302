package capacity

import (
	"fmt"
	"strings"
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

// BenchmarkManyDeployments measures how long it takes to find one rate for each of 500 deployments.
func BenchmarkManyDeployments(b *testing.B) {
	var text strings.Builder
	text.WriteString("name: s\nduration: 45m\nbatcher: nexus\npolicies: [static-peak]\nmachines:\n")
	for i := range 125 {
		fmt.Fprintf(&text, "  - {name: box%d, cores: %d, memory: 64GiB, price: 1$/h}\n", i, 16+i)
	}
	text.WriteString("fleet:\n")
	for i := range 125 {
		fmt.Fprintf(&text, "  - {machine: box%d, max: 64}\n", i)
	}
	text.WriteString("workload:\n")
	for _, model := range []string{"bert", "vit", "resnet", "minilm"} {
		variant := map[string]string{"bert": "bert-base", "vit": "vit-base", "resnet": "resnet18", "minilm": "minilm-l6"}[model]
		fmt.Fprintf(&text, "  - {model: %s, variants: [%s], slo: {latency: 1s, percentile: 99}, arrivals: {gamma: {rate: 30/s, cv: 1.5}}}\n", model, variant)
	}
	made := prepared(b, func() (*file.Loaded, error) { return file.Read("s.yaml", []byte(text.String())) })
	if n := len(made.Spec.Deployments); n != 500 {
		b.Fatalf("%d deployments", n)
	}
	for b.Loop() {
		table := rates(made)
		for d := range made.Spec.Deployments {
			if _, err := table.Rate(fleet.DeploymentID(d), 1); err != nil {
				b.Fatal(err)
			}
		}
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
