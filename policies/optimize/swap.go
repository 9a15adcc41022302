package optimize

import "slices"

const (
	swappable = 60        // most configurations of a problem in which machines are swapped
	swapWork  = 1_000_000 // tries times configurations times machines
)

// swap replaces one or two machines by a cheaper one as long as that makes the solution better. The
// new machine is filled with what covers most of the demand that the others leave, and further
// replicas go to free space or to further machines. It tries each pair of different machines once
// in a round, the dearest first.
func (x *index) swap(best Solution, name string) Solution {
	if best.Exact || best.Share < 1 || len(x.Configurations) > swappable {
		return best
	}
	pk, tried := x.packed(best), Solution{Scale: best.Scale, Warnings: best.Warnings}
	work, changed := swapWork, false
	for again := true; again; {
		again = false
		for _, out := range pk.swaps() {
			for k := range x.Types {
				if work -= len(x.Configurations) * (10 + pk.count()); work < 0 {
					break
				}
				next := pk.swapped(out, k)
				if next == nil {
					continue
				}
				if next.state(&tried); tried.better(&best) && !near(tried.Objective, best.Objective) {
					best, again, changed = next.solution(name+": swapped"), true, true
					pk, x.other = next, pk
					break
				}
			}
			if again || work < 0 {
				break
			}
		}
	}
	if changed {
		best = pk.finish(best.Method)
	}
	x.other = nil
	return best
}

// spot is a machine of a packing.
type spot struct{ kind, at int }

// count returns the number of machines.
func (pk *packing) count() (n int) {
	for _, list := range pk.machines {
		n += len(list)
	}
	return n
}

// swaps lists single machines and pairs that may be given back, one of each kind that holds the
// same replicas.
func (pk *packing) swaps() (out [][]spot) {
	var different []spot
	twice := map[spot]spot{} // another machine with the same replicas
	for _, k := range pk.dearest {
		if !pk.spare(k) {
			continue
		}
		from := len(different)
		for i, p := range pk.machines[k] {
			same := slices.IndexFunc(different[from:], func(o spot) bool {
				return slices.EqualFunc(pk.machines[k][o.at].loads, p.loads, PlacedReplicas.equal)
			})
			if same < 0 {
				different = append(different, spot{k, i})
			} else {
				twice[different[from+same]] = spot{k, i}
			}
		}
	}
	for i, a := range different {
		out = append(out, []spot{a})
		if b, ok := twice[a]; ok {
			out = append(out, []spot{a, b})
		}
		for _, b := range different[i+1:] {
			out = append(out, []spot{a, b})
		}
	}
	return out
}

// swapped returns a changed copy of the packing, in pk.other: some machines are given back, and one
// machine of type k is rented instead. It returns nil if this is not cheaper, or not allowed.
func (pk *packing) swapped(out []spot, k int) *packing {
	if pk.other == nil {
		pk.other = newPacking(pk.index)
	}
	next := pk.other
	next.copy(pk)
	for i, s := range slices.Backward(out) {
		if !next.spare(s.kind) {
			return nil
		}
		at := s.at
		for _, o := range out[i+1:] { // given back already
			if o.kind == s.kind && o.at < at {
				at--
			}
		}
		for _, l := range next.machines[s.kind][at].loads {
			next.replicas[l.Configuration] -= l.Replicas
		}
		next.giveBack(s.kind, at)
	}
	if !next.canRent(k) || next.nextPrice(k) >= pk.dearer(next) {
		return nil
	}
	g := newGrowth(next)
	most, best := 0., step{}
	for _, lead := range next.byType[k] {
		if s := g.filling(k, lead); s.gain-s.price > most {
			most, best = s.gain-s.price, s
			best.adds = slices.Clone(s.adds)
		}
	}
	if best.adds == nil {
		return nil
	}
	g.take(best)
	next.grow(false)
	next.prune()
	return next
}

// dearer returns what the machines of a packing cost more than those of another one.
func (pk *packing) dearer(than *packing) (price float64) {
	for k := range pk.Types {
		for n := len(than.machines[k]); n < len(pk.machines[k]); n++ {
			price += pk.Types[k].next(n)
		}
	}
	return price
}
