package allocation

import (
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// Constant keeps one fleet from the start of the run to its end. It replaces lost machines and
// replicas.
type Constant struct {
	Label string // label of the allocator, without its placer
	Fleet Targets
	Place Placer
}

// Allocate implements sim.Allocator.
func (c *Constant) Allocate(v *sim.View) (sim.Plan, error) { return c.Place.Place(v, c.Fleet) }

// String returns the label. If the placer is not the default, "+" and the placer follow.
func (c *Constant) String() string { return placed(c.Label, c.Place) }

// placed returns the label of an allocator. If the placer is not the default, "+" and the placer
// follow.
func placed(label string, p Placer) string {
	if p.String() == DefaultPlacer {
		return label
	}
	return label + "+" + p.String()
}

// Given is a known demand of each model, in requests per second.
type Given []float64

// Estimate implements Estimator.
func (g Given) Estimate(*sim.View) (Demands, error) { return Demands{Level: g, Load: g}, nil }

// emptyView returns the view of a specification before anything is rented.
func emptyView(c *fleet.Spec) *sim.View { return sim.ViewOf(fleet.New(c), 0) }
