package control

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"wavetank/policies/allocation"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Reserve keeps the capacity for a multiple of the load, unless an order serves within a given
// time. It is for loads that jump faster than machines boot.
type Reserve struct {
	of allocation.Controller
	ReserveOptions
	seen [][]mark // per model, loads of the last half hour
}

const (
	usualSpan = 30 * time.Minute // span of the median; a crowd shorter than half does not move it
	crowd     = 2                // a load above this multiple of the median is a crowd
)

// ReserveOptions are the parameters of Reserve.
type ReserveOptions struct {
	Factor float64       // capacity to keep, as a multiple of the load; 1: no reserve
	Within time.Duration // no reserve for models whose orders serve within this time
	Models []string      // models with a reserve; empty: all models

	// Usual applies the factor to the usual load: in a crowd this is the median of the last half
	// hour, otherwise the present load. So a crowd uses the reserve up, and does not enlarge it.
	// Without Usual the factor applies to the present load. The orders at the beginning of a crowd
	// are then a multiple of the crowd.
	Usual bool
}

// NewReserve returns a controller that raises the amounts of another controller.
func NewReserve(of allocation.Controller, o ReserveOptions) (*Reserve, error) {
	var err error
	if !(o.Factor >= 1) || math.IsInf(o.Factor, 0) {
		err = fmt.Errorf("reserve: factor: %v is not a number of at least 1", o.Factor)
	}
	if o.Within < 0 {
		err = errors.Join(err, fmt.Errorf("reserve: within: %v is negative", o.Within))
	}
	return &Reserve{of: of, ReserveOptions: o}, err
}

// Control implements allocation.Controller.
func (r *Reserve) Control(s *allocation.Situation) allocation.Wanted {
	w := r.of.Control(s)
	c := s.View.Spec()
	if r.seen == nil {
		r.seen = make([][]mark, len(w.Amount))
	}
	for m := range w.Amount {
		if s.Lead[m] > r.Within && r.has(c, fleet.ModelID(m)) {
			load := max(s.Demand.Level[m], s.Demand.Load[m])
			if r.Usual {
				load = r.usual(m, s.View.Now(), load)
			}
			w.Amount[m] = max(w.Amount[m], r.Factor*load)
		}
	}
	return w
}

// usual records the present load of a model and returns its usual load, in requests per second.
func (r *Reserve) usual(m int, now kernel.Time, load float64) float64 {
	list := append(r.seen[m], mark{now, load})
	for list[0].at.Add(usualSpan) < now {
		list = list[1:]
	}
	r.seen[m] = list
	values := make([]float64, len(list))
	for i := range list {
		values[i] = list[i].value
	}
	slices.Sort(values)
	if median := values[(len(values)-1)/2]; load > crowd*median {
		return median
	}
	return load
}

// has reports whether a model has a reserve. For a model that decodes for another one, the name of
// the other model counts.
func (r *Reserve) has(c *fleet.Spec, m fleet.ModelID) bool {
	return len(r.Models) == 0 || slices.Contains(r.Models, c.Models[c.Asked(m)].Name)
}

// Unserved implements allocation.Controller.
func (r *Reserve) Unserved(demand, planned []float64) []float64 {
	return r.of.Unserved(demand, planned)
}
