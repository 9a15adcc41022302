package capacity

import (
	"context"
	"fmt"
	"testing"
	"time"

	"wavetank/scenarios/build"
	"wavetank/scenarios/file"
	"wavetank/sim"
	"wavetank/sim/engine"
	"wavetank/sim/fleet"
)

// built builds the text of a scenario.
func built(t *testing.T, text string) *build.Built {
	t.Helper()
	f, err := file.Read("s.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	b, err := build.Build(f)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// rates returns the table of a scenario under the levers of its first policy.
func rates(b *build.Built) *Asked {
	levers := b.Scenario.LeversOf(&b.Scenario.Policies[0])
	return New(b, levers, NewSamples(b)).Within(context.Background())
}

// attained returns the share in time, in percent, of the requests of a replication of a scenario of
// one model when n replicas of a deployment serve them.
func attained(t *testing.T, b *build.Built, d fleet.DeploymentID, n int) float64 {
	t.Helper()
	src, err := b.Requests(0)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	spec := undisturbed(b.Spec)
	replicas := make([]int, len(spec.Deployments))
	replicas[d] = n
	for i := range spec.Types {
		spec.Types[i].Max = n
	}
	table := rates(b)
	levers, err := table.make(spec)
	if err != nil {
		t.Fatal(err)
	}
	if levers.Allocator, err = newConstant(replicas); err != nil {
		t.Fatal(err)
	}
	count := &onTime{spec: spec}
	count.On(count.end, sim.RequestFinished, sim.RequestDropped, sim.RequestRejected, sim.RequestTimedOut)
	err = engine.Run(context.Background(), sim.Setup{
		Spec: spec, Arrivals: src, Levers: levers, Observers: []sim.Observer{count}, Seed: b.Scenario.Seed,
		Duration: time.Duration(b.Scenario.Duration), Drain: -1,
	})
	if err != nil {
		t.Fatal(err)
	}
	return 100 * count.met / count.all
}

type onTime struct {
	sim.Handlers
	spec     *fleet.Spec
	met, all float64
}

func (c *onTime) end(f *sim.Fact) {
	c.all++
	if f.Kind != sim.RequestFinished {
		return
	}
	o := c.spec.Objectives(f.Request)
	if f.Timings == nil && o.Met(0, 0, f.Span) || f.Timings != nil && o.Met(f.Timings.FirstToken, f.Timings.PerToken(f.Span, f.Request.Output), f.Span) {
		c.met++
	}
}

func TestExploreTruth(t *testing.T) {
	const text = `name: truth
seed: 3
duration: %ds
workload:
  - model: resnet
    variants: [resnet18]
    slo: {latency: 250ms, percentile: 99}
    arrivals: {gamma: {rate: %.6g/s, cv: 2}}
fleet: [{machine: aws/c7i.4xlarge, max: 16}]
batcher: nexus
policies: [static-peak]
`
	b := built(t, fmt.Sprintf(text, 3600, 20.0))
	for _, n := range []int{1, 2, 4, 8} {
		r, err := rates(b).Rate(0, n)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range []float64{.9, .97, 1, 1.03, 1.1} {
			fmt.Printf("%d replicas %.1f/s ×%.2f: %.2f\n", n, r, f, attained(t, built(t, fmt.Sprintf(text, int(400000/r), r*f)), 0, n))
		}
	}
}
