package allocation

import (
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// ledger is the fleet as a plan in the making would leave it.
type ledger struct {
	view     *sim.View
	catalog  *fleet.Spec
	rule     rule
	machines []account // live ones, oldest first, then those to boot
	at       map[fleet.MachineID]int
	rented   []int // per machine type
	current  []int // per deployment: loading and ready replicas
	plan     sim.Plan
}

// account is one machine and what is free on it.
type account struct {
	id       fleet.MachineID
	kind     fleet.TypeID
	closed   bool // takes no new replica
	room     fleet.Room
	replicas int // loading and ready replicas
}

// newLedger copies what a view shows.
func newLedger(v *sim.View) *ledger {
	c := v.Spec()
	l := &ledger{
		view: v, catalog: c,
		machines: make([]account, v.Live()),
		at:       make(map[fleet.MachineID]int, v.Live()),
		rented:   make([]int, len(c.Types)),
		current:  make([]int, len(c.Deployments)),
	}
	for i := range l.machines {
		id := v.LiveAt(i)
		m := v.Machine(id)
		a := account{id: id, kind: m.Type, closed: m.Closed(), room: m.Room().Clone()}
		l.machines[i], l.at[id] = a, i
	}
	for t := range l.rented {
		l.rented[t] = v.Rented(fleet.TypeID(t))
	}
	for i := range v.Active() {
		r := v.Replica(v.ActiveAt(i))
		if r.State != fleet.Draining {
			l.current[r.Deployment]++
			l.machines[l.at[r.Machine]].replicas++
		}
	}
	return l
}

// drain ends a loading or ready replica. What holds no request leaves at once and frees its place.
func (l *ledger) drain(id fleet.ReplicaID) {
	r := l.view.Replica(id)
	a := &l.machines[l.at[r.Machine]]
	a.replicas--
	l.current[r.Deployment]--
	l.plan.Drain = append(l.plan.Drain, id)
	if r.Outstanding() == 0 {
		a.room.Free(&l.catalog.Deployments[r.Deployment].Need, r.GPU, r.Start, r.Further())
	}
}

// load places a replica on a machine and GPU that have room.
func (l *ledger) load(d fleet.DeploymentID, machine, gpu int) {
	a := &l.machines[machine]
	need := &l.catalog.Deployments[d].Need
	start := a.start(need, gpu, l.rule.firstStart)
	a.room.Take(need, gpu, start)
	a.replicas++
	l.current[d]++
	l.plan.Load = append(l.plan.Load, sim.Placement{Deployment: d, Machine: a.id, GPU: gpu, Start: start})
}

// boot orders a machine of a type and returns its place, or false where the limit is reached.
func (l *ledger) boot(t fleet.TypeID) (machine int, ok bool) {
	kind := &l.catalog.Types[t]
	if l.rented[t] >= l.view.Limit(t) {
		return 0, false
	}
	l.rented[t]++
	l.machines = append(l.machines, empty(kind, t))
	machine = len(l.machines) - 1
	l.machines[machine].id = sim.Booted(len(l.plan.Boot))
	l.plan.Boot = append(l.plan.Boot, t)
	return machine, true
}

// empty returns a machine of a type that holds nothing.
func empty(kind *fleet.MachineType, t fleet.TypeID) account {
	return account{kind: t, room: kind.Room()}
}

// stopIdle releases every machine that no replica is to use any more.
func (l *ledger) stopIdle() {
	for i := range l.machines {
		if a := &l.machines[i]; a.id >= 0 && a.replicas == 0 && !a.closed {
			l.plan.Stop = append(l.plan.Stop, a.id)
		}
	}
}

// missing reports per model whether some replica wanted is not there.
func (l *ledger) missing(want []int) (byModel []bool) {
	byModel = make([]bool, len(l.catalog.Models))
	for d, n := range l.current {
		if n < want[d] {
			byModel[l.catalog.Deployments[d].Model] = true
		}
	}
	return byModel
}

// start returns the memory slot at which a replica begins on a GPU that has room for it; 0 where it is no slice.
func (a *account) start(need *fleet.Resources, gpu int, first bool) int {
	switch {
	case need.Slice.Slots == 0:
		return 0
	case first:
		return a.room.GPUs[gpu].FirstStart(need.Slice)
	}
	return a.room.GPUs[gpu].LastStart(need.Slice)
}

// place returns the GPU on which a replica fits with least left, 0 for one that needs none; ok is
// false where it fits nowhere on the machine. Left is what would remain free of the host and of that
// GPU, each resource as a share of an empty one, summed.
func (a *account) place(kind *fleet.MachineType, need *fleet.Resources) (gpu int, left float64, ok bool) {
	if a.closed {
		return 0, 0, false
	}
	left = part(int64(a.room.Cores-need.Cores), int64(kind.Cores)) + part(a.room.Memory-need.Memory, kind.Memory)
	if need.GPUShare == 0 {
		return 0, left, a.room.Fits(need, 0)
	}
	best := 0.
	for g := range a.room.GPUs {
		if !a.room.Fits(need, g) {
			continue
		}
		s := &a.room.GPUs[g]
		rest := part(int64(s.Share-need.GPUShare), fleet.WholeGPU) + part(s.Memory-need.GPUMemory, kind.GPUMemory)
		if !ok || rest < best {
			gpu, best, ok = g, rest, true
		}
	}
	return gpu, left + best, ok
}

// part returns a part of a whole; 0 of nothing.
func part(of, whole int64) float64 {
	if whole == 0 {
		return 0
	}
	return float64(of) / float64(whole)
}

// size orders deployments for placing: large ones first, so that they find room.
func size(c *fleet.Spec, d fleet.DeploymentID) float64 {
	return c.Types[c.Deployments[d].Type].DominantShare(&c.Deployments[d].Need)
}
