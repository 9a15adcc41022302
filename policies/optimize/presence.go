package optimize

import (
	"cmp"
	"encoding/binary"
	"slices"
)

// presence describes the present machines of one type, as far as it decides which replicas need a
// load. A replica stays without a load if its machine holds one of its configuration now. If a
// machine has several devices, and the replica takes a part of one, it stays on its device.
type presence struct {
	paid   []int          // configurations that can serve and whose load has a price
	prices []float64      // per entry of paid, the price of a load, in $ per hour
	onPart []bool         // per entry of paid: a replica takes a part of one of several devices
	place  map[int]int    // per configuration, its index in paid
	groups []equalHosts   // present machines that hold any replicas of paid
	known  map[string]int // the index in groups by content.key
}

// equalHosts are present machines of one type that hold the same replicas.
type equalHosts struct {
	content
	count   int
	loads   []PlacedReplicas
	entries []int // in Problem.Present
}

// content says which replicas a machine holds, without those whose load has no price.
type content struct {
	counts  bag   // by the index in presence.paid
	devices []bag // the same per device that holds parts, in a fixed order
}

// newPresence returns the present machines of type k.
func newPresence(x *index, k int) *presence {
	q := &presence{place: map[int]int{}}
	for _, c := range x.byType[k] {
		if f := &x.Configurations[c]; f.Switch > 0 && x.current[c] > 0 {
			q.place[c] = len(q.paid)
			q.paid, q.prices = append(q.paid, c), append(q.prices, f.Switch)
			q.onPart = append(q.onPart, x.Types[k].Devices > 1 && f.needed() == 1)
		}
	}
	if len(q.paid) == 0 {
		return q
	}
	q.known = map[string]int{}
	for i, m := range x.Present {
		if m.Type != k {
			continue
		}
		held := q.content(m.Loads)
		if len(held.counts) == 0 {
			continue
		}
		at, ok := q.known[held.key()]
		if !ok {
			at = len(q.groups)
			q.known[held.key()] = at
			q.groups = append(q.groups, equalHosts{content: held, loads: m.Loads})
		}
		q.groups[at].count += m.Count
		q.groups[at].entries = append(q.groups[at].entries, i)
	}
	return q
}

// content returns what a machine holds.
func (q *presence) content(loads []PlacedReplicas) content {
	var held content
	var devices []int // of the entries of held.devices
	for _, l := range loads {
		i, ok := q.place[l.Configuration]
		if !ok {
			continue
		}
		if held.counts = held.counts.add(i, l.Replicas); !q.onPart[i] {
			continue
		}
		at := slices.Index(devices, l.Device)
		if at < 0 {
			at = len(devices)
			devices, held.devices = append(devices, l.Device), append(held.devices, nil)
		}
		held.devices[at] = held.devices[at].add(i, l.Replicas)
	}
	slices.SortFunc(held.devices, bag.compare)
	return held
}

// key returns a string that is the same for equal contents only.
func (h *content) key() string {
	b := make([]byte, 0, 32)
	for _, list := range append([]bag{h.counts}, h.devices...) {
		b = binary.AppendUvarint(b, uint64(len(list)))
		for _, a := range list {
			b = binary.AppendUvarint(binary.AppendUvarint(b, uint64(a.index)), uint64(a.count))
		}
	}
	return string(b)
}

// kept returns which replicas stay without a load, if a machine with the content was is to have the
// content to. The saved loads have the highest price.
func (q *presence) kept(to, was *content) (kept bag) {
	to.counts.shared(was.counts, func(i, n int) {
		if !q.onPart[i] {
			kept = kept.add(i, n)
		}
	})
	for d, e := range q.sameDevices(to, was) {
		if e >= 0 {
			to.devices[d].shared(was.devices[e], func(i, n int) { kept = kept.add(i, n) })
		}
	}
	return kept
}

