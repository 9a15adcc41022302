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
	Hold     int       // control windows for which a load is planned for after it has passed
	Headroom []float64 // per model, the load is multiplied by it; nil: 1
}

// Scheduled knows the load of the whole run beforehand, and how long it takes until what is ordered
// serves. Before the run it decides for every control window what to keep: in each, at least what
// the windows need that come before an order of the next one would serve. Of the plans for these
// loads it takes the cheapest succession (see course). It is for one run.
type Scheduled struct {
	*Stages
	offered func() ([][]float64, error)
	Allowance

	plans []Targets // per window; nil until asked
}

// NewScheduled returns the allocator. Its plans and its placer are those of the stages. Offered
// returns the true load per control window and model, in requests per second. It is called once, at
// the first decision.
func NewScheduled(p *Stages, offered func() ([][]float64, error), a Allowance) (*Scheduled, error) {
	if offered == nil {
		return nil, errNotKnown
	}
	return &Scheduled{Stages: p, offered: offered, Allowance: a}, nil
}

// Allocate implements sim.Allocator.
func (s *Scheduled) Allocate(v *sim.View) (sim.Plan, error) {
	if s.plans == nil {
		if err := s.decide(v); err != nil {
			return sim.Plan{}, err
		}
	}
	return s.Place.Place(v, s.plans[min(windowOf(v), len(s.plans)-1)])
}

// windowOf returns the control window that begins now.
func windowOf(v *sim.View) int {
	if v.Period() <= 0 {
		return 0
	}
	return int(time.Duration(v.Now()) / v.Period())
}

// decide makes the plans of all windows.
func (s *Scheduled) decide(v *sim.View) error {
	c := v.Spec()
	offered, err := offeredLoad(s.offered, len(c.Models))
	if err != nil {
		return err
	}
	needs := make([][]float64, max(1, len(offered)))
	for w := range needs {
		needs[w] = make([]float64, len(c.Models))
	}
	for m := range c.Models {
		ahead := s.ahead(v, m)
		for w := range needs {
			for of := max(0, w-s.Hold); of <= w+ahead && of < len(offered); of++ {
				needs[w][m] = max(needs[w][m], s.headroom(m)*offered[of][m])
			}
		}
	}
	s.plans, err = newCourse(s.Stages, c, v.Period(), needs).cheapest()
	return err
}

// headroom returns that of a model.
func (s *Scheduled) headroom(m int) float64 {
	if s.Headroom == nil {
		return 1
	}
	return s.Headroom[m]
}

// ahead returns how many windows after the present one begin before an order of the next decision
// for a model serves.
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

// Fits returns the plan of the stages for a demand of each model, in requests per second, of
// machines that c allows, from nothing. The stages keep nothing of it.
func (p *Stages) Fits(c *fleet.Spec, demand []float64) (Targets, error) {
	once := Stages{Demand: Given(demand), Capacity: p.Capacity, Control: p.Control, Plan: p.Plan, Deployment: p.Deployment, WholeRun: true}
	t, err := once.Targets(emptyView(c))
	if err != nil {
		return Targets{}, fmt.Errorf("plan for %v requests per second: %w", demand, err)
	}
	return t, nil
}
