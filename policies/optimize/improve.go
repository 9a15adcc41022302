package optimize

import "slices"

const (
	together   = 3  // most machines that are given back in one try
	rounds     = 8  // most rounds over all tries
	improvable = 20 // most configurations of a problem to improve; more take too long
)

// improve looks for a better solution close to the given one. It first packs the replicas anew. If
// the problem is small, it then gives back up to three machines of a type, the oldest or the
// newest, and covers their load again without new machines of this type. If the result is better,
// it continues from there. This replaces machines that a cover took too early (local search by ruin
// and recreation; Schrimpf et al., Journal of Computational Physics 159, 2000).
func (x *index) improve(best Solution, name string) Solution {
	if best.Exact {
		return best
	}
	best = x.repack(best, name, byRules)
	if len(x.Configurations) > improvable {
		return x.swap(best, name)
	}
	pk, changed := x.packed(best), false
	tried := Solution{Scale: best.Scale, Warnings: best.Warnings}
	for again, round := true, 0; again && round < rounds; round++ {
		again = false
		for k := range x.Types {
			for n := 1; n <= together; n++ {
				for _, oldest := range []bool{false, true} {
					if n > len(pk.machines[k])-x.Types[k].least() || oldest && pk.alike(k, n) {
						break
					}
					next := pk.without(k, n, oldest)
					next.prune()
					if next.state(&tried); tried.better(&best) && !near(tried.Objective, best.Objective) {
						best, again, changed = next.solution(name+": improved"), true, true
						pk, x.other = next, pk
					}
				}
			}
		}
	}
	if changed {
		best = pk.finish(best.Method)
	}
	x.other = nil
	return x.swap(best, name)
}

// alike reports whether the n oldest machines of type k hold the same replicas as the n newest.
func (pk *packing) alike(k, n int) bool {
	list := pk.machines[k]
	return slices.EqualFunc(list[:n], list[len(list)-n:], func(p, q *machineFill) bool {
		return slices.EqualFunc(p.loads, q.loads, PlacedReplicas.equal)
	})
}

// packed returns the packing of a solution.
func (x *index) packed(found Solution) *packing {
	pk := newPacking(x)
	clear(pk.machines) // the layout has all machines, including those that must be rented
	for _, m := range found.Layout {
		for range m.Count {
			pk.rent(m.Type)
			p := pk.machines[m.Type][len(pk.machines[m.Type])-1]
			for _, l := range m.Loads {
				f := &x.Configurations[l.Configuration]
				p.put(f, l)
				pk.replicas[l.Configuration] += l.Replicas
			}
		}
	}
	return pk
}

// without returns a changed copy of the packing, in pk.other: n machines of type k are given back,
// and other types cover their load.
func (pk *packing) without(k, n int, oldest bool) *packing {
	if pk.other == nil {
		pk.other = newPacking(pk.index)
	}
	next := pk.other
	next.copy(pk)
	for range n {
		i := 0
		if !oldest {
			i = len(next.machines[k]) - 1
		}
		for _, l := range next.machines[k][i].loads {
			next.replicas[l.Configuration] -= l.Replicas
		}
		next.giveBack(k, i)
	}
	next.full = k
	next.grow(false)
	next.full = -1
	return next
}

// copy makes the packing equal to another one of the same problem.
func (pk *packing) copy(of *packing) {
	copy(pk.replicas, of.replicas)
	clear(pk.from)
	pk.spent = of.spent
	for k, list := range of.machines {
		mine := pk.machines[k]
		for len(mine) < len(list) {
			mine = append(mine, &machineFill{})
		}
		pk.machines[k] = mine[:len(list)]
		for i, p := range list {
			q := mine[i]
			q.host, q.devices = append(q.host[:0], p.host...), append(q.devices[:0], p.devices...)
			q.loads = append(q.loads[:0], p.loads...)
		}
	}
}
