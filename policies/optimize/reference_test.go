package optimize

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
)

// reference is a greedy cover without memory of fillings, heaps and lists that are kept in order.
// It looks at every configuration for every step.
type reference struct {
	*growth
	bounds []float64 // per configuration, the bound of its filling as a lead
	gone   []bool    // per configuration, no filling is possible any more
}

func newReference(pk *packing, whole bool) *reference {
	r := &reference{growth: newGrowth(pk)}
	r.growth.whole = whole
	n := len(pk.Configurations)
	r.bounds, r.gone = make([]float64, n), make([]bool, n)
	for c := range r.bounds {
		r.bounds[c] = math.Inf(1)
	}
	return r
}

// grow adds steps until none is worth its price.
func (r *reference) grow() {
	for {
		best := r.best()
		if best.adds == nil {
			return
		}
		r.take(best)
		for best.rents >= 0 && r.canRent(best.rents) {
			again := r.fill(best.rents, best.lead)
			if again.gain < best.gain-tiny(best.gain) || again.price > best.price {
				break
			}
			r.take(again)
		}
	}
}

// best returns the best step among replicas in free space and fillings.
func (r *reference) best() (best step) {
	for _, list := range r.byType {
		for _, c := range list {
			gain, fee := r.gain(c), r.fee(c)
			s := step{rents: -1, adds: []int{c}, gain: gain, price: fee, asked: fee, rank: gain}
			if gain <= fee || r.only >= 0 && r.Configurations[c].Model != r.only || !s.better(best) {
				continue
			}
			if p, _ := r.room(c); p != nil {
				best = s
			}
		}
	}
	tried := make([]bool, len(r.bounds))
	for best.adds == nil || best.price > 0 {
		k, lead := r.next(tried)
		if k < 0 || r.bounds[lead] < best.density()*(1-1e-9) {
			break
		}
		tried[lead] = true
		f := &r.Configurations[lead]
		if !r.canRent(k) || r.gain(lead) == 0 {
			r.gone[lead] = !r.canRent(k) || r.plain[f.Model]
			continue
		}
		s := r.fill(k, lead)
		if r.fillers[k].falling {
			r.bounds[lead] = s.rank / (s.asked - (s.price - r.nextPrice(k)))
		}
		if s.gain > s.price+tiny(s.price) && (s.better(best) || !best.better(s) && best.rents >= 0 && s.before(&best)) {
			best = s
		}
	}
	return best
}

// next returns the lead with the highest bound that was not tried yet; −1: there is none.
func (r *reference) next(tried []bool) (kind, lead int) {
	kind, lead = -1, -1
	for k, list := range r.byType {
		for _, c := range list {
			if of := r.Configurations[c].Model; tried[c] || r.gone[c] || r.only >= 0 && of != r.only {
				continue
			}
			if lead < 0 || r.bounds[c] > r.bounds[lead] {
				kind, lead = k, c
			}
		}
	}
	return kind, lead
}

// fill returns the filling of a new machine of type k.
func (r *reference) fill(k, lead int) step {
	r.try.clear(&r.Types[k])
	s := step{rents: k, lead: lead, price: r.nextPrice(k)}
	r.trying, r.undo = true, r.undo[:0]
	for r.tryAdd(&s, lead) && r.only < 0 {
	}
	if r.only < 0 {
		for r.further(k, lead, &s) {
		}
	}
	r.order(&s)
	for _, c := range s.adds {
		r.replicas[c]--
	}
	for i := len(r.undo) - 1; i >= 0; i-- {
		u := r.undo[i]
		r.residual[u.model], r.worth[u.model], r.state[u.model] = u.residual, u.worth, u.state
	}
	r.trying = false
	return s
}

