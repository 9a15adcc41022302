package optimize

import (
	"cmp"
	"slices"
)

// consolidate gives a machine back where room that is left on the others takes what serves the same
// demand, be it by other configurations. The greedy cover is not regretted for that otherwise: a
// configuration that shares no machine may be the densest before others have rented a machine with
// room for its model. The dearest machines come first.
func (pk *packing) consolidate() {
	types := indices(len(pk.Types))
	slices.SortStableFunc(types, func(a, b int) int { return cmp.Compare(pk.Types[b].Price, pk.Types[a].Price) })
	for _, k := range types {
		for i := len(pk.machines[k]) - 1; i >= 0 && pk.spare(k); i-- {
			p := pk.machines[k][i]
			if i+1 < len(pk.machines[k]) && p.alike(pk.machines[k][i+1]) {
				continue // what did not help the machine before does not help this one
			}
			if pk.mayMove(p) {
				pk.dissolve(k, i)
			}
		}
	}
}

// alike reports whether two machines of a type hold the same.
func (p *machineFill) alike(o *machineFill) bool {
	return slices.EqualFunc(p.loads, o.loads, PlacedReplicas.equal)
}

// mayMove reports whether another machine than p has room for a replica of every model
// on it.
func (pk *packing) mayMove(p *machineFill) bool {
	for _, m := range pk.models(p) {
		if !slices.ContainsFunc(pk.byModel[m], func(c int) bool { return pk.roomBeside(c, p) }) {
			return false
		}
	}
	return true
}

// roomBeside reports whether another machine than p has room for configuration c.
func (pk *packing) roomBeside(c int, p *machineFill) bool {
	f := &pk.Configurations[c]
	return slices.ContainsFunc(pk.machines[f.Type], func(o *machineFill) bool {
		_, ok := o.device(f)
		return ok && o != p
	})
}

// dissolve gives back machine i of type k and fills the room of the others, if that is better.
func (pk *packing) dissolve(k, i int) {
	before, was := pk.worth(), pk.copied()
	p := pk.machines[k][i]
	for _, l := range p.loads {
		pk.replicas[l.Configuration] -= l.Replicas
	}
	pk.giveBack(k, i)
	clear(pk.from)
	g := newGrowth(pk)
	for s := g.free(); s.adds != nil; s = g.free() {
		g.take(s)
	}
	if saved := pk.Types[k].next(len(pk.machines[k])); pk.worth()+saved <= before+tiny(before) {
		pk.restore(was)
	}
}

// worth returns what the replicas are worth, less their switching.
func (pk *packing) worth() (sum float64) {
	for m := range pk.Demand {
		_, worth := pk.split(m, pk.replicas, nil)
		sum += worth
	}
	for c, n := range pk.replicas {
		sum -= pk.switching(c, n)
	}
	return sum
}

// contents is what a packing holds.
type contents struct {
	replicas []int
	machines [][]*machineFill
	spent    float64
}

// copied returns a copy of what the packing holds.
func (pk *packing) copied() contents {
	was := contents{slices.Clone(pk.replicas), make([][]*machineFill, len(pk.machines)), pk.spent}
	for k, list := range pk.machines {
		for _, p := range list {
			was.machines[k] = append(was.machines[k], &machineFill{slices.Clone(p.host), slices.Clone(p.devices), slices.Clone(p.loads)})
		}
	}
	return was
}

// restore puts back what the packing held.
func (pk *packing) restore(was contents) {
	pk.replicas, pk.machines, pk.spent = was.replicas, was.machines, was.spent
	clear(pk.from)
}
