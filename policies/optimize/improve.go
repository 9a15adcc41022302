package optimize

import "slices"

const (
	together   = 3  // most machines that are given back for one try
	rounds     = 8  // most rounds over all tries
	improvable = 20 // most configurations of a problem to improve; above, it takes too long
)

// improve looks for a better solution near one. It gives back up to three machines of a type, the
// oldest or the youngest, and covers their load again without another one of that type. If the
// result is better, it goes on from there. This undoes machines that a cover took too early (local
// search by ruin and recreation; Schrimpf et al., Journal of Computational Physics 159, 2000).
func (x *index) improve(best Solution, name string) Solution {
	if len(x.Configurations) > improvable || best.Exact {
		return best
	}
	pk, changed := x.packed(best), false
	for again, round := true, 0; again && round < rounds; round++ {
		again = false
		for k := range x.Types {
			for n := 1; n <= together; n++ {
				for _, oldest := range []bool{false, true} {
					if n > len(pk.machines[k])-x.Types[k].least() {
						break
					}
					next := pk.without(k, n, oldest)
					next.prune()
					if found := next.solution(name + ": improved"); found.better(&best) && !near(found.Objective, best.Objective) {
						best, pk, again, changed = found, next, true, true
					}
				}
			}
		}
	}
	if changed {
		return pk.finish(best.Method)
	}
	return best
}

// packed returns the packing that a solution states.
func (x *index) packed(found Solution) *packing {
	pk := newPacking(x)
	clear(pk.machines) // those that must be rented are in the layout
	for _, m := range found.Layout {
		for range m.Count {
			pk.rent(m.Type)
			p := pk.machines[m.Type][len(pk.machines[m.Type])-1]
			for _, l := range m.Loads {
				f := &x.Configurations[l.Configuration]
				p.loads = append(p.loads, l)
				subtract(p.host, f.Host, l.Replicas)
				for _, d := range l.devices() {
					subtract(p.devices[d*len(f.Device):], f.Device, l.Replicas)
				}
				pk.replicas[l.Configuration] += l.Replicas
			}
		}
	}
	return pk
}

// without returns another packing: n machines of type k are given back, and others cover their
// load.
func (pk *packing) without(k, n int, oldest bool) *packing {
	next := *pk
	next.replicas, next.from, next.machines = slices.Clone(pk.replicas), make([]int, len(pk.from)), make([][]*machineFill, len(pk.machines))
	for t, list := range pk.machines {
		for _, p := range list {
			next.machines[t] = append(next.machines[t], &machineFill{slices.Clone(p.host), slices.Clone(p.devices), slices.Clone(p.loads)})
		}
	}
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
	limited := *pk.index
	limited.Types = slices.Clone(pk.Types)
	limited.Types[k].Max = len(next.machines[k])
	next.index = &limited
	next.grow(false)
	next.index = pk.index
	return &next
}
