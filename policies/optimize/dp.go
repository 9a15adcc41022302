package optimize

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// DP covers each model's demand at least cost by dynamic programming. It plans in whole machines
// that each hold one configuration, as many of its replicas as fit. States are pairs of rate served
// and price, in real numbers and not on a grid. Where models compete for machines or for the
// budget, there is one table entry for each number of machines taken. The plan is then placed
// first-fit decreasing, which lets replicas share what machines have left.
//
// The solution is exact where planning in such machines loses nothing, that is where no two
// configurations fit on one machine, and where the number of states stays within Limit. Beyond
// that, models are planned one after the other, the largest demand first, each with what those
// before it left. The better of that and of LP's solution is returned.
type DP struct {
	Limit int // most states; 0: 2,000,000
}

// String returns "dp".
func (DP) String() string { return "dp" }

// Solve returns a feasible solution, with the relaxation's bound where that could be solved.
func (d DP) Solve(p Problem) (Solution, error) {
	if err := p.Validate(); err != nil {
		return Solution{}, err
	}
	limit := d.Limit
	if limit <= 0 {
		limit = defaultStates
	}
	x := newIndex(p)
	s := newPlanner(x, limit)
	replicas, err := s.plan()
	method, exact := d.String(), err == nil && s.lossless()
	if err != nil {
		replicas, method = s.sequential(), d.String()+": sequential"
		s.warnings = append(s.warnings, fmt.Sprintf("models were planned one after the other: %v", err))
	}
	found := x.complete(replicas, nil, method)
	if !exact {
		for c := range replicas {
			replicas[c] = max(0, replicas[c]-x.perMachine[c])
		}
		if b := x.complete(replicas, nil, method+", last machines shared"); b.Objective < found.Objective {
			found = b
		}
	}
	r, failed := x.relax().solve(x)
	if failed == nil {
		if err != nil {
			if b := x.round(r, d.String()+": lp"); b.Objective < found.Objective {
				found, exact = b, false
			}
		}
		found.prove(r.bound)
		found.Prices = r.prices
	}
	if exact {
		found.Exact, found.Bound = true, found.Objective
	}
	found.Scale = s.scale
	found.Warnings = append(found.Warnings, s.warnings...)
	return found, nil
}

// lossless reports whether an optimal solution needs only whole machines of one configuration.
func (s *planner) lossless() bool {
	if s.dropped || s.scale != "" {
		return false
	}
	for _, list := range s.byType {
		var used []int
		for _, c := range list {
			f := &s.Configurations[c]
			if s.Demand[f.Model] == 0 {
				continue
			}
			if f.Switch > 0 && s.perMachine[c] > 1 {
				return false
			}
			used = append(used, c)
		}
		for i, c := range used {
			for _, d := range used[:i] {
				if s.together(c, d) {
					return false
				}
			}
		}
	}
	return true
}

// together reports whether one replica of each of two configurations of a type fit on one machine.
func (s *planner) together(c, d int) bool {
	p := newMachineFill(&s.Types[s.Configurations[c].Type])
	for _, n := range []int{c, d} {
		device, ok := p.device(&s.Configurations[n])
		if !ok {
			return false
		}
		p.take(&s.Configurations[n], n, device, 1)
	}
	return true
}

// plan returns the replicas of the best plan in whole machines. Each model is planned on its own.
// If the limits allow all of these plans together, that is the best of all. Else tables of the
// machines taken decide.
func (s *planner) plan() ([]int, error) {
	replicas := make([]int, len(s.Configurations))
	for m := range s.Demand {
		if err := s.alone(m, s.free(), replicas); err != nil {
			return nil, err
		}
	}
	if s.allowed(replicas) {
		return replicas, nil
	}
	return s.jointly()
}

// machines returns the machines of a plan and their price.
func (s *planner) machines(replicas []int) (taken []int, price float64) {
	taken = make([]int, len(s.Types))
	for c, n := range replicas {
		if n > 0 {
			k, count := s.Configurations[c].Type, n/s.perMachine[c]
			taken[k] += count
			price += float64(count) * s.Types[k].Price
		}
	}
	return taken, price
}

func (s *planner) allowed(replicas []int) bool {
	taken, price := s.machines(replicas)
	for k, n := range taken {
		if n > s.Types[k].Max {
			return false
		}
	}
	return s.Budget == 0 || price <= s.Budget*(1+1e-12)
}

// alone plans one model within limits on machines, and writes its replicas. It ignores the budget.
func (s *planner) alone(m int, most []int, replicas []int) error {
	t := newTable(s, most, [][]unit{s.units[m]}, false)
	if t == nil {
		return errStates
	}
	ends, err := t.model(m, s.units[m])
	if err != nil {
		return err
	}
	best := end{net: math.Inf(1), label: -1}
	for _, list := range ends {
		for _, e := range list {
			if e.net < best.net {
				best = e
			}
		}
	}
	t.write(best.label, replicas)
	return nil
}

// sequential plans the models one after the other, the largest demand first.
func (s *planner) sequential() []int {
	order := make([]int, len(s.Demand))
	for m := range order {
		order[m] = m
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(s.Demand[b], s.Demand[a]) })
	replicas, left, budget := make([]int, len(s.Configurations)), s.free(), s.Budget
	for _, m := range order {
		s.states = 0
		most := slices.Clone(left)
		if s.Budget > 0 {
			for k, t := range s.Types {
				if t.Price > 0 {
					most[k] = min(most[k], int(budget/t.Price+1e-9))
				}
			}
		}
		own := make([]int, len(replicas))
		if s.alone(m, most, own) != nil {
			continue
		}
		taken, price := s.machines(own)
		if s.Budget > 0 && price > budget {
			continue
		}
		budget -= price
		for k, n := range taken {
			left[k] -= n
		}
		for c, n := range own {
			replicas[c] += n
		}
	}
	return replicas
}
