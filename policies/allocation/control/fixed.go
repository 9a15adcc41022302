package control

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"wavetank/policies/allocation"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// FixedFleet runs exact numbers of replicas of named deployments, whatever the load.
type FixedFleet struct{ replicas []int } // per deployment

// Misnamed is a name for which a fixed fleet cannot run its replicas, with the reason.
type Misnamed struct {
	Name, Message string
	Unknown       bool // no deployment has the name
}

// NewFixedFleet returns the controller for a number of replicas under each name. A name is the name
// of a deployment, or whole words of it (fleet.Deployment.Matches). If several deployments match,
// the cheapest is used, and if its machines are full, the next one. Without names the fleet has one
// replica of each model. The result lists names that match nothing or several models, and numbers
// of replicas that do not fit on the machines.
func NewFixedFleet(c *fleet.Spec, named map[string]int) (*FixedFleet, []Misnamed) {
	s := allocation.NewSituation(sim.ViewOf(fleet.New(c), 0), allocation.Demands{Load: make([]float64, len(c.Models))}, "", true)
	f := &FixedFleet{make([]int, len(c.Deployments))}
	if len(named) == 0 {
		for _, list := range s.Cheapest {
			f.take(s, list, min(1, len(list)))
		}
		return f, nil
	}
	var faults []Misnamed
	for _, name := range slices.Sorted(maps.Keys(named)) {
		list, err := meant(c, s.Cheapest, name)
		if err == nil {
			if left := f.take(s, list, named[name]); left > 0 {
				err = fmt.Errorf("the machines that can be rented hold %d, not %d", named[name]-left, named[name])
			}
		}
		if err != nil {
			faults = append(faults, Misnamed{name, err.Error(), errors.Is(err, errUnknown)})
		}
	}
	return f, faults
}

// take adds n replicas of the listed deployments: as many of the first as its empty machines hold,
// then of the next. It returns how many replicas found no machine.
func (f *FixedFleet) take(s *allocation.Situation, list []int, n int) (left int) {
	for _, d := range list {
		room := max(0, min(n, most(s, d)-f.replicas[d]))
		f.replicas[d] += room
		n -= room
	}
	return n
}

var errUnknown = errors.New("no deployment that can run has this in its name")

// meant returns the deployments that match a name, the cheapest first.
func meant(c *fleet.Spec, cheapest [][]int, name string) (list []int, err error) {
	var models []string
	for m, all := range cheapest {
		var of []int
		for _, d := range all {
			switch k := &c.Deployments[d]; {
			case k.Name == name:
				return []int{d}, nil
			case name != "" && k.Matches(name):
				of = append(of, d)
			}
		}
		if len(of) > 0 {
			list, models = of, append(models, c.Models[m].Name)
		}
	}
	switch {
	case len(models) == 0:
		return nil, errUnknown
	case len(models) > 1:
		return nil, fmt.Errorf("this names replicas of several models: %s", strings.Join(models, ", "))
	}
	return list, nil
}

// Replicas returns the number of replicas of each deployment.
func (f *FixedFleet) Replicas() []int { return f.replicas }

// Control implements allocation.Controller.
func (f *FixedFleet) Control(s *allocation.Situation) allocation.Wanted {
	return allocation.Wanted{Amount: s.Demand.Total(), Exact: slices.Clone(f.replicas)}
}

// Unserved implements allocation.Controller. It returns zeros: if a fixed fleet does not serve the
// demand, the limits are not the cause.
func (f *FixedFleet) Unserved(demand, _ []float64) []float64 { return make([]float64, len(demand)) }
