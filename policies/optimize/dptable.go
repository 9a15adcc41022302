package optimize

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// table is the dynamic program over the numbers of machines taken from the pools that can run out.
// A key encodes these numbers. With a budget, plans also differ by the money spent.
type table struct {
	*planner
	limits  []int // per pool, number of machines
	stride  []int // per pool, value of one machine in a key; 0: the pool cannot run out
	keys    int
	budget  bool
	labels  []label
	current [][]int32 // per key, the labels of the present model
	least   float64   // the least net of any plan so far; +Inf where not every plan is allowed
	sorted  []ranked  // scratch
}

// label is a partial plan of one model. Its parent is the label to which it adds machines.
type label struct {
	served, spent, net float64 // net: prices minus worth, in $ per hour
	parent             int32   // index of the parent; −1: none
	configuration      int32
	pool               int32
	machines           int32
	key                int32
}

// end is a finished plan of one model or of several models. Label is the plan of the last model,
// and before is the index of the end for the models before it; −1: none.
type end struct {
	spent, net float64
	label      int32
	before     int32
}

// newTable returns an empty table, or nil if it would have too many keys. A pool can run out if it
// has fewer machines than are useful to these models.
func newTable(s *planner, limits []int, models [][]unit, budget bool) *table {
	t := &table{planner: s, limits: limits, stride: make([]int, len(s.pools)), keys: 1, budget: budget}
	useful, users := make([]int, len(s.pools)), make([]int, len(s.pools))
	for _, units := range models {
		for _, u := range units {
			useful[u.pool] += u.most
			users[u.pool]++
		}
	}
	for k, n := range useful {
		if users[k] > 1 && n > limits[k] {
			t.stride[k] = t.keys
			t.keys *= limits[k] + 1
			if t.keys > mostKeys {
				return nil
			}
		}
	}
	return t
}

// taken returns the number of machines of pool k in a key.
func (t *table) taken(key, k int) int {
	if t.stride[k] == 0 {
		return 0
	}
	return key / t.stride[k] % (t.limits[k] + 1)
}

// ranked is a label with what labels are sorted by.
type ranked struct {
	served, net, spent float64
	place, label       int32
}

// compare orders labels by the rate served, then by net, money and place.
func (a ranked) compare(b ranked) int {
	if a.served < b.served {
		return -1
	}
	if a.served > b.served {
		return 1
	}
	if c := cmp.Compare(a.net, b.net); c != 0 {
		return c
	}
	if c := cmp.Compare(a.spent, b.spent); c != 0 {
		return c
	}
	return cmp.Compare(a.place, b.place)
}

// model returns per key the plans of one model that may be part of an optimal plan.
func (t *table) model(m int, units []unit) ([][]end, error) {
	t.current = make([][]int32, t.keys)
	t.current[0] = []int32{t.new(label{parent: -1})}
	t.least = math.Inf(1)
	if t.keys == 1 && !t.budget {
		t.least = t.alike(m, units)
	}
	for i, u := range units {
		if err := t.extend(m, u, surplus(t.planner, units[i+1:])); err != nil {
			return nil, err
		}
		next := 0.
		if i+1 < len(units) {
			next = units[i+1].worth
		}
		for key := range t.current {
			if err := t.thin(key, next, m); err != nil {
				return nil, err
			}
		}
	}
	ends := make([][]end, t.keys)
	for key, list := range t.current {
		for _, l := range list {
			ends[key] = append(ends[key], end{spent: t.labels[l].spent, net: t.labels[l].net, label: l, before: -1})
		}
		ends[key] = t.frontier(ends[key])
	}
	return ends, nil
}

func (t *table) new(l label) int32 {
	t.labels = append(t.labels, l)
	t.states++
	return int32(len(t.labels) - 1)
}

// alike returns the least net of serving model m by machines of one unit alone.
func (t *table) alike(m int, units []unit) (least float64) {
	for _, u := range units {
		n := min(u.most, t.limits[u.pool])
		for ; n > 0 && float64(n-1)*u.capacity >= t.Demand[m]*(1-1e-12); n-- {
		}
		least = min(least, t.net(u, n)-float64(u.worth*min(t.Demand[m], float64(n)*u.capacity)))
	}
	return least
}

