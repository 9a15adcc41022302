package allocation

import (
	"errors"
	"fmt"
	"math"

	"wavetank/policies/optimize"
	"wavetank/sim"
)

// Solved is the scaler that puts the whole allocation problem to a solver in every control period.
type Solved struct {
	solver    optimize.Solver
	switching float64
	estimate
}

// DefaultSwitching charges an added replica what its boot and load really cost.
const DefaultSwitching = 1

// NewSolved returns the scaler of a solver. An added replica is charged for the time that it boots and loads, at
// the price of its part of a machine, spread over the control period; switching multiplies that charge, and 0
// lets plans change freely.
func NewSolved(s optimize.Solver, switching float64, o Options) (*Solved, error) {
	err := o.validate()
	if !(switching >= 0) || math.IsInf(switching, 0) {
		err = errors.Join(err, fmt.Errorf("switching: %v is not a number of at least 0", switching))
	}
	if err != nil {
		return nil, err
	}
	return &Solved{s, switching, newEstimate(o)}, nil
}

// Scale implements Scaler. A model with less demand than its smallest replica serves counts as one that
// needs that much, so that the solver keeps a replica for it.
func (s *Solved) Scale(v *sim.View) (Targets, error) {
	demand := s.demand(v)
	p := Problem(v, append([]float64(nil), demand...), s.Deployment)
	order := cheapest(p)
	for m, list := range order {
		floor := 0. // capacity of the smallest replica
		for i, d := range list {
			if c := p.Configurations[d].Capacity; i == 0 || c < floor {
				floor = c
			}
		}
		if s.MinReplicas > 0 {
			p.Demand[m] = max(demand[m], floor)
		}
	}
	s.charge(v, p)
	a, err := s.solver.Solve(p)
	if err != nil {
		return Targets{}, fmt.Errorf("%s: %w", s.solver, err)
	}
	keep(p, order, a.Replicas, s.MinReplicas)
	return targets(v, a.Replicas, demand), nil
}

// charge puts a price on added replicas; the first fleet has no other to prefer.
func (s *Solved) charge(v *sim.View, p optimize.Problem) {
	if v.Live() == 0 || v.Period() <= 0 {
		return
	}
	c := v.Spec()
	for d := range p.Configurations {
		if k := &c.Deployments[d]; usable(p, d) {
			dead := (c.Types[k.Type].Boot + k.Load).Seconds() / v.Period().Seconds()
			p.Configurations[d].Switch = s.switching * c.Types[k.Type].Price / float64(p.PerMachine(d)) * dead
		}
	}
}

// String returns the solver's name, with the parameters that differ from their defaults.
func (s *Solved) String() string {
	parts := s.parts()
	if s.switching != DefaultSwitching {
		parts = append(parts, fmt.Sprintf("switching %v", s.switching))
	}
	return label(s.solver.String(), parts...)
}
