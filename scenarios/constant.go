package scenarios

import (
	"context"
	"slices"
	"time"

	"wavetank/policies/allocation"
	"wavetank/policies/registry"
	"wavetank/scenarios/capacity"
	"wavetank/scenarios/file"
	"wavetank/scenarios/inorder"
	"wavetank/scenarios/reference"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// ConstantFleets plans constant fleets of an experiment, with the load known beforehand.
type ConstantFleets struct {
	Spec  *fleet.Spec      // with constant prices of machines: their mean prices in a run
	Loads []reference.Load // load of each model, in requests of the planned length per second

	// Measured is the mean load of each model in the measured part of the runs.
	Measured []float64

	policy *file.Policy
	given  registry.Context
}

// Constants returns a planner of constant fleets. The policy has the levers under which replicas
// serve, and its allocator says how plans are made. The loads are those of the first replications,
// as many as the scenario has. The result does not depend on parallel, the number of loads and
// tables to work on at a time.
func (e *Experiment) Constants(ctx context.Context, p *file.Policy, parallel int) (*ConstantFleets, error) {
	table, err := e.Capacity(p)
	if err != nil {
		return nil, err
	}
	f := &ConstantFleets{
		Spec: e.atMeanPrices(), Loads: make([]reference.Load, len(e.Spec.Models)), Measured: make([]float64, len(e.Spec.Models)), policy: p,
		given: registry.Context{Spec: e.Spec, Period: time.Duration(e.Scenario.Control.Period), Capacity: table.Within(ctx)},
	}
	err = inorder.Do(ctx, e.Scenario.Replications, parallel, func(ctx context.Context, r int) ([][]float64, error) {
		return e.offered(ctx, e.First+r, 1, table.Within(ctx))
	}, func(windows [][]float64) bool {
		first := min(int(e.Scenario.Warmup/e.Scenario.Control.Period), len(windows)-1)
		for w, rates := range windows {
			for m, rate := range rates {
				if w >= first {
					f.Measured[m] += rate / float64((len(windows)-first)*e.Scenario.Replications)
				}
				f.Loads[m].Peak = max(f.Loads[m].Peak, rate)
				f.Loads[m].Mean += rate / float64(len(windows)*e.Scenario.Replications)
			}
		}
		return false
	})
	if err != nil {
		return nil, err
	}
	return f, f.fill(ctx, table, parallel)
}

// fill finds the capacities that plans for the mean loads need. Plans made at the same time find
// different ones first.
func (f *ConstantFleets) fill(ctx context.Context, table *capacity.Simulated, parallel int) error {
	mean := make([]float64, len(f.Loads))
	for m, l := range f.Loads {
		mean[m] = l.Mean
	}
	return inorder.Do(ctx, parallel, parallel, func(ctx context.Context, _ int) (allocation.Targets, error) {
		given := f.given
		given.Capacity = table.Within(ctx)
		return f.policy.Allocator.Fits(given, f.Spec, mean)
	}, func(allocation.Targets) bool { return false })
}

// Plan returns the cheapest fleet that the solver finds for the demand of each model, in requests
// per second, on the machines that the specification allows.
func (f *ConstantFleets) Plan(c *fleet.Spec, demand []float64) (allocation.Targets, error) {
	return f.policy.Allocator.Fits(f.given, c, demand)
}

// atMeanPrices returns the specification with constant prices of machines: their mean prices over
// the measured span.
func (e *Experiment) atMeanPrices() *fleet.Spec {
	c := *e.Spec
	c.Types = slices.Clone(c.Types)
	from, until := kernel.Time(e.Scenario.Warmup), kernel.Time(e.Scenario.Duration)
	for k := range c.Types {
		t := &c.Types[k]
		t.Price, t.Prices = t.PriceBetween(from, until), nil
	}
	return &c
}
