package scenarios

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"wavetank/policies/registry"
	"wavetank/scenarios/file"
	"wavetank/scenarios/library"
	"wavetank/sim/simtest/golden"
)

// literal sets the stages of an allocator to the rule that its name says and nothing else: the last
// window, no hold, no backlog, one period ahead, a fixed utilization, boots paid back within one
// period. What follows one model at a time takes the cheapest deployment.
func literal(a *registry.Allocator) {
	name, params := a.Chosen()
	fresh, _ := a.Params(name)
	if params == nil {
		params = fresh
	}
	switch p := params.(type) {
	case *registry.Staged:
		usual := fresh.(*registry.Staged)
		p.Hold, p.KeepLoading, p.Backlog, p.Payback, p.Capacity = 0, false, false, 0, "utilization"
		p.Horizon = max(p.Horizon, 1)
		if p.Forecast.Label() == usual.Forecast.Label() && name != "auto-adjust" {
			p.Forecast.Choose("last", nil)
		}
		if name == "auto-adjust" && p.Forecast.Label() == usual.Forecast.Label() {
			p.Forecast.Choose("ridge", nil)
		}
		if name == "auto-adjust" && p.Alpha == usual.Alpha {
			p.Alpha = 0.3
		}
		if name == "follow" || name == "auto-adjust" {
			p.Plan = "cheapest"
		}
	case *registry.HPA:
		p.Period = 0 // the control period
	case *registry.Static:
		p.Plan, p.Capacity = "cheapest", "erlang"
	}
	a.Choose(name, params)
}

// shortenedThen are the changes to those scenarios of that time that are others now.
var shortenedThen = map[string][]file.Change{
	"accuracy":    {{Path: "duration", Value: "6m"}, {Path: "warmup", Value: "1m"}},
	"flash-crowd": {{Path: "duration", Value: "4m"}, {Path: "warmup", Value: "30s"}, {Path: "workload[0].arrivals.day-curve.spikes[0].at", Value: "1m"}},
	"mixed-fleet": {{Path: "duration", Value: "3m"}, {Path: "warmup", Value: "30s"}},
	"quickstart":  {{Path: "duration", Value: "3m"}, {Path: "warmup", Value: "30s"}, {Path: "workload[0].arrivals.day-curve.at", Value: "2m"}},
}

// TestLiteralRulesDecideAsTheyDidBeforeThePipeline: the shipped scenarios of the time before
// allocators had a level, a hold, a backlog term and simulated capacity run as they did then where
// all of these are off. The rows of hpa are newer where requests pile up: its metric counts them.
// Those of disaggregated are newer where the router counts requests: one whose KV cache is on its
// way is unfinished.
func TestLiteralRulesDecideAsTheyDidBeforeThePipeline(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("the fingerprints are those of amd64, as other architectures fuse multiplications and additions")
	}
	var table strings.Builder
	for _, name := range library.Names() {
		if name == "dead-time" { // which is newer
			continue
		}
		changes, other := shortenedThen[name]
		if !other {
			changes = shortened[name]
		}
		loaded, err := file.Load("testdata/7df8e8f/"+name+".yaml", changes)
		if err != nil {
			t.Fatal(err)
		}
		for p := range loaded.Scenario.Policies {
			literal(&loaded.Scenario.Policies[p].Allocator)
		}
		if loaded.Scenario.Batcher == nil {
			loaded.Scenario.Batcher = new(registry.Batcher)
			loaded.Scenario.Batcher.Choose("greedy", nil)
		}
		e := ready(t, loaded)
		for p := range e.Scenario.Policies {
			_, print := observed(t, e, p)
			fmt.Fprintf(&table, "%-16s %2d %016x\n", name, p, print)
		}
	}
	golden.Check(t, "testdata/fingerprints-literal.txt", table.String())
}
