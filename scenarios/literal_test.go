package scenarios

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"wavetank/policies/registry"
	"wavetank/scenarios/file"
	"wavetank/scenarios/library"
	"wavetank/sim/simtest/golden"
)

// literal sets the stages of an allocator to its original rule without any additions: it looks at
// the last window, one period ahead, with a fixed utilization, without a hold and without a backlog
// term, and a boot must pay for itself within one period. Allocators that scale one model at a time
// use the cheapest deployment.
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
		p.UseSpare, p.ErrorBudget = false, 1
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
		p.Period = 0 // 0 stands for the control period
	case *registry.Static:
		p.Plan, p.Capacity = "cheapest", "erlang"
	}
	a.Choose(name, params)
}

// shortenedThen has the changes to those old scenarios whose present versions need different ones.
var shortenedThen = map[string][]file.Change{
	"accuracy":    {{Path: "duration", Value: "6m"}, {Path: "warmup", Value: "1m"}},
	"flash-crowd": {{Path: "duration", Value: "4m"}, {Path: "warmup", Value: "30s"}, {Path: "workload[0].arrivals.day-curve.spikes[0].at", Value: "1m"}},
	"mixed-fleet": {{Path: "duration", Value: "3m"}, {Path: "warmup", Value: "30s"}},
	"quickstart":  {{Path: "duration", Value: "3m"}, {Path: "warmup", Value: "30s"}, {Path: "workload[0].arrivals.day-curve.at", Value: "2m"}},
}

// TestLiteralRulesDecideAsTheyDidBeforeThePipeline: this test uses the scenarios that were shipped
// before allocators had a level, a hold, a backlog term and simulated capacity. If all of these are
// turned off, the scenarios run as they did then. Two kinds of rows are newer. The metric of hpa
// now counts requests that pile up. In the scenario disaggregated, the router now counts a request
// as unfinished while its KV cache is on its way.
func TestLiteralRulesDecideAsTheyDidBeforeThePipeline(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("the fingerprints are those of amd64, as other architectures fuse multiplications and additions")
	}
	var table strings.Builder
	for _, name := range library.Names() {
		if slices.Contains([]string{"dead-time", "gateway", "retry-storm", "turns"}, name) {
			continue // these scenarios are newer
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
