package optimize

import "sort"

// yard is machines being filled. Replicas are placed first-fit on the machines of their type, in the order in
// which those were rented, on the fullest device that has room.
type yard struct {
	*index
	replicas []int
	machines [][]*plot // per type
	from     []int     // per configuration: no machine of its type before this one has room for it
	spent    float64   // $ per hour
}

// plot is one machine and what is left of it.
type plot struct {
	host    []int64
	devices []int64 // device after device
	loads   []Load
}

func newYard(x *index) *yard {
	return &yard{
		index:    x,
		replicas: make([]int, len(x.Configurations)),
		machines: make([][]*plot, len(x.Types)),
		from:     make([]int, len(x.Configurations)),
	}
}

func newPlot(t *MachineType) *plot {
	p := &plot{host: append([]int64(nil), t.Host...), devices: make([]int64, 0, t.Devices*len(t.Device))}
	for range t.Devices {
		p.devices = append(p.devices, t.Device...)
	}
	return p
}

// room returns the first machine with room for configuration c, and the device; nil where there is none.
func (y *yard) room(c int) (*plot, int) {
	f := &y.Configurations[c]
	list := y.machines[f.Type]
	for ; y.from[c] < len(list); y.from[c]++ {
		if device, ok := list[y.from[c]].device(f); ok {
			return list[y.from[c]], device
		}
	}
	return nil, 0
}

// place puts one replica of configuration c on a machine with room; false where there is none.
func (y *yard) place(c int) bool {
	p, device := y.room(c)
	if p == nil {
		return false
	}
	p.take(&y.Configurations[c], c, device, 1)
	y.replicas[c]++
	return true
}

// canRent reports whether the limits allow one more machine of type k.
func (y *yard) canRent(k int) bool { return y.affordable(k) > 0 }

// affordable returns how many more machines of type k the limits allow.
func (y *yard) affordable(k int) int {
	t := &y.Types[k]
	more := t.Max - len(y.machines[k])
	if y.Budget > 0 && t.Price > 0 {
		more = min(more, int((y.Budget-y.spent)/t.Price+1e-9))
	}
	return max(more, 0)
}

func (y *yard) rent(k int) *plot {
	p := newPlot(&y.Types[k])
	y.machines[k] = append(y.machines[k], p)
	y.spent += y.Types[k].Price
	return p
}

// fill places these replicas, the largest first, renting machines as needed (first-fit decreasing). Replicas
// that the limits, or most machines of each type where it is not nil, leave no room for are left out. It never
// takes more machines than if every machine held one configuration only.
func (y *yard) fill(replicas, most []int) {
	order := make([]int, 0, len(replicas))
	for c, n := range replicas {
		if n > 0 {
			order = append(order, c)
		}
	}
	sort.SliceStable(order, func(i, j int) bool { return y.perMachine[order[i]] < y.perMachine[order[j]] })
	for _, c := range order {
		for range replicas[c] {
			if y.place(c) {
				continue
			}
			k := y.Configurations[c].Type
			if y.perMachine[c] == 0 || !y.canRent(k) || most != nil && len(y.machines[k]) >= most[k] {
				break
			}
			y.rent(k)
			y.place(c)
		}
	}
}

// switching returns the price of n replicas of configuration c beyond those that run now.
func (p Problem) switching(c, n int) float64 {
	f := &p.Configurations[c]
	return f.Switch * float64(max(0, n-f.Current))
}

// prune gives back every machine that costs more than what its replicas add, dearest and then youngest first,
// and stops every replica that adds nothing.
func (y *yard) prune() {
	types := make([]int, len(y.Types))
	for k := range types {
		types[k] = k
	}
	sort.SliceStable(types, func(i, j int) bool { return y.Types[types[i]].Price > y.Types[types[j]].Price })
	for _, k := range types {
		for i := len(y.machines[k]) - 1; i >= 0; i-- {
			y.pruneMachine(k, i)
		}
	}
	for k := range y.machines {
		for i := len(y.machines[k]) - 1; i >= 0; i-- {
			if p := y.machines[k][i]; y.trim(p) {
				y.machines[k] = append(y.machines[k][:i], y.machines[k][i+1:]...)
				y.spent -= y.Types[k].Price
			}
		}
	}
	clear(y.from)
}

func (y *yard) pruneMachine(k, i int) {
	p := y.machines[k][i]
	saved, lost := y.Types[k].Price, 0.
	for _, m := range y.models(p) {
		_, before := y.split(m, y.replicas, nil)
		lost += before
	}
	for _, l := range p.loads {
		saved += y.switching(l.Configuration, y.replicas[l.Configuration])
		y.replicas[l.Configuration] -= l.Replicas
		saved -= y.switching(l.Configuration, y.replicas[l.Configuration])
	}
	for _, m := range y.models(p) {
		_, after := y.split(m, y.replicas, nil)
		lost -= after
	}
	if saved > lost+tiny(lost) || len(p.loads) == 0 {
		y.machines[k] = append(y.machines[k][:i], y.machines[k][i+1:]...)
		y.spent -= y.Types[k].Price
		return
	}
	for _, l := range p.loads {
		y.replicas[l.Configuration] += l.Replicas
	}
}

// models returns the models that have replicas on a machine, in the order of their first load.
func (y *yard) models(p *plot) []int {
	var list []int
next:
	for _, l := range p.loads {
		m := y.Configurations[l.Configuration].Model
		for _, seen := range list {
			if seen == m {
				continue next
			}
		}
		list = append(list, m)
	}
	return list
}

// trim stops the replicas of a machine that add nothing, and reports whether none is left.
func (y *yard) trim(p *plot) bool {
	for i := len(p.loads) - 1; i >= 0; i-- {
		c, device := p.loads[i].Configuration, p.loads[i].Device
		for range p.loads[i].Replicas {
			f := &y.Configurations[c]
			_, before := y.split(f.Model, y.replicas, nil)
			y.replicas[c]--
			if _, after := y.split(f.Model, y.replicas, nil); before-after > tiny(before) {
				y.replicas[c]++
				break
			}
			p.take(f, c, device, -1)
		}
	}
	return len(p.loads) == 0
}

// tiny is the difference between sums near v that is no difference.
func tiny(v float64) float64 { return 1e-11 * (1 + max(v, -v)) }
