package optimize

import (
	"cmp"
	"math"
	"slices"
)

// What machines cost together is a sum of their prices. So the bound of a relaxation rises to the
// next such sum. Two other terms of the objective are in the way:
//
//   - Loads of added replicas. Machines alone cost no less than the optimum of the relaxation in
//     which replicas are loaded for nothing, nor than the next sum above it. Loads come on top.
//   - Demand left unserved. A model is short by no less than what its replicas lack of the demand,
//     in the combination that lacks least but something. By the reduced cost of what is unserved,
//     a solution that is short costs that much more than the relaxation.
//
// Where the accuracy counts, the objective has no such steps, and bounds stay as they are.

// liftSteps bounds the search for a sum, and for a combination of replicas.
const liftSteps = 20_000

// lift raises the bound of a solution by a relaxation over fillings.
func (l *fillings) lift(best *Solution, r root) {
	if best.Exact || !r.solved || best.Share < 1 || slices.Contains(l.plain, false) {
		return
	}
	if free := l.free(); free != nil {
		if r = free.generate(defaultWork * len(l.Configurations)); !r.solved {
			return
		}
	}
	bound := l.nextSum(r.bound, best.Objective)
	for m := range l.Demand {
		switch room := bound - r.bound; {
		case l.Demand[m] == 0 || room <= 0:
		case r.short[m] == 0:
			return
		default:
			bound = min(bound, r.bound+float64(r.short[m]*l.leastLack(m, room/r.short[m])))
		}
	}
	best.raise(bound)
}

// free returns these fillings for the problem without a price on loads; nil if there is none.
func (l *fillings) free() *fillings {
	if !slices.ContainsFunc(l.Configurations, func(f Configuration) bool { return f.Switch > 0 }) {
		return nil
	}
	x := *l.index
	x.Configurations = slices.Clone(x.Configurations)
	for c := range x.Configurations {
		x.Configurations[c].Switch = 0
	}
	x.presence = make([]*presence, len(x.Types))
	for k := range x.Types {
		x.presence[k] = newPresence(&x, k)
	}
	free := &fillings{index: &x, useful: l.useful, anew: l.anew, covers: l.covers, cuts: slices.Clone(l.cuts)}
	for _, f := range l.list {
		f.from, f.kept = -1, nil
		free.note(f)
	}
	return free
}

// nextSum returns the least sum of prices of machines that is not below a bound, up to rounding;
// most if there is none below that. If the search takes too long, it returns the bound.
func (x *index) nextSum(bound, most float64) float64 {
	base, list := 0., []tier(nil)
	for k := range x.Types {
		for _, t := range x.tiers(k) {
			if t.always {
				base += float64(float64(t.count) * t.price)
			} else if t.price > 0 {
				list = append(list, t)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b tier) int { return cmp.Compare(b.price, a.price) })
	rounding := 1e-9 * (1 + math.Abs(bound))
	for _, demand := range x.Demand {
		rounding += float64(x.Penalty * nothing * demand)
	}
	s := sums{tiers: list, least: bound - rounding, best: most, steps: liftSteps}
	s.search(0, base)
	if s.steps < 0 {
		return bound
	}
	return s.best
}

// sums is a search for the least sum of prices above another one.
type sums struct {
	tiers       []tier // the dearest first
	least, best float64
	steps       int
}

// search tries all numbers of machines from tier i on, beside those that cost a sum.
func (s *sums) search(i int, sum float64) {
	if s.steps--; s.steps < 0 || sum >= s.best {
		return
	}
	if sum >= s.least {
		s.best = sum
		return
	}
	if i == len(s.tiers) {
		return
	}
	t := &s.tiers[i]
	if n := math.Ceil((s.least - sum) / t.price); i == len(s.tiers)-1 {
		if n <= float64(t.count) {
			s.best = min(s.best, sum+float64(n*t.price))
		}
		return
	}
	for n := 0; n <= t.count && sum+float64(float64(n)*t.price) < s.best && s.steps >= 0; n++ {
		s.search(i+1, sum+float64(float64(n)*t.price))
	}
}

// leastLack returns the least rate, but not 0, that replicas of model m lack of its demand. It
// returns 0 if the search takes too long, and +Inf if none is below most.
func (x *index) leastLack(m int, most float64) float64 {
	s := lacks{x: x, list: slices.Clone(x.byModel[m]), least: nothing * x.Demand[m], best: math.Inf(1), most: most, steps: liftSteps}
	slices.SortStableFunc(s.list, func(a, b int) int { return cmp.Compare(x.Configurations[b].Capacity, x.Configurations[a].Capacity) })
	s.search(0, x.Demand[m])
	switch {
	case s.steps < 0:
		return 0
	case s.best >= most:
		return math.Inf(1)
	}
	return s.best
}

// lacks is a search for the replicas of a model that lack least of its demand.
type lacks struct {
	x                 *index
	list              []int // configurations, the largest capacity first
	least, most, best float64
	steps             int
}

// search tries all numbers of replicas from place i of the list on, where a rate is left to serve.
func (s *lacks) search(i int, left float64) {
	if s.steps--; s.steps < 0 {
		return
	}
	if left < s.most && left > s.least {
		s.best = min(s.best, left)
	}
	if i == len(s.list) {
		return
	}
	f := &s.x.Configurations[s.list[i]]
	if i == len(s.list)-1 {
		n := math.Floor((left - s.least) / f.Capacity)
		s.best = min(s.best, left-float64(max(0, n)*f.Capacity))
		return
	}
	for n := 0; left-float64(float64(n)*f.Capacity) > s.least && s.steps >= 0; n++ {
		s.search(i+1, left-float64(float64(n)*f.Capacity))
	}
}
