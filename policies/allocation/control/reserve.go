package control

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"wavetank/policies/allocation"
	"wavetank/sim/fleet"
)

// Reserve keeps the capacity for a multiple of the expected load, unless that can be ordered and
// serve within a given time. It is for loads that jump faster than machines boot.
type Reserve struct {
	of allocation.Controller
	ReserveOptions
}

// ReserveOptions are the parameters of Reserve.
type ReserveOptions struct {
	Factor float64       // of the expected load; 1: no reserve
	Within time.Duration // how soon it must be able to serve that much
	Models []string      // that have a reserve; none: all have
}

// NewReserve returns the controller over another one.
func NewReserve(of allocation.Controller, o ReserveOptions) (*Reserve, error) {
	var err error
	if !(o.Factor >= 1) || math.IsInf(o.Factor, 0) {
		err = fmt.Errorf("reserve: factor: %v is not a number of at least 1", o.Factor)
	}
	if o.Within < 0 {
		err = errors.Join(err, fmt.Errorf("reserve: within: %v is negative", o.Within))
	}
	return &Reserve{of, o}, err
}

// Control implements allocation.Controller.
func (r *Reserve) Control(s *allocation.Situation) allocation.Wanted {
	w := r.of.Control(s)
	c := s.View.Spec()
	for m := range w.Amount {
		if s.Lead[m] > r.Within && r.has(c, fleet.ModelID(m)) {
			w.Amount[m] = max(w.Amount[m], r.Factor*max(s.Demand.Level[m], s.Demand.Load[m]))
		}
	}
	return w
}

// has reports whether a model has a reserve. A pool that decodes follows the model that it decodes
// for.
func (r *Reserve) has(c *fleet.Spec, m fleet.ModelID) bool {
	return len(r.Models) == 0 || slices.Contains(r.Models, c.Models[c.Asked(m)].Name)
}

// Unserved implements allocation.Controller.
func (r *Reserve) Unserved(demand, planned []float64) []float64 {
	return r.of.Unserved(demand, planned)
}
