package optimize

import "slices"

// Predecessor says which present machine a machine of a layout is made from.
type Predecessor struct {
	Present int   // index in Problem.Present; −1: a new machine
	Devices []int // per device of the layout, the device of the present machine; nil: it has none
}

// Predecessors returns the predecessors of the machines of a layout, one entry per machine, such
// that the loads cost least, as in Solution.Switching. Of equal present machines, the first entries
// are taken. Machines that take no replica over are made from what is left, if anything is. The
// problem must be valid.
func (p Problem) Predecessors(layout []FilledHosts) []Predecessor {
	x := newIndex(p)
	all := 0
	for _, m := range layout {
		all += m.Count
	}
	out, machines := make([]Predecessor, 0, all), make([]FilledHosts, 0, all)
	ofType, contents := make([][]int, len(p.Types)), make([][]content, len(p.Types))
	for _, m := range layout {
		for range m.Count {
			ofType[m.Type] = append(ofType[m.Type], len(out))
			contents[m.Type] = append(contents[m.Type], x.presence[m.Type].content(m.Loads))
			out, machines = append(out, Predecessor{Present: -1}), append(machines, m)
		}
	}
	left := make([]int, len(p.Present))
	for i, m := range p.Present {
		left[i] = m.Count
	}
	for k, list := range ofType {
		q := x.presence[k]
		on, _ := q.match(contents[k])
		ofGroup := make([][]int, len(q.groups))
		for g := range ofGroup {
			ofGroup[g] = q.groups[g].entries
		}
		for i, g := range on {
			if g >= 0 {
				out[list[i]].Present = takeFirst(left, &ofGroup[g])
			}
		}
		entries := entriesOf(p, k)
		for i, g := range on {
			if g < 0 {
				out[list[i]].Present = takeFirst(left, &entries)
			}
		}
	}
	for i := range out {
		if at := out[i].Present; at >= 0 && p.Types[machines[i].Type].Devices > 0 {
			out[i].Devices = x.onDevices(machines[i].Type, machines[i].Loads, p.Present[at].Loads)
		}
	}
	return out
}

// entriesOf returns the entries of Present of type k.
func entriesOf(p Problem, k int) (list []int) {
	for i, m := range p.Present {
		if m.Type == k {
			list = append(list, i)
		}
	}
	return list
}

// takeFirst takes a machine of the first entry of which any is left, and returns the entry; −1 if
// none is left. It shortens the list of entries by those of which none is left.
func takeFirst(left []int, entries *[]int) int {
	for ; len(*entries) > 0; *entries = (*entries)[1:] {
		if i := (*entries)[0]; left[i] > 0 {
			left[i]--
			return i
		}
	}
	return -1
}

// onDevices returns, for each device of a machine with the loads to, the device of a machine with
// the loads was from which its replicas stay.
func (x *index) onDevices(k int, to, was []PlacedReplicas) []int {
	devices, q := x.Types[k].Devices, x.presence[k]
	held := func(loads []PlacedReplicas) []bag {
		list := make([]bag, devices)
		for _, l := range loads {
			if i, paid := q.place[l.Configuration]; paid {
				for _, d := range l.devices() {
					list[d] = list[d].add(i, l.Replicas)
				}
			}
		}
		return list
	}
	after, before := held(to), held(was)
	same := assignment(devices, devices, func(d, e int) float64 { return q.common(after[d], before[e]) })
	free := slices.Repeat([]bool{true}, devices)
	for _, e := range same {
		if e >= 0 {
			free[e] = false
		}
	}
	for d, e := range same {
		if e < 0 {
			same[d] = slices.Index(free, true)
			free[same[d]] = false
		}
	}
	return same
}