// net returns the price of n machines of a unit, with what their added replicas cost.
func (t *table) net(u unit, n int) float64 {
	fee, each := t.Configurations[u.configuration].Switch, t.perMachine[u.configuration]
	return float64(float64(n)*t.pools[u.pool].price) + float64(fee*float64(max(0, n*each-u.running)))
}

// surplus returns what a request per second that some units serve is worth at most beyond the price
// of their machines; at least 0.
func surplus(s *planner, units []unit) (most float64) {
	for _, u := range units {
		most = max(most, u.worth-s.pools[u.pool].price/u.capacity)
	}
	return most
}

// extend adds 1, 2, … machines of a unit to every label. Later units add at most surplus for each
// unit of rate. So a label that comes to no less than a known plan even with that is left out.
func (t *table) extend(m int, u unit, surplus float64) error {
	k, pool := u.pool, &t.pools[u.pool]
	bounded := !math.IsInf(t.least, 1)
	for key := t.keys - 1; key >= 0; key-- {
		for _, parent := range t.current[key] {
			from := t.labels[parent]
			left := t.Demand[m] - from.served
			room := min(u.most, t.limits[k]-t.taken(key, k))
			for n := 1; n <= room && float64(n-1)*u.capacity < left*(1-1e-12); n++ {
				rate := min(left, float64(n)*u.capacity)
				spent := from.spent + float64(float64(n)*pool.money)
				if t.budget && spent > t.left*(1+1e-12) {
					break
				}
				net := from.net + t.net(u, n) - float64(u.worth*rate)
				if bounded && net-float64(surplus*(left-rate)) > t.least+tiny(t.least) {
					continue
				}
				if t.states >= t.limit {
					return errStates
				}
				if bounded {
					t.least = min(t.least, net)
				}
				to := key + n*t.stride[k]
				t.current[to] = append(t.current[to], t.new(label{
					served: from.served + rate, spent: spent, parent: parent, key: int32(to), net: net,
					configuration: int32(u.configuration), pool: int32(u.pool), machines: int32(n),
				}))
			}
		}
	}
	return nil
}

// thin drops labels of a key for which another label is at least as good, whatever is added later.
// A request per second that is added later is worth at most next. A label is at least as good as
// another one in two cases:
//   - It serves no more, and its net is no higher: all choices of the other label are still
//     possible.
//   - It serves more, and its net is lower, even if the other label served the difference for
//     nothing.
func (t *table) thin(key int, next float64, m int) error {
	list := t.current[key]
	if len(list) < 2 {
		return nil
	}
	at := func(l int32) *label { return &t.labels[l] }
	t.sorted = t.sorted[:0]
	for i, l := range list {
		t.sorted = append(t.sorted, ranked{at(l).served, at(l).net, at(l).spent, int32(i), l})
	}
	slices.SortFunc(t.sorted, ranked.compare)
	for i, r := range t.sorted {
		list[i] = r.label
	}
	if t.budget {
		return t.thinWithBudget(key, next)
	}
	kept, least := list[:0], math.Inf(1)
	for _, l := range list {
		if at(l).net < least {
			kept, least = append(kept, l), at(l).net
		}
	}
	least = math.Inf(1)
	start := len(kept)
	for i := len(kept) - 1; i >= 0; i-- {
		if v := at(kept[i]).net + float64(next*at(kept[i]).served); v < least {
			start--
			kept[start], least = kept[i], v
		}
	}
	kept = kept[start:]
	if len(kept) > mostLabels {
		kept = t.coarsen(kept, m)
	}
	t.current[key] = kept
	return nil
}

// thinWithBudget is thin, but a label is only as good as another one if it has spent no more.
func (t *table) thinWithBudget(key int, next float64) error {
	list := t.current[key]
	if len(list) > mostLabels/2 {
		return errStates
	}
	var kept []int32
	beaten := make([]bool, len(list))
	for i, l := range list {
		b := t.labels[l]
		for j, o := range list {
			a := t.labels[o]
			if i == j || beaten[j] || a.spent > b.spent {
				continue
			}
			less := a.served <= b.served && a.net <= b.net
			more := a.served >= b.served && a.net+float64(next*a.served) <= b.net+float64(next*b.served)
			if less || more {
				beaten[i] = true
				break
			}
		}
		if !beaten[i] {
			kept = append(kept, l)
		}
	}
	t.current[key] = kept
	return nil
}

