package allocation

import (
	"fmt"
	"math"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// Allowance says how much more than the true load a clairvoyant schedule plans for.
type Allowance struct {
	Parts    int       // number of parts of a control window, each with its own plan; 0: one
	Hold     int       // number of control windows for which a past load still counts
	Headroom []float64 // per model, factor on the load; nil: 1
	Ceiling  float64   // share of a model's peak that caps its planned load; 0: no cap
}

// Scheduled knows the load of the whole run beforehand, and how long an order takes until it
// serves. Before the run it decides the fleet of every control window, or of every part of one. The
// fleet of a window has to serve this window, and each later one that begins before an order made
// in the next window serves. The fleets are chosen so that rents and changes cost least in all (see
// course). A Scheduled serves one run.
type Scheduled struct {
	*Stages
	offered func(parts int) ([][]float64, error)
	period  time.Duration // control period
	Allowance

	plans []Targets // per window; nil until asked
}

// NewScheduled returns the allocator. It plans and places with the given stages. The function
// offered returns the true load per window and model, in requests per second; each control window
// of the given period is divided into that many parts, and each part is a window. The function is
// called once, at the first decision.
func NewScheduled(
	p *Stages, offered func(parts int) ([][]float64, error), period time.Duration, a Allowance,
) (*Scheduled, error) {
	if offered == nil {
		return nil, errNotKnown
	}
	a.Parts = max(1, a.Parts)
	return &Scheduled{Stages: p, offered: offered, period: period, Allowance: a}, nil
}

// Period implements sim.Paced.
func (s *Scheduled) Period() time.Duration { return s.period / time.Duration(s.Parts) }

// Allocate implements sim.Allocator.
func (s *Scheduled) Allocate(v *sim.View) (sim.Plan, error) {
	if s.plans == nil {
		if err := s.decide(v); err != nil {
			return sim.Plan{}, err
		}
	}
	window := 0
	if v.Period() > 0 {
		window = int(time.Duration(v.Now()) / v.Period())
	}
	return s.Place.Place(v, s.plans[min(window, len(s.plans)-1)])
}

// decide makes the plans of all windows.
func (s *Scheduled) decide(v *sim.View) error {
	c := v.Spec()
	offered, err := offeredLoad(func() ([][]float64, error) { return s.offered(s.Parts) }, len(c.Models))
	if err != nil {
		return err
	}
	needs := make([][]float64, max(1, len(offered)))
	for w := range needs {
		needs[w] = make([]float64, len(c.Models))
	}
	for m := range c.Models {
		ahead, most := s.ahead(v, m), s.most(offered, m)
		for w := range needs {
			for of := max(0, w-s.Hold*s.Parts); of <= w+ahead && of < len(offered); of++ {
				needs[w][m] = max(needs[w][m], s.headroom(m)*min(offered[of][m], most))
			}
		}
	}
	s.plans, err = newCourse(s.Stages, c, v.Period(), needs).cheapest()
	return err
}

// most returns the largest load of a model to plan for, in requests per second, without headroom.
func (s *Scheduled) most(offered [][]float64, m int) (peak float64) {
	for _, rates := range offered {
		peak = max(peak, rates[m])
	}
	if s.Ceiling > 0 {
		peak *= s.Ceiling
	}
	return peak
}

// headroom returns the factor on the load of a model.
func (s *Scheduled) headroom(m int) float64 {
	if s.Headroom == nil {
		return 1
	}
	return s.Headroom[m]
}

// ahead returns how many windows begin after the present one and before an order made at the next
// decision serves. It counts with the slowest deployment of the model.
func (s *Scheduled) ahead(v *sim.View, m int) int {
	if v.Period() <= 0 {
		return 0
	}
	c, longest := v.Spec(), time.Duration(0)
	for d := range c.Deployments {
		if k := &c.Deployments[d]; int(k.Model) == m && k.Matches(s.Deployment) {
			longest = max(longest, c.Lead(fleet.DeploymentID(d)))
		}
	}
	return int(math.Ceil(longest.Seconds() / v.Period().Seconds()))
}

// Fits returns the plan of the stages from an empty fleet, for a demand of each model in requests
// per second, on machines that c allows. The stages keep no state from this call. The plan claims
// no optimality: callers combine it with other plans, and no solver proves how good the combination
// is.
func (p *Stages) Fits(c *fleet.Spec, demand []float64) (Targets, error) {
	once := Stages{Demand: Given(demand), Capacity: p.Capacity, Control: p.Control, Plan: p.Plan, Deployment: p.Deployment, WholeRun: true}
	t, err := once.Targets(emptyView(c))
	if err != nil {
		return Targets{}, fmt.Errorf("plan for %v requests per second: %w", demand, err)
	}
	t.Optimality = nil
	return t, nil
}