// saved returns the price of the loads of the replicas that stay (see kept).
func (q *presence) saved(to, was *content) (sum float64) {
	to.counts.shared(was.counts, func(i, n int) {
		if !q.onPart[i] {
			sum += float64(q.prices[i] * float64(n))
		}
	})
	for d, e := range q.sameDevices(to, was) {
		if e >= 0 {
			sum += q.common(to.devices[d], was.devices[e])
		}
	}
	return sum
}

// sameDevices returns for each device of to the device of was from which its replicas stay.
func (q *presence) sameDevices(to, was *content) []int {
	return assignment(len(to.devices), len(was.devices), func(d, e int) float64 { return q.common(to.devices[d], was.devices[e]) })
}

// common returns the price of the loads of replicas that are in both bags.
func (q *presence) common(a, b bag) (sum float64) {
	a.shared(b, func(i, n int) { sum += float64(q.prices[i] * float64(n)) })
	return sum
}

// match gives every machine the group of present machines that it is made from, −1 for none. It
// returns also the price of the loads that this saves, which is the highest possible, unless there
// are very many different machines (see assignment).
//
// Equal machines are matched first. This is never worse: to load by way of a third content costs no
// less than to load directly.
func (q *presence) match(machines []content) (on []int, saved float64) {
	on, left, saved := q.matchEqual(machines)
	var open, hosts []int // machines, and groups with one entry per machine
	for i, g := range on {
		if g < 0 && len(machines[i].counts) > 0 {
			open = append(open, i)
		}
	}
	for g, n := range left {
		for range min(n, len(open)) {
			hosts = append(hosts, g)
		}
	}
	for i, j := range assignment(len(open), len(hosts), func(i, j int) float64 { return q.saved(&machines[open[i]], &q.groups[hosts[j]].content) }) {
		if j >= 0 {
			on[open[i]] = hosts[j]
			saved += q.saved(&machines[open[i]], &q.groups[hosts[j]].content)
		}
	}
	return on, saved
}

// matchEqual is match for machines that equal present ones. It returns also how many machines are
// left of each group.
func (q *presence) matchEqual(machines []content) (on, left []int, saved float64) {
	on, left = slices.Repeat([]int{-1}, len(machines)), make([]int, len(q.groups))
	for g := range q.groups {
		left[g] = q.groups[g].count
	}
	for i := range machines {
		if g, ok := q.known[machines[i].key()]; ok && left[g] > 0 {
			on[i] = g
			left[g]--
			saved += q.common(machines[i].counts, q.groups[g].counts)
		}
	}
	return on, left, saved
}

// loading returns the price of the loads that a layout needs, in $ per hour.
func (x *index) loading(layout []FilledHosts) (price float64) {
	machines := make([][]content, len(x.Types))
	for _, m := range layout {
		for _, l := range m.Loads {
			price += float64(x.Configurations[l.Configuration].Switch * float64(l.Replicas*m.Count))
		}
		if q := x.presence[m.Type]; len(q.groups) > 0 {
			machines[m.Type] = append(machines[m.Type], slices.Repeat([]content{q.content(m.Loads)}, m.Count)...)
		}
	}
	for k, list := range machines {
		if len(list) > 0 {
			_, saved := x.presence[k].match(list)
			price -= saved
		}
	}
	return max(0, price)
}

// compare orders present machines by their values.
func (m FilledHosts) compare(o FilledHosts) int {
	return cmp.Or(cmp.Compare(m.Type, o.Type), slices.CompareFunc(m.Loads, o.Loads, PlacedReplicas.compare), cmp.Compare(m.Count, o.Count))
}

// compare orders loads by their values.
func (l PlacedReplicas) compare(o PlacedReplicas) int {
	return cmp.Or(
		cmp.Compare(l.Configuration, o.Configuration), cmp.Compare(l.Device, o.Device),
		cmp.Compare(l.Replicas, o.Replicas), slices.Compare(l.Further, o.Further),
	)
}
