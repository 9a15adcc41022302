package optimize

import (
	"errors"
	"math"
)

// errStates says that a plan needs more states than the limit.
var errStates = errors.New("the states exceed the limit")

const (
	defaultStates = 2_000_000
	mostKeys      = 1 << 16 // of the table of machines taken
	mostLabels    = 1 << 13 // of one model at one table entry
)

// planner is one run of the dynamic program.
type planner struct {
	*index
	limit    int
	states   int
	units    [][]unit // per model, the most accurate first
	dropped  bool     // a configuration below its accuracy floor was left out
	scale    string
	warnings []string
}

// unit is a machine full of one configuration.
type unit struct {
	configuration int
	capacity      float64 // requests per second
	worth         float64 // $ per hour for each request per second
	most          int     // machines that can be of use
}

func newPlanner(x *index, limit int) *planner {
	s := &planner{index: x, limit: limit, units: make([][]unit, len(x.Demand))}
	for m, list := range x.byModel {
		if x.Demand[m] == 0 {
			continue
		}
		for _, c := range list {
			f := &x.Configurations[c]
			if f.Accuracy < x.floor(m) {
				s.dropped = true
				continue
			}
			u := unit{configuration: c, capacity: f.Capacity * float64(x.perMachine[c]), worth: x.Penalty + x.AccuracyWeight*f.Accuracy}
			u.most = min(x.Types[f.Type].Max, int(min(math.Ceil(x.Demand[m]/u.capacity*(1-1e-12)), mostMachines)))
			if u.most > 0 {
				s.units[m] = append(s.units[m], u)
			}
		}
		s.units[m] = s.undominated(s.units[m])
	}
	if s.dropped {
		s.warnings = append(s.warnings, "only configurations that meet the accuracy floor by themselves were planned with")
	}
	return s
}

// undominated drops a unit where another on the same type has at least its capacity and its worth.
func (s *planner) undominated(units []unit) []unit {
	var kept []unit
	for i, u := range units {
		f, beaten := &s.Configurations[u.configuration], false
		for j, v := range units {
			g := &s.Configurations[v.configuration]
			if i == j || f.Type != g.Type || f.Switch > 0 || g.Switch > 0 {
				continue
			}
			if v.capacity >= u.capacity && v.worth >= u.worth && (j < i || v.capacity > u.capacity || v.worth > u.worth) {
				beaten = true
			}
		}
		if !beaten {
			kept = append(kept, u)
		}
	}
	return kept
}

// free returns the limits on machines with none taken.
func (s *planner) free() []int {
	most := make([]int, len(s.Types))
	for k, t := range s.Types {
		most[k] = t.Max
	}
	return most
}
