package optimize

import (
	"math"
	"slices"
	"sort"
)

// packing is a set of machines that are being filled. A replica goes to the first machine of its
// type with room, in the order in which machines were rented, and there to the fullest device with
// room.
type packing struct {
	*index
	replicas []int
	machines [][]*machineFill // per type
	from     []int            // per configuration, the first machine of its type that may have room
	spent    float64          // money spent of what the budget leaves, in $ per hour
	scarcity []float64        // per type, extra price of a machine in $ per hour; nil: none
	full     int              // type of which no more machines may be rented; −1: no such type
}

// newPacking returns a packing of the machines that must be rented, all empty.
func newPacking(x *index) *packing {
	pk := &packing{
		index:    x,
		replicas: make([]int, len(x.Configurations)),
		machines: make([][]*machineFill, len(x.Types)),
		from:     make([]int, len(x.Configurations)),
		full:     -1,
	}
	for k := range x.Types {
		for range x.Types[k].least() {
			pk.rent(k)
		}
	}
	return pk
}

// room returns the first machine with room for a replica of configuration c, and the device. It
// returns nil if there is no such machine.
func (pk *packing) room(c int) (*machineFill, int) {
	f := &pk.Configurations[c]
	list := pk.machines[f.Type]
	for ; pk.from[c] < len(list); pk.from[c]++ {
		if device, ok := list[pk.from[c]].device(f); ok {
			return list[pk.from[c]], device
		}
	}
	return nil, 0
}

// place puts one replica of configuration c on a machine with room. It returns false if no machine
// has room.
func (pk *packing) place(c int) bool {
	p, device := pk.room(c)
	if p == nil {
		return false
	}
	p.take(&pk.Configurations[c], c, device, 1)
	pk.replicas[c]++
	return true
}

// canRent reports whether the limits allow one more machine of type k.
func (pk *packing) canRent(k int) bool {
	t, n := &pk.Types[k], len(pk.machines[k])
	return n < t.Max && k != pk.full && (n < t.committed() || pk.spent+float64(t.Price*(1-1e-9)) <= pk.left)
}

// nextPrice returns the price of one more machine of type k, including its boot.
func (pk *packing) nextPrice(k int) float64 { return pk.Types[k].next(len(pk.machines[k])) }

func (pk *packing) rent(k int) {
	t := &pk.Types[k]
	if len(pk.machines[k]) >= t.committed() {
		pk.spent += t.Price
	}
	pk.machines[k] = append(pk.machines[k], pk.scratch.empty(t))
}

// release gives the machines of a packing that is no longer needed to the scratch memory.
func (pk *packing) release() {
	for k, list := range pk.machines {
		pk.scratch.spare = append(pk.scratch.spare, list...)
		pk.machines[k] = nil
	}
}

// giveBack ends the rent of machine i of type k. The caller makes sure that it need not be rented.
func (pk *packing) giveBack(k, i int) {
	pk.machines[k] = slices.Delete(pk.machines[k], i, i+1)
	if t := &pk.Types[k]; len(pk.machines[k]) >= t.committed() {
		pk.spent -= t.Price
	}
}

// spare reports whether a machine of type k may be given back.
func (pk *packing) spare(k int) bool { return len(pk.machines[k]) > pk.Types[k].least() }

// fill places the given replicas, the largest first, and rents machines as needed (first-fit
// decreasing). It leaves out replicas for which the limits allow no room. If most is not nil, it
// also limits the machines of each type. It never takes more machines than if each held only one
// configuration.
func (pk *packing) fill(replicas, most []int) {
	order := make([]int, 0, len(replicas))
	for c, n := range replicas {
		if n > 0 {
			order = append(order, c)
		}
	}
	sort.SliceStable(order, func(i, j int) bool { return pk.perMachine[order[i]] < pk.perMachine[order[j]] })
	for _, c := range order {
		for range replicas[c] {
			if pk.place(c) {
				continue
			}
			k := pk.Configurations[c].Type
			if pk.perMachine[c] == 0 || !pk.canRent(k) || most != nil && len(pk.machines[k]) >= most[k] {
				break
			}
			pk.rent(k)
			pk.place(c)
		}
	}
}

