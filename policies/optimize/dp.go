package optimize

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// DP covers each model's demand at least cost by dynamic programming. It plans with whole machines,
// each full of replicas of one configuration. States are pairs of served rate and price; these are
// real numbers, not points of a grid. If models compete for machines or for the budget, there is
// one table entry for each combination of numbers of machines taken. At last the replicas are
// placed by first-fit decreasing, so that they can share machines that are not full.
//
// The plan is exact if no two configurations fit on one machine, and the number of states stays
// within Limit. If the states exceed Limit, models are planned one after the other, the largest
// demand first, each with the machines and the budget that the models before it left. If the plan
// is not exact, or the limits leave demand unserved, DP returns the best of this plan and the
// solution of LP.
type DP struct {
	Limit int // most states of one model, or of all together where they compete; 0: 15,000
}

// String returns "dp".
func (DP) String() string { return "dp" }

// Solve returns a feasible solution. It has a bound if it is exact, or if the relaxation could be
// solved.
func (d DP) Solve(p Problem) (Solution, error) {
	return d.solve(p, func(x *index) (Solution, error) { return x.linear(LP{}.String()), nil })
}

// solve returns the best of the plan of the dynamic program and the solution of LP, which linear
// returns. It does not ask for the latter if the plan is exact.
func (d DP) solve(p Problem, linear func(*index) (Solution, error)) (Solution, error) {
	if err := p.Validate(); err != nil {
		return Solution{}, err
	}
	x := newIndex(p)
	found := x.dynamic(d.Limit, d.String())
	if found.Exact && found.Share == 1 {
		return found, nil
	}
	best, err := linear(x)
	if err != nil {
		return best, err
	}
	best.Method = d.String() + ": " + best.Method
	if !best.better(&found) { // of equal ones, its own
		best.take(found)
	}
	best.raise(found.Bound)
	if !best.Exact || best.Share < 1 {
		best.consider(x.improve(found, found.Method))
	}
	best.Scale, best.Warnings = found.Scale, append(found.Warnings, best.Warnings...)
	return best, nil
}

// dynamic returns the plan of the dynamic program as a solution, with its replicas placed. If the
// plan is exact, its bound is its objective; otherwise the bound is not known, and the solution is
// not improved yet.
func (x *index) dynamic(limit int, name string) Solution {
	if limit <= 0 {
		limit = defaultStates
	}
	s := newPlanner(x, limit)
	best, err := s.plan()
	exact := err == nil && s.lossless() && s.enough(best.replicas)
	if err != nil {
		best, name = s.sequential(), name+": sequential"
		s.warnings = append(s.warnings, fmt.Sprintf("models were planned one after the other: %v", err))
	}
	found := x.complete(best.replicas, nil, false, name)
	if !exact {
		for c, n := range best.replicas {
			best.replicas[c] = max(0, n-x.perMachine[c])
		}
		if b := x.complete(best.replicas, nil, false, name+", last machines shared"); b.better(&found) {
			found = b
		}
	} else {
		// The plan takes it that all replicas stay that can.
		loads := found.Switching - x.booting(found.Machines)
		for c, n := range found.Replicas {
			loads -= x.switching(c, n)
		}
		found.prove(found.Objective - max(0, loads))
	}
	found.Scale, found.Warnings = s.scale, s.warnings
	return found
}

// enough reports whether all models have their least numbers of replicas.
func (x *index) enough(replicas []int) bool {
	for m := range x.least {
		if x.missing(m, replicas) > 0 {
			return false
		}
	}
	return true
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
			if f.Switch > 0 && (s.perMachine[c] > 1 || len(s.tiers(f.Type)) > 1) {
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

// together reports whether one replica of configuration c and one of d fit on one machine. Both
// configurations are of the same type.
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

// plan returns the best plan with whole machines. It first plans each model by itself. If the
// limits allow all of these plans together, they are the best plan. As soon as they do not, it
// plans all models jointly, by a table of the machines taken.
func (s *planner) plan() (plan, error) {
	found, free := s.empty(), s.free()
	s.own = make([][]group, len(s.Demand))
	for m := range s.Demand {
		s.states = 0
		own, err := s.alone(m, free)
		if err != nil {
			return plan{}, err
		}
		found.add(s.index, own)
		s.own[m] = own
		if !s.allowed(found) { // nor are all plans together
			return s.jointly()
		}
	}
	return found, nil
}

// spent returns the part of a plan's cost that the budget has to pay, in $ per hour.
func (s *planner) spent(p plan) (sum float64) {
	for i, n := range p.machines {
		sum += float64(float64(n) * s.pools[i].money)
	}
	return sum
}

func (s *planner) allowed(p plan) bool {
	for i, n := range p.machines {
		if n > s.pools[i].count {
			return false
		}
	}
	return s.spent(p) <= s.left*(1+1e-12)
}

// alone plans one model within limits on machines. It ignores the budget.
func (s *planner) alone(m int, most []int) ([]group, error) {
	t := newTable(s, most, [][]unit{s.units[m]}, false)
	if t == nil {
		return nil, errStates
	}
	t.labels, t.sorted = s.labels[:0], s.sorted
	ends, err := t.model(m, s.units[m])
	s.labels, s.sorted = t.labels, t.sorted
	if err != nil {
		return nil, err
	}
	best := end{net: math.Inf(1), label: -1}
	for _, list := range ends {
		for _, e := range list {
			if e.net < best.net {
				best = e
			}
		}
	}
	return t.groups(best.label), nil
}

// unlimited reports whether model m can take all machines that are useful to it. It then needs no
// other plan than without the other models.
func (s *planner) unlimited(m int, most []int) bool {
	useful := make([]int, len(s.pools))
	for _, u := range s.units[m] {
		if useful[u.pool] += u.most; useful[u.pool] > most[u.pool] {
			return false
		}
	}
	return true
}

// sequential plans the models one after the other, the largest demand first.
func (s *planner) sequential() plan {
	order := make([]int, len(s.Demand))
	for m := range order {
		order[m] = m
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(s.Demand[b], s.Demand[a]) })
	found, left, money := s.empty(), s.free(), s.left
	for _, m := range order {
		s.states = 0
		most := slices.Clone(left)
		for i, p := range s.pools {
			if p.money > 0 && !math.IsInf(money, 1) {
				most[i] = min(most[i], int(money/p.money+1e-9))
			}
		}
		var own []group
		if s.own[m] != nil && s.unlimited(m, most) {
			own = s.own[m]
		} else if planned, err := s.alone(m, most); err == nil {
			own = planned
		}
		spent := 0.
		for _, g := range own {
			spent += float64(float64(g.machines) * s.pools[g.pool].money)
		}
		if spent > money {
			continue
		}
		money -= spent
		for _, g := range own {
			left[g.pool] -= g.machines
		}
		found.add(s.index, own)
	}
	return found
}
