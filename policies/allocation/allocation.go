// Package allocation holds the allocators. Most are two halves: a scaler says how many replicas of which
// deployment to run, and a placer turns that into machines to order and replicas to place.
package allocation

import (
	"fmt"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// Targets is what a scaler wants. Slices other than Replicas have one entry per model, in requests per second.
type Targets struct {
	Replicas  []int     // wanted, per deployment, loading and ready ones together
	Demand    []float64 // what the scaler planned for
	Capacity  []float64 // planned, of the replicas wanted
	Shortfall []float64 // demand beyond Capacity that the limits leave unserved
}

// Scaler decides how many replicas of each deployment to run.
type Scaler interface {
	Scale(v *sim.View) (Targets, error)
	String() string
}

// Placer decides where replicas go and which machines are rented for them. Its plan is one that the engine
// accepts, whatever the targets: what does not fit stays out, and the plan's Shortfall says so.
type Placer interface {
	Place(v *sim.View, t Targets) (sim.Plan, error)
	String() string
}

// composed is a scaler with a placer.
type composed struct {
	scaler Scaler
	placer Placer
}

// Compose makes an allocator of a scaler and a placer. Its label is the scaler's, followed by "+" and the
// placer's unless that is the default, BestFit.
func Compose(s Scaler, p Placer) sim.Allocator { return &composed{s, p} }

// Allocate implements sim.Allocator.
func (c *composed) Allocate(v *sim.View) (sim.Plan, error) {
	t, err := c.scaler.Scale(v)
	if err != nil {
		return sim.Plan{}, fmt.Errorf("scale: %w", err)
	}
	plan, err := c.placer.Place(v, t)
	if err != nil {
		return sim.Plan{}, fmt.Errorf("place: %w", err)
	}
	return plan, nil
}

// String returns the label.
func (c *composed) String() string {
	if c.placer == (BestFit{}) {
		return c.scaler.String()
	}
	return c.scaler.String() + "+" + c.placer.String()
}

// capacity returns the planned capacity per model of so many replicas per deployment.
func capacity(c *fleet.Spec, replicas []int) []float64 {
	total := make([]float64, len(c.Models))
	for d, n := range replicas {
		total[c.Deployments[d].Model] += float64(n) * c.Deployments[d].Capacity
	}
	return total
}

// shortfall returns the demand that capacity does not cover, per model. A rounding error is none.
func shortfall(demand, capacity []float64) []float64 {
	short := make([]float64, len(demand))
	for m := range short {
		if s := demand[m] - capacity[m]; s > 1e-9*demand[m] {
			short[m] = s
		}
	}
	return short
}
