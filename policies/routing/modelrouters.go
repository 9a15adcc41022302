package routing

import (
	"fmt"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// ModelRouters lets each model have its own router. A router sees only the facts of its models, as
// if there were no other models.
type ModelRouters struct {
	sim.FactsByModel
	routers []sim.Router
	owner   []int // per model: the index of its router
	label   string
}

// NewModelRouters returns a router that asks routers[owner[m]] for each request of model m.
func NewModelRouters(routers []sim.Router, owner []int, label string) *ModelRouters {
	return &ModelRouters{sim.NewFactsByModel(routers, owner), routers, owner, label}
}

// Route implements sim.Router.
func (p *ModelRouters) Route(v *sim.View, r *fleet.Request) fleet.ReplicaID {
	return p.routers[p.owner[r.Model]].Route(v, r)
}

// Retains implements sim.Retaining.
func (p *ModelRouters) Retains() bool {
	for _, i := range p.owner {
		if sim.KeepsBack(p.routers[i]) {
			return true
		}
	}
	return false
}

// Err implements sim.Fallible: the first failure of a router of any model.
func (p *ModelRouters) Err() error {
	for _, r := range p.routers {
		if err := sim.ErrOf(r); err != nil {
			return fmt.Errorf("%s: %w", r, err)
		}
	}
	return nil
}

// String returns the label, which names the routers of all models.
func (p *ModelRouters) String() string { return p.label }
