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
	paid   []int        // configurations that can serve and whose load has a price
	prices []float64    // per entry of paid, the price of a load, in $ per hour
	onPart []bool       // per entry of paid: a replica takes a part of one of several devices
	place  map[int]int  // per configuration, its index in paid
	groups []equalHosts // present machines that hold any replicas of paid
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
	counts  []int   // per entry of presence.paid, number of replicas
	devices [][]int // per device that holds parts, number of replicas; in a fixed order
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
	known := map[string]int{}
	for i, m := range x.Present {
		if m.Type != k {
			continue
		}
		held := q.content(m.Loads)
		if !slices.ContainsFunc(held.counts, func(n int) bool { return n > 0 }) {
			continue
		}
		at, ok := known[held.key()]
		if !ok {
			at = len(q.groups)
			known[held.key()] = at
			q.groups = append(q.groups, equalHosts{content: held, loads: m.Loads})
		}
		q.groups[at].count += m.Count
		q.groups[at].entries = append(q.groups[at].entries, i)
	}
	return q
}

// content returns what a machine holds.
func (q *presence) content(loads []PlacedReplicas) content {
	held := content{counts: make([]int, len(q.paid))}
	var devices []int // of the entries of held.devices
	for _, l := range loads {
		i, ok := q.place[l.Configuration]
		if !ok {
			continue
		}
		if held.counts[i] += l.Replicas; !q.onPart[i] {
			continue
		}
		at := slices.Index(devices, l.Device)
		if at < 0 {
			at = len(devices)
			devices, held.devices = append(devices, l.Device), append(held.devices, make([]int, len(q.paid)))
		}
		held.devices[at][i] += l.Replicas
	}
	slices.SortFunc(held.devices, slices.Compare[[]int])
	return held
}

// key returns a string that is the same for equal contents only.
func (h *content) key() string {
	var b []byte
	for _, n := range h.counts {
		b = binary.AppendUvarint(b, uint64(n))
	}
	for _, device := range h.devices {
		for _, n := range device {
			b = binary.AppendUvarint(b, uint64(n))
		}
	}
	return string(b)
}

// kept returns how many replicas of each entry of paid stay without a load, if a machine with the
// content was is to have the content to. It maximises the price of the saved loads.
func (q *presence) kept(to, was *content) (kept []int, saved float64) {
	kept = make([]int, len(q.paid))
	for i := range kept {
		if !q.onPart[i] {
			kept[i] = min(to.counts[i], was.counts[i])
			saved += q.prices[i] * float64(kept[i])
		}
	}
	for d, e := range assignment(len(to.devices), len(was.devices), func(d, e int) float64 { return q.common(to.devices[d], was.devices[e]) }) {
		if e < 0 {
			continue
		}
		saved += q.common(to.devices[d], was.devices[e])
		for i := range kept {
			kept[i] += min(to.devices[d][i], was.devices[e][i])
		}
	}
	return kept, saved
}

// saved returns the price of the loads that kept saves.
func (q *presence) saved(to, was *content) float64 {
	if len(to.devices) == 0 || len(was.devices) == 0 {
		sum := 0.
		for i, n := range to.counts {
			if !q.onPart[i] {
				sum += q.prices[i] * float64(min(n, was.counts[i]))
			}
		}
		return sum
	}
	_, saved := q.kept(to, was)
	return saved
}

// common returns the price of the loads of replicas that are in both lists, which are per entry of
// paid.
func (q *presence) common(a, b []int) (sum float64) {
	for i, price := range q.prices {
		sum += price * float64(min(a[i], b[i]))
	}
	return sum
}

// match gives every machine the group of present machines that it is made from, −1 for none. It
// returns also the price of the loads that this saves, which is the highest possible, unless there
// are very many different machines (see assignment).
//
// Equal machines are matched first. This is never worse: to load by way of a third content costs no
// less than to load directly.
func (q *presence) match(machines []content) (on []int, saved float64) {
	on = slices.Repeat([]int{-1}, len(machines))
	left := make([]int, len(q.groups))
	known := make(map[string]int, len(q.groups))
	for g := range q.groups {
		left[g], known[q.groups[g].key()] = q.groups[g].count, g
	}
	var open []int // machines
	for i := range machines {
		if g, ok := known[machines[i].key()]; ok && left[g] > 0 {
			on[i] = g
			left[g]--
			saved += q.common(machines[i].counts, q.groups[g].counts)
		} else {
			open = append(open, i)
		}
	}
	var hosts []int // groups, one entry per machine
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

// loads returns the price of the loads that machines of type k need, in $ per hour. Each gives the
// content of a machine, one after the other.
func (x *index) loads(k int, each func(yield func([]PlacedReplicas) bool)) (price float64) {
	q := x.presence[k]
	var machines []content
	for loads := range each {
		for _, l := range loads {
			price += x.Configurations[l.Configuration].Switch * float64(l.Replicas)
		}
		if len(q.groups) > 0 {
			machines = append(machines, q.content(loads))
		}
	}
	if len(machines) == 0 {
		return price
	}
	_, saved := q.match(machines)
	return max(0, price-saved)
}

// loading returns the price of the loads that a layout needs, in $ per hour.
func (x *index) loading(layout []FilledHosts) (price float64) {
	for k := range x.Types {
		price += x.loads(k, func(yield func([]PlacedReplicas) bool) {
			for _, m := range layout {
				for n := 0; m.Type == k && n < m.Count; n++ {
					if !yield(m.Loads) {
						return
					}
				}
			}
		})
	}
	return price
}

// loading returns the price of the loads that the machines of a packing need, in $ per hour.
func (pk *packing) loading() (price float64) {
	for k := range pk.Types {
		price += pk.loads(k, func(yield func([]PlacedReplicas) bool) {
			for _, p := range pk.machines[k] {
				if !yield(p.loads) {
					return
				}
			}
		})
	}
	return price
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