// coarsen divides the served rates into mostLabels/2 equal ranges, and keeps the label with the
// lowest net in each range.
func (t *table) coarsen(list []int32, m int) []int32 {
	span := t.Demand[m] / (mostLabels / 2)
	t.scale = fmt.Sprintf("rates of a model that differ by less than 1/%d of its demand were treated as equal", mostLabels/2)
	kept, last := list[:0], -1
	for _, l := range list {
		bucket := int(t.labels[l].served / span)
		switch {
		case bucket != last:
			kept, last = append(kept, l), bucket
		case t.labels[l].net < t.labels[kept[len(kept)-1]].net:
			kept[len(kept)-1] = l
		}
	}
	return kept
}

// frontier drops each end for which another one spends no more and has a net that is at most as
// high. Without a budget it keeps only the end with the lowest net.
func (t *table) frontier(ends []end) []end {
	slices.SortStableFunc(ends, func(a, b end) int {
		if c := cmp.Compare(a.spent, b.spent); c != 0 && t.budget {
			return c
		}
		return cmp.Compare(a.net, b.net)
	})
	kept, least := ends[:0], math.Inf(1)
	for _, e := range ends {
		if e.net < least {
			kept, least = append(kept, e), e.net
			if !t.budget {
				break
			}
		}
	}
	return kept
}

// groups returns the plan of label l.
func (t *table) groups(l int32) (list []group) {
	for ; l >= 0; l = t.labels[l].parent {
		if at := &t.labels[l]; at.machines > 0 {
			list = append(list, group{int(at.configuration), int(at.pool), int(at.machines)})
		}
	}
	return list
}

// jointly plans all models with one table of the machines taken and the money spent.
func (s *planner) jointly() (plan, error) {
	t := newTable(s, s.free(), s.units, s.Budget > 0)
	if t == nil {
		return plan{}, errStates
	}
	s.states = 0
	arena := []end{{label: -1, before: -1}}
	joint := make([][]int32, t.keys)
	joint[0] = []int32{0}
	for m, units := range s.units {
		own, err := t.model(m, units)
		if err != nil {
			return plan{}, err
		}
		next := make([][]end, t.keys)
		reached := keysOf(own)
		for _, from := range keysOf(joint) {
			for _, key := range reached {
				if t.states++; !t.fit(from, key) {
					continue
				}
				if err := t.cross(arena, joint[from], own[key], &next[from+key]); err != nil {
					return plan{}, err
				}
			}
		}
		for key := range next {
			joint[key] = nil
			for _, e := range t.frontier(next[key]) {
				arena = append(arena, e)
				joint[key] = append(joint[key], int32(len(arena)-1))
			}
		}
	}
	best, least := int32(-1), math.Inf(1)
	for _, list := range joint {
		for _, i := range list {
			if arena[i].net < least {
				best, least = i, arena[i].net
			}
		}
	}
	found := s.empty()
	for ; best >= 0; best = arena[best].before {
		found.add(s.index, t.groups(arena[best].label))
	}
	return found, nil
}

// keysOf returns the keys that have entries.
func keysOf[E any](lists [][]E) (keys []int) {
	for key, list := range lists {
		if len(list) > 0 {
			keys = append(keys, key)
		}
	}
	return keys
}

// fit reports whether there are enough machines for two keys together.
func (t *table) fit(a, b int) bool {
	for k := range t.pools {
		if t.taken(a, k)+t.taken(b, k) > t.limits[k] {
			return false
		}
	}
	return true
}

// cross combines every plan of the models before with every plan of the present model.
func (t *table) cross(arena []end, before []int32, plans []end, into *[]end) error {
	for _, i := range before {
		for _, e := range plans {
			spent := arena[i].spent + e.spent
			if t.budget && spent > t.left*(1+1e-12) {
				continue
			}
			if t.states++; t.states > t.limit {
				return errStates
			}
			*into = append(*into, end{spent: spent, net: arena[i].net + e.net, label: e.label, before: i})
		}
	}
	return nil
}
