package optimize

import (
	"errors"
	"math"
)

// errStates is the error of a plan that needs more states than the limit.
var errStates = errors.New("the states exceed the limit")

const (
	defaultStates = 15_000
	mostKeys      = 1 << 16 // most keys of a table
	mostLabels    = 1 << 13 // most labels of one model at one key
)

// planner is one run of the dynamic program.
type planner struct {
	*index
	limit    int
	states   int
	pools    []tier    // machines of one price; the price is 0 if they must be rented anyway
	units    [][]unit  // per model, the most accurate first
	own      [][]group // per model, its plan without other models; nil: not known
	labels   []label   // scratch
	sorted   []ranked  // scratch
	dropped  bool      // a configuration below its accuracy floor was left out
	scale    string
	warnings []string
}

// unit is a machine of a pool that is full of replicas of one configuration.
type unit struct {
	configuration int
	pool          int
	capacity      float64 // requests per second
	worth         float64 // worth of serving one request per second, in $ per hour
	most          int     // largest number of such machines that is useful
	running       int     // replicas that run now, minus those on machines of earlier pools
}

// group is a number of machines of a pool, full of replicas of one configuration.
type group struct{ configuration, pool, machines int }

// plan holds the number of replicas of each configuration, and of machines of each pool for them.
type plan struct{ replicas, machines []int }

// add adds the machines of groups, and their replicas.
func (p plan) add(x *index, list []group) {
	for _, g := range list {
		p.replicas[g.configuration] += g.machines * x.perMachine[g.configuration]
		p.machines[g.pool] += g.machines
	}
}

func (s *planner) empty() plan {
	return plan{make([]int, len(s.Configurations)), make([]int, len(s.pools))}
}

func newPlanner(x *index, limit int) *planner {
	s := &planner{index: x, limit: limit, units: make([][]unit, len(x.Demand))}
	for k := range x.Types {
		s.pools = append(s.pools, x.tiers(k)...)
	}
	for i := range s.pools {
		if p := &s.pools[i]; p.always {
			p.price, p.money = 0, 0
		}
	}
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
			s.addUnits(m, c)
		}
		s.units[m] = s.undominated(s.units[m])
	}
	if s.dropped {
		s.warnings = append(s.warnings, "the plan uses only configurations that meet the accuracy floor by themselves")
	}
	return s
}

// addUnits adds the units of configuration c, one for each pool of its type.
func (s *planner) addUnits(m, c int) {
	f := &s.Configurations[c]
	u := unit{configuration: c, capacity: f.Capacity * float64(s.perMachine[c]), worth: s.Penalty + float64(s.AccuracyWeight*f.Accuracy)}
	useful, running := int(min(math.Ceil(s.Demand[m]/u.capacity*(1-1e-12)), mostMachines)), s.current[c]
	for i, p := range s.pools {
		if p.kind != f.Type {
			continue
		}
		u.pool, u.most, u.running = i, min(p.count, useful), running
		running = max(0, running-p.count*s.perMachine[c])
		if u.most > 0 {
			s.units[m] = append(s.units[m], u)
		}
	}
}

// undominated drops each unit for which another unit of the same pool has at least the same
// capacity and worth.
func (s *planner) undominated(units []unit) []unit {
	var kept []unit
	for i, u := range units {
		f, beaten := &s.Configurations[u.configuration], false
		for j, v := range units {
			g := &s.Configurations[v.configuration]
			if i == j || u.pool != v.pool || f.Switch > 0 || g.Switch > 0 {
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

// free returns the number of machines of each pool.
func (s *planner) free() []int {
	most := make([]int, len(s.pools))
	for i, p := range s.pools {
		most[i] = p.count
	}
	return most
}
