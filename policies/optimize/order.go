package optimize

import (
	"cmp"
	"slices"
)

// order is an order of a problem's types and configurations that depends only on their values.
type order struct {
	types, configurations []int // at each place, the index in the problem
}

// canonical returns the order of a problem: types by price, configurations by type, model and
// capacity, and then both by all other values. If only the numbers that run now differ, the larger
// number comes first. If nothing differs, the order in the problem decides. Solvers break ties by
// the lowest index. So their solutions do not depend on the order of the problem's lists.
func (p Problem) canonical() order {
	o := order{indices(len(p.Types)), indices(len(p.Configurations))}
	of, running := make([][]int, len(p.Types)), p.running()
	for c, f := range p.Configurations {
		of[f.Type] = append(of[f.Type], c)
	}
	for _, list := range of {
		slices.SortStableFunc(list, func(a, b int) int {
			return cmp.Or(p.Configurations[a].compare(&p.Configurations[b]), cmp.Compare(running[b], running[a]))
		})
	}
	slices.SortStableFunc(o.types, func(a, b int) int {
		s, t := &p.Types[a], &p.Types[b]
		if c := s.compare(t); c != 0 {
			return c
		}
		each := func(by func(f, g *Configuration) int) int {
			return slices.CompareFunc(of[a], of[b], func(c, d int) int { return by(&p.Configurations[c], &p.Configurations[d]) })
		}
		return cmp.Or(
			each((*Configuration).compare),
			cmp.Compare(t.Rented, s.Rented),
			slices.CompareFunc(of[a], of[b], func(c, d int) int { return cmp.Compare(running[d], running[c]) }),
			slices.CompareFunc(p.presentOf(a, of[a]), p.presentOf(b, of[b]), FilledHosts.compare),
		)
	})
	o.configurations = o.configurations[:0]
	for _, k := range o.types {
		o.configurations = append(o.configurations, of[k]...)
	}
	return o
}

// presentOf returns the present machines of type k in an order that does not depend on the order in
// the problem. In it, the configurations are numbered by their places in the list, and type is 0.
func (p Problem) presentOf(k int, list []int) (out []FilledHosts) {
	place := make(map[int]int, len(list))
	for at, c := range list {
		place[c] = at
	}
	for _, m := range p.Present {
		if m.Type != k {
			continue
		}
		m.Type, m.Loads = 0, slices.Clone(m.Loads)
		for i := range m.Loads {
			m.Loads[i].Configuration = place[m.Loads[i].Configuration]
		}
		slices.SortFunc(m.Loads, PlacedReplicas.compare)
		out = append(out, m)
	}
	slices.SortFunc(out, FilledHosts.compare)
	return out
}

func indices(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

// compare orders types by all values except the number that is rented now.
func (t *HostType) compare(o *HostType) int {
	return cmp.Or(
		cmp.Compare(t.Price, o.Price), slices.Compare(t.Host, o.Host),
		cmp.Compare(t.Devices, o.Devices), slices.Compare(t.Device, o.Device),
		cmp.Compare(t.Max, o.Max), cmp.Compare(t.Min, o.Min),
		cmp.Compare(t.Reserved, o.Reserved), cmp.Compare(t.Switch, o.Switch),
	)
}

// compare orders configurations of a type by all values except the number that runs now.
func (f *Configuration) compare(o *Configuration) int {
	return cmp.Or(
		cmp.Compare(f.Model, o.Model), cmp.Compare(o.Capacity, f.Capacity), cmp.Compare(o.Accuracy, f.Accuracy),
		slices.Compare(f.Host, o.Host), slices.Compare(f.Device, o.Device), cmp.Compare(f.Devices, o.Devices),
		cmp.Compare(f.Switch, o.Switch),
	)
}

// arranged returns the problem with its lists in this order.
func (o order) arranged(p Problem) Problem {
	place := make([]int, len(o.types))
	types, configurations := make([]HostType, len(o.types)), make([]Configuration, len(o.configurations))
	for i, k := range o.types {
		types[i], place[k] = p.Types[k], i
	}
	for i, c := range o.configurations {
		configurations[i] = p.Configurations[c]
		configurations[i].Type = place[configurations[i].Type]
	}
	p.Types, p.Configurations = types, configurations
	var present []FilledHosts
	for i, k := range o.types {
		for _, m := range p.presentOf(k, o.configurations) {
			m.Type = i
			present = append(present, m)
		}
	}
	p.Present = present
	return p
}

// restored converts a solution of the arranged problem into one of the original problem.
func (o order) restored(found Solution) Solution {
	found.Machines = back(found.Machines, o.types)
	found.Replicas = back(found.Replicas, o.configurations)
	found.Rates = back(found.Rates, o.configurations)
	if found.Limits != nil {
		found.Limits = back(found.Limits, o.types)
	}
	for i := range found.Layout {
		m := &found.Layout[i]
		m.Type = o.types[m.Type]
		m.Loads = slices.Clone(m.Loads)
		for j := range m.Loads {
			m.Loads[j].Configuration = o.configurations[m.Loads[j].Configuration]
		}
	}
	return found
}

// back returns a list whose element order[i] is list[i].
func back[V any](list []V, order []int) []V {
	out := make([]V, len(list))
	for i, v := range list {
		out[order[i]] = v
	}
	return out
}
