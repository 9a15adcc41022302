package optimize

import "slices"

const (
	raises  = 8 // most raises of the extra price, for one share
	halving = 5 // steps of the bisection for the largest share
)

// relieve looks for a solution with a larger least served share than the given solution, and than
// the parameter least. By bisection it finds the largest share of all demands that it can cover, up
// to the largest one of the relaxation. It then covers more of the model with the least served
// share, as long as machines are left. If it can cover no share, it does this from the start.
//
// If a cover runs out of machines for a model, it is repeated with an extra price on their types
// (scarcity). So models that can be served elsewhere leave these machines to models that cannot.
// The extra price is a multiplier of the limit, raised as in subgradient methods (Fisher,
// Management Science 27, 1981).
func (x *index) relieve(best Solution, least float64) Solution {
	var most *packing
	level := func(pk *packing) {
		pk.level()
		pk.prune()
		if inSteps(pk.leastShare()) >= inSteps(best.Share) {
			if found := pk.solution("greedy: scarce machines shared"); found.better(&best) {
				best, most, pk = found, pk, most
			}
		}
		if pk != nil {
			pk.release()
		}
	}
	low, scarcity := max(best.Share, least), make([]float64, len(x.Types))
	high := max(low, x.fairest)
	for try := 0; try <= halving; try++ {
		share := high
		if try > 0 {
			share = (low + high) / 2
		}
		pk, covered := x.scaled(share).within(scarcity)
		pk.index = x
		level(pk)
		if covered {
			low = share
		} else {
			high = share
		}
		if best.Share == 1 || high-low < 1./steps {
			break
		}
	}
	if low == 0 {
		level(newPacking(x))
	}
	if most != nil {
		return most.finish(best.Method)
	}
	return best
}

// within covers the demand, and raises the extra price of types that ran out, until no model lacks
// machines, or a raise changes nothing. Covered reports whether it succeeded.
func (x *index) within(scarcity []float64) (pk *packing, covered bool) {
	var before []int // replicas of the cover before
	for range raises {
		if pk != nil {
			before = pk.replicas
			pk.release()
		}
		pk = newPacking(x)
		pk.scarcity = scarcity
		pk.grow(false)
		machines, out := make([]int, len(x.Types)), make([]bool, len(x.Types))
		for k, list := range pk.machines {
			machines[k] = len(list)
		}
		short, raised := false, false
		for m := range x.Demand {
			served, _ := x.split(m, pk.replicas, nil)
			if x.idle(m) || !x.short(m, served, pk.replicas, machines) {
				continue
			}
			short = true
			for _, c := range x.byModel[m] {
				k := x.Configurations[c].Type
				out[k] = machines[k] >= x.Types[k].Max
				raised = raised || out[k]
			}
		}
		if !short || !raised || slices.Equal(pk.replicas, before) {
			return pk, !short
		}
		x.raise(scarcity, out)
	}
	return pk, false
}

// raise doubles the extra price of the types that ran out. The first extra price is a quarter of
// the highest price of a machine.
func (x *index) raise(scarcity []float64, out []bool) {
	first := 0.
	for _, t := range x.Types {
		first = max(first, t.Price/4)
	}
	if first == 0 {
		first = 1
	}
	for k := range scarcity {
		if out[k] {
			scarcity[k] = 2*scarcity[k] + first
		}
	}
}