// further adds the replica with the largest net that has room on the machine.
func (r *reference) further(k, lead int, s *step) bool {
	if _, room := r.try.device(&r.fillers[k].smallest); !room {
		return false
	}
	best, most := -1, 0.
	for _, c := range r.byType[k] {
		net := r.gain(c) - r.fee(c)
		if _, room := r.try.device(&r.Configurations[c]); room && c != lead && net > most {
			best, most = c, net
		}
	}
	if best < 0 {
		return false
	}
	device, _ := r.try.device(&r.Configurations[best])
	r.put(s, addition{best, device, r.gain(best), r.fee(best)})
	return true
}

// level adds replicas of the model with the least share, as long as there are any.
func (r *reference) level() {
	stuck := make([]bool, len(r.Demand))
	for {
		least := math.Inf(1)
		r.only = -1
		for m := range r.Demand {
			if share := r.shareNow(m); !stuck[m] && !r.idle(m) && share < least {
				r.only, least = m, share
			}
		}
		if r.only < 0 {
			return
		}
		if best := r.best(); best.adds == nil {
			stuck[r.only] = true
		} else {
			r.take(best)
		}
	}
}

// referenceProblems calls check with random problems: plenty or few machines, an idle fleet or one
// that stands, and accuracy that counts or not.
func referenceProblems(check func(name string, p Problem)) {
	for seed := range uint64(20) {
		p := randomFleet(seed)
		check("fleet", p)
		for k := range p.Types {
			p.Types[k].Max = 1 + int(seed%4)
		}
		check("fleet with few machines", p)
		p.MinReplicas, p.Budget = make([]int, len(p.Demand)), 3+float64(seed)
		p.MinReplicas[0] = int(seed % 5)
		check("fleet with a budget", p)
	}
	for seed := uint64(1); seed <= 3; seed++ {
		for _, models := range []int{5, 16} {
			for _, most := range []int{400, models / 2, models/4 + 1} {
				variants := 1 + 2*int(seed%2)
				p := seeded(seed, models, 10, variants, 2000, most)
				check("plain", p)
				p = standing(p)
				check("standing", p)
				p.AccuracyWeight = 0.001
				check("accuracy", p)
			}
		}
	}
}

// TestGreedyStepsAreThoseOfTheReference compares packings, with all their machines.
func TestGreedyStepsAreThoseOfTheReference(t *testing.T) {
	problems := 0
	referenceProblems(func(name string, p Problem) {
		problems++
		x := newIndex(p)
		r := rand.New(rand.NewPCG(uint64(problems), 1))
		scarcity := make([]float64, len(p.Types))
		for k := range scarcity {
			scarcity[k] = float64(r.IntN(3))
		}
		for _, c := range []struct {
			whole    bool
			scarcity []float64
			level    bool
		}{{}, {whole: true}, {scarcity: scarcity}, {level: true}} {
			got, want := newPacking(x), newPacking(newIndex(p))
			got.scarcity, want.scarcity = c.scarcity, c.scarcity
			if c.level {
				got.level()
				newReference(want, false).level()
			} else {
				got.grow(c.whole)
				newReference(want, c.whole).grow()
			}
			if !reflect.DeepEqual(got.replicas, want.replicas) || !reflect.DeepEqual(got.machines, want.machines) {
				t.Fatalf("problem %d (%s), %+v: replicas %v, the reference has %v", problems, name, c, got.replicas, want.replicas)
			}
		}
	})
}

// TestPlansInTurnDoNotDependOnMemory plans models one after the other, with and without the plans
// of the models alone.
func TestPlansInTurnDoNotDependOnMemory(t *testing.T) {
	kept := 0
	referenceProblems(func(name string, p Problem) {
		s := newPlanner(newIndex(p), defaultStates)
		if _, err := s.plan(); err == nil {
			return
		}
		got := s.sequential()
		for m := range s.own {
			if s.own[m] != nil && s.unlimited(m, s.free()) {
				kept++
			}
			s.own[m] = nil
		}
		if want := s.sequential(); !reflect.DeepEqual(got, want) {
			t.Fatalf("%s: %v, without memory %v", name, got, want)
		}
	})
	if kept == 0 {
		t.Error("no plan was kept")
	}
}
