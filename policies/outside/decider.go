package outside

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"wavetank/policies/allocation"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/spelling"
)

// Action is the decision of an allocator outside of the program. It has one of its fields.
type Action struct {
	// Demand is the load to plan for, in requests per second, of every model by its name. The
	// cheapest fleet that serves it is planned and placed.
	Demand map[string]float64 `json:"demand,omitempty"`
	// Replicas are the numbers of replicas to run, by the names of deployments. A deployment that
	// is not named has none. Replicas that do not fit on the machines are left out.
	Replicas map[string]int `json:"replicas,omitempty"`
}

// Ask asks an allocator outside of the program. It may keep the observation.
type Ask func(*Observation) (Action, error)

// Tell tells an allocator outside of the program what it sees when the run is over.
type Tell func(*Observation)

// Decider is the first two stages of an allocator that is outside of the program: the estimate of
// the demand, and the control. The other stages plan for the demand that the allocator answers, and
// place the replicas. A Decider serves one run.
type Decider struct {
	ask     Ask
	tell    Tell // nil: the allocator does not want to know
	expect  *allocation.Expect
	models  map[string]int // by name
	deploys map[string]int // by name
	exact   []int          // replicas of the last decision; nil: it has a demand
}

// NewDecider returns the stages for plans that count with a capacity. tell may be nil.
func NewDecider(ask Ask, tell Tell, c allocation.Capacity) (*Decider, error) {
	o := allocation.DefaultDemandOptions()
	o.Capacity = c
	expect, err := allocation.NewExpect(o)
	return &Decider{ask: ask, tell: tell, expect: expect}, err
}

// Capacity returns the capacity for requests of the present lengths.
func (d *Decider) Capacity() allocation.Capacity { return d.expect.Equivalent() }

// Estimate implements allocation.Estimator. It asks the allocator.
func (d *Decider) Estimate(v *sim.View) (allocation.Demands, error) {
	if d.models == nil {
		d.name(v.Spec())
	}
	observed, err := d.expect.Estimate(v)
	if err != nil {
		return observed, err
	}
	answer, err := d.ask(Observe(v))
	if err == nil {
		err = d.check(&answer)
	}
	if err != nil {
		return observed, Failed(err)
	}
	d.exact = nil
	if answer.Replicas != nil {
		d.exact = make([]int, len(d.deploys))
		for name, n := range answer.Replicas {
			d.exact[d.deploys[name]] = n
		}
		return observed, nil
	}
	for name, rate := range answer.Demand {
		m := d.models[name]
		observed.Load[m] = rate * d.expect.Ratio(fleet.ModelID(m), v.Window())
	}
	return observed, nil
}

// Conclude tells the allocator what it sees when the run is over.
func (d *Decider) Conclude(v *sim.View) {
	if d.tell != nil {
		d.tell(Observe(v))
	}
}

func (d *Decider) name(c *fleet.Spec) {
	d.models, d.deploys = map[string]int{}, map[string]int{}
	for m := range c.Models {
		d.models[c.Models[m].Name] = m
	}
	for k := range c.Deployments {
		d.deploys[c.Deployments[k].Name] = k
	}
}

// check returns every fault of a decision.
func (d *Decider) check(answer *Action) error {
	if (answer.Demand == nil) == (answer.Replicas == nil) {
		return errors.New("the decision needs either demand or replicas, not both")
	}
	var faults []error
	unknown := func(key, name string, known map[string]int) bool {
		if _, ok := known[name]; ok {
			return false
		}
		names := slices.Sorted(maps.Keys(known))
		faults = append(faults, fmt.Errorf("%s: there is no %q%s", key, name, spelling.Suggest(name, names)))
		return true
	}
	for _, name := range slices.Sorted(maps.Keys(answer.Demand)) {
		if rate := answer.Demand[name]; !unknown("demand", name, d.models) && !(rate >= 0 && rate <= mostDemand) {
			faults = append(faults, fmt.Errorf("demand of %s: %v is outside [0, %v]", name, rate, float64(mostDemand)))
		}
	}
	if answer.Demand != nil {
		for _, name := range slices.Sorted(maps.Keys(d.models)) {
			if _, ok := answer.Demand[name]; !ok {
				faults = append(faults, fmt.Errorf("demand: %s is missing", name))
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(answer.Replicas)) {
		if n := answer.Replicas[name]; !unknown("replicas", name, d.deploys) && (n < 0 || n > mostReplicas) {
			faults = append(faults, fmt.Errorf("replicas of %s: %d is outside [0, %d]", name, n, mostReplicas))
		}
	}
	return errors.Join(faults...)
}

// Limits on decisions, above all that a simulated fleet can use.
const (
	mostDemand   = 1e12
	mostReplicas = math.MaxInt32
)

// Control implements allocation.Controller.
func (d *Decider) Control(s *allocation.Situation) allocation.Wanted {
	return allocation.Wanted{Amount: s.Demand.Total(), Exact: slices.Clone(d.exact)}
}

// Unserved implements allocation.Controller. If the allocator decides about numbers of replicas,
// no demand counts as unserved because of limits.
func (d *Decider) Unserved(demand, planned []float64) []float64 {
	if d.exact != nil {
		return make([]float64, len(demand))
	}
	return allocation.Shortfall(demand, planned)
}
