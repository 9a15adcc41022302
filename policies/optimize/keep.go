package optimize

import (
	"cmp"
	"slices"
)

// keep packs the replicas of the packing anew, onto as many machines of each type, if that saves
// loads: machines begin with what the present machines hold, and the further replicas go where
// there is room. It changes neither the replicas nor the machines in number. It returns the price
// of the loads that are left, in $ per hour.
func (pk *packing) keep() (price float64) {
	for c, n := range pk.replicas {
		price += float64(pk.Configurations[c].Switch * float64(n))
	}
	for k := range pk.Types {
		if len(pk.presence[k].groups) > 0 && len(pk.machines[k]) > 0 {
			price -= pk.keepOn(k)
		}
	}
	return max(0, price)
}

// keepOn does what keep says for the machines of type k. It returns the price of the loads that are
// saved.
func (pk *packing) keepOn(k int) float64 {
	q, most := pk.presence[k], pk.mostSaved(k)
	contents := func(machines []*machineFill) []content {
		list := make([]content, len(machines))
		for i, p := range machines {
			list[i] = q.content(p.loads)
		}
		return list
	}
	now := contents(pk.machines[k])
	if _, _, saved := q.matchEqual(now); saved >= most-tiny(most) {
		return saved
	}
	machines, again := pk.keepFirst(k)
	if machines != nil && again < most-tiny(most) {
		_, again = q.match(contents(machines))
	}
	if again < most-tiny(most) {
		if _, saved := q.match(now); saved >= again-tiny(again) {
			pk.scratch.spare = append(pk.scratch.spare, machines...)
			return saved
		}
	}
	pk.scratch.spare = append(pk.scratch.spare, pk.machines[k]...)
	pk.machines[k] = machines
	clear(pk.from)
	return again
}

// mostSaved returns an upper bound on the price of the loads that the replicas on machines of type
// k can save.
func (pk *packing) mostSaved(k int) (sum float64) {
	q := pk.presence[k]
	for i, c := range q.paid {
		sum += float64(q.prices[i] * float64(min(pk.replicas[c], pk.current[c])))
	}
	return sum
}

// keepFirst returns machines of type k with the replicas of the packing. They begin with the
// present machines from which most can stay. It returns nil if the further replicas do not fit, and
// the price of the loads that are saved at least.
func (pk *packing) keepFirst(k int) (machines []*machineFill, saved float64) {
	q, t := pk.presence[k], &pk.Types[k]
	want := make(map[int]int, len(pk.byType[k]))
	for _, p := range pk.machines[k] {
		for _, l := range p.loads {
			want[l.Configuration] += l.Replicas
		}
	}
	for _, g := range q.bySaving(want, len(pk.machines[k])) {
		p := pk.scratch.empty(t)
		p.putPresent(pk.index, q.groups[g].loads, want)
		machines = append(machines, p)
		for _, l := range p.loads {
			if i, paid := q.place[l.Configuration]; paid {
				saved += float64(q.prices[i] * float64(l.Replicas))
			}
		}
	}
	for len(machines) < len(pk.machines[k]) {
		machines = append(machines, pk.scratch.empty(t))
	}
	order := slices.Clone(pk.byType[k])
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(pk.perMachine[a], pk.perMachine[b]) })
	for _, c := range order {
		f, from := &pk.Configurations[c], 0
		for ; want[c] > 0; want[c]-- {
			device, ok := 0, false
			for ; from < len(machines); from++ {
				if device, ok = machines[from].device(f); ok {
					break
				}
			}
			if !ok {
				pk.scratch.spare = append(pk.scratch.spare, machines...)
				return nil, 0
			}
			machines[from].take(f, c, device, 1)
		}
	}
	return machines, saved
}

// bySaving returns the groups of up to so many present machines, one entry per machine: first those
// of which most can stay. Want is the number of replicas per configuration.
func (q *presence) bySaving(want map[int]int, most int) (list []int) {
	rest := make([]int, len(q.paid))
	for i, c := range q.paid {
		rest[i] = want[c]
	}
	worth, left := make([]float64, len(q.groups)), make([]int, len(q.groups))
	for g := range q.groups {
		left[g] = q.groups[g].count
	}
	for round := 0; round < 3 && len(list) < most; round++ {
		order := indices(len(q.groups))
		for g := range q.groups {
			worth[g] = q.ofRest(rest, q.groups[g].counts)
		}
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(worth[b], worth[a]) })
		for _, g := range order {
			// If others took from the rest, a machine is worth less, and comes in a later round.
			for left[g] > 0 && len(list) < most && worth[g] > 0 && q.ofRest(rest, q.groups[g].counts) >= worth[g]-tiny(worth[g]) {
				for _, a := range q.groups[g].counts {
					rest[a.index] = max(0, rest[a.index]-a.count)
				}
				list = append(list, g)
				left[g]--
			}
		}
	}
	return list
}

// ofRest returns the price of the loads of a machine's replicas, as far as they are in the rest.
func (q *presence) ofRest(rest []int, held bag) (sum float64) {
	for _, a := range held {
		sum += float64(q.prices[a.index] * float64(min(rest[a.index], a.count)))
	}
	return sum
}

// putPresent puts the replicas of a present machine on an empty one, each where it is now, as far
// as they are wanted and fit. It subtracts them from the wanted ones.
func (p *machineFill) putPresent(x *index, loads []PlacedReplicas, want map[int]int) {
	for _, l := range loads {
		f := &x.Configurations[l.Configuration]
		n := min(l.Replicas, want[l.Configuration])
		for n > 0 && !p.holds(f, l, n) {
			n--
		}
		if n == 0 {
			continue
		}
		l.Replicas = n
		p.put(f, l)
		want[l.Configuration] -= n
	}
}

// holds reports whether n replicas of a load have room where the load is.
func (p *machineFill) holds(f *Configuration, l PlacedReplicas, n int) bool {
	for r, need := range f.Host {
		if p.host[r] < need*int64(n) {
			return false
		}
	}
	for _, d := range l.devices() {
		for r, need := range f.Device {
			if p.devices[d*len(f.Device)+r] < need*int64(n) {
				return false
			}
		}
	}
	return true
}

// put adds a load to a machine.
func (p *machineFill) put(f *Configuration, l PlacedReplicas) {
	p.loads = append(p.loads, l)
	subtract(p.host, f.Host, l.Replicas)
	for _, d := range l.devices() {
		subtract(p.devices[d*len(f.Device):], f.Device, l.Replicas)
	}
}
