package control

import (
	"errors"
	"fmt"
	"math"
	"time"

	"wavetank/policies/allocation"
)

// Reserve keeps what a multiple of the present load needs, where it could not be ordered and serve
// within a time. It is for loads that jump faster than machines boot.
type Reserve struct {
	of allocation.Controller
	ReserveOptions
}

// ReserveOptions are the parameters of Reserve.
type ReserveOptions struct {
	Factor float64       // of the expected load; 1: no reserve
	Within time.Duration // how soon it must be able to serve that much
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
	for m := range w.Amount {
		if s.Lead[m] > r.Within {
			w.Amount[m] = max(w.Amount[m], r.Factor*max(s.Demand.Level[m], s.Demand.Load[m]))
		}
	}
	return w
}

// Unserved implements allocation.Controller.
func (r *Reserve) Unserved(demand, planned []float64) []float64 {
	return r.of.Unserved(demand, planned)
}