// prune gives back every machine that costs more than its replicas are worth: the most expensive
// type first, and within a type the newest machine. It then stops every replica that adds nothing.
func (pk *packing) prune() {
	for _, k := range pk.dearest {
		for i := len(pk.machines[k]) - 1; i >= 0 && pk.spare(k); i-- {
			pk.pruneMachine(k, i)
		}
	}
	for k := range pk.machines {
		for i := len(pk.machines[k]) - 1; i >= 0; i-- {
			if p := pk.machines[k][i]; pk.trim(p) && pk.spare(k) {
				pk.giveBack(k, i)
			}
		}
	}
	clear(pk.from)
}

func (pk *packing) pruneMachine(k, i int) {
	p := pk.machines[k][i]
	saved, lost := pk.Types[k].next(len(pk.machines[k])-1), 0.
	for _, m := range pk.models(p) {
		lost += pk.worth(m, pk.replicas)
	}
	for _, l := range p.loads {
		saved += pk.switching(l.Configuration, pk.replicas[l.Configuration])
		pk.replicas[l.Configuration] -= l.Replicas
		saved -= pk.switching(l.Configuration, pk.replicas[l.Configuration])
	}
	for _, m := range pk.models(p) {
		lost -= pk.worth(m, pk.replicas)
	}
	if saved > lost+tiny(lost) || len(p.loads) == 0 {
		pk.giveBack(k, i)
		return
	}
	for _, l := range p.loads {
		pk.replicas[l.Configuration] += l.Replicas
	}
}

// models returns the models that have replicas on a machine, in the order of their first load. The
// next call reuses the list.
func (pk *packing) models(p *machineFill) []int {
	list := pk.scratch.models[:0]
	for _, l := range p.loads {
		if m := pk.Configurations[l.Configuration].Model; !slices.Contains(list, m) {
			list = append(list, m)
		}
	}
	pk.scratch.models = list
	return list
}

// trim stops the replicas of a machine that add nothing. It reports whether the machine is then
// empty.
func (pk *packing) trim(p *machineFill) bool {
	for i := len(p.loads) - 1; i >= 0; i-- {
		c, device := p.loads[i].Configuration, p.loads[i].Device
		for range p.loads[i].Replicas {
			f := &pk.Configurations[c]
			before := pk.worth(f.Model, pk.replicas)
			pk.replicas[c]--
			if after := pk.worth(f.Model, pk.replicas); before-after > tiny(before) {
				pk.replicas[c]++
				break
			}
			p.take(f, c, device, -1)
		}
	}
	return len(p.loads) == 0
}

// tiny is the rounding error of sums near v. Smaller differences do not count.
func tiny(v float64) float64 { return float64(1e-11 * (1 + max(v, -v))) }

// finish returns the packing as a solution, without machines and replicas that add nothing. If
// accuracy counts, it fills the free room again, and refills machines as long as that helps.
func (pk *packing) finish(method string) Solution {
	pk.prune()
	if slices.Contains(pk.plain, false) {
		pk.grow(false)
		if pk.exchange() {
			pk.grow(false)
		}
		pk.prune()
	}
	return pk.solution(method)
}

// solution returns the packing as a solution.
func (pk *packing) solution(method string) (found Solution) {
	pk.state(&found)
	found.Method = method
	for k, list := range pk.machines {
		for _, p := range list {
			found.add(FilledHosts{Type: k, Count: 1, Loads: slices.Clone(p.loads)})
		}
	}
	return found
}

// state writes the packing into a solution, reusing its memory. It does not write the layout. It
// first arranges the replicas so that as few as possible need a load.
func (pk *packing) state(found *Solution) {
	loads := pk.keep()
	found.Bound = math.NaN()
	found.Replicas = append(found.Replicas[:0], pk.replicas...)
	found.Machines, found.Rates = zeros(found.Machines, len(pk.Types)), zeros(found.Rates, len(pk.Configurations))
	found.Served, found.Shortfall = zeros(found.Served, len(pk.Demand)), zeros(found.Shortfall, len(pk.Demand))
	for m, demand := range pk.Demand {
		found.Served[m], _ = pk.split(m, pk.replicas, found.Rates)
		found.Shortfall[m] = max(0, demand-found.Served[m])
	}
	for k, list := range pk.machines {
		found.Machines[k] = len(list)
	}
	pk.price(found, loads)
	found.Share = pk.index.leastShare(found.Replicas, found.Machines)
}
