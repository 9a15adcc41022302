package place

import (
	"cmp"
	"slices"

	"wavetank/policies/optimize/vectorpacking"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// ledger is the fleet as it will be after the plan so far.
type ledger struct {
	view     *sim.View
	spec     *fleet.Spec
	machines []account // live machines, oldest first, then those to boot
	at       map[fleet.MachineID]int
	rented   []int // per machine type: machines to pay
	current  []int // per deployment: loading and ready replicas
	instant  bool  // draining replicas count as removed at once
	waiting  int   // replicas of a layout that have no room yet
	zoned    zoned
	plan     sim.Plan
}

// account is one machine with its free resources.
type account struct {
	id       fleet.MachineID
	kind     fleet.TypeID
	zone     fleet.ZoneID
	closed   bool // takes no new replica
	kept     bool // stays rented without a replica, because one will come
	room     fleet.Room
	replicas int // loading and ready replicas

	outstanding int // unfinished requests of all its replicas
	lasting     int // replicas that will not have drained when the allocator is asked again
}

// site is a place for a replica.
type site struct {
	machine int // index in ledger.machines
	gpu     int
	start   int // memory slot of the GPU at which a slice begins
}

// newLedger returns the ledger of the present fleet. By is the placer Spread, or nil.
func newLedger(v *sim.View, by *Spread) *ledger {
	c := v.Spec()
	l := &ledger{
		view: v, spec: c,
		machines: make([]account, v.Live()),
		at:       make(map[fleet.MachineID]int, v.Live()),
		rented:   make([]int, len(c.Types)),
		current:  make([]int, len(c.Deployments)),
		zoned:    newZoned(v, by),
	}
	for i := range l.machines {
		id := v.LiveAt(i)
		m := v.Machine(id)
		l.machines[i], l.at[id] = account{id: id, kind: m.Type, zone: m.Zone, closed: m.Closed(), room: m.Room().Clone()}, i
	}
	for t := range l.rented {
		l.rented[t] = v.Rented(fleet.TypeID(t))
	}
	for i := range v.Active() {
		r := v.Replica(v.ActiveAt(i))
		a := &l.machines[l.at[r.Machine]]
		a.outstanding += r.Held()
		if l.rank(v.ActiveAt(i)) == lasting {
			a.lasting++
		}
		if r.State != fleet.Draining {
			l.count(r.Deployment, a, 1)
		}
	}
	return l
}

// best returns the site on a machine where a replica fits with the least score, and the score. The
// score is the sum over all resources of the host and of the GPU. Ties go to the lowest GPU. On a
// GPU the slice starts at the highest slot with room. ok is false if there is no room.
func (l *ledger) best(machine int, d fleet.DeploymentID, by vectorpacking.Score) (at site, score float64, ok bool) {
	c, a := &l.spec.Deployments[d], &l.machines[machine]
	if a.kind != c.Type || a.closed {
		return site{}, 0, false
	}
	need, kind := &c.Need, &l.spec.Types[a.kind]
	at.machine = machine
	onGPU := 0.
	if need.GPUShare == 0 {
		ok = a.room.Fits(need, 0)
	} else {
		at.gpu, onGPU, ok = bestGPU(a, kind, need, by)
	}
	if !ok {
		return site{}, 0, false
	}
	if need.Slice.Slots > 0 {
		at.start = a.room.GPUs[at.gpu].LastStart(need.Slice)
	}
	cores := rate(by, int64(need.Cores), int64(a.room.Cores), int64(kind.Cores))
	return at, cores + rate(by, need.Memory, a.room.Memory, kind.Memory) + onGPU, true
}

// siteOn returns the site of a wanted replica on a machine: its GPU if it has one, or the GPU where
// the least room is left.
func (l *ledger) siteOn(machine int, w want) (at site, ok bool) {
	if w.gpu < 0 {
		at, _, ok = l.best(machine, w.deployment, vectorpacking.Best)
		return at, ok
	}
	a, need := &l.machines[machine], &l.spec.Deployments[w.deployment].Need
	if a.closed || !a.room.Fits(need, w.gpu) {
		return site{}, false
	}
	at = site{machine: machine, gpu: w.gpu}
	if need.Slice.Slots > 0 {
		at.start = a.room.GPUs[w.gpu].LastStart(need.Slice)
	}
	return at, true
}

// bestGPU returns the GPU of a machine on which a replica fits with the least score, and the score.
func bestGPU(a *account, kind *fleet.MachineType, need *fleet.Resources, by vectorpacking.Score) (gpu int, least float64, ok bool) {
	for g := range a.room.GPUs {
		if !a.room.Fits(need, g) {
			continue
		}
		s := &a.room.GPUs[g]
		share := rate(by, int64(need.GPUShare), int64(s.Share), fleet.WholeGPU)
		score := share + rate(by, need.GPUMemory, s.Memory, kind.GPUMemory)
		if !ok || score < least {
			gpu, least, ok = g, score, true
		}
	}
	return gpu, least, ok
}

// rate returns the score of one resource, by the need of a replica and the free amount. It is 0 if
// the machine does not have this resource.
func rate(by vectorpacking.Score, need, left, whole int64) float64 {
	if whole == 0 {
		return 0
	}
	return by(float64(need)/float64(whole), float64(left)/float64(whole))
}

// share returns the dominant share of a replica: its largest share of a resource of an empty
// machine.
func (l *ledger) share(d fleet.DeploymentID) float64 {
	c := &l.spec.Deployments[d]
	return l.spec.Types[c.Type].DominantShare(&c.Need)
}

// largestFirst returns the deployments by share, the largest first.
func (l *ledger) largestFirst() []fleet.DeploymentID {
	order := make([]fleet.DeploymentID, len(l.spec.Deployments))
	for d := range order {
		order[d] = fleet.DeploymentID(d)
	}
	slices.SortStableFunc(order, func(a, b fleet.DeploymentID) int { return cmp.Compare(l.share(b), l.share(a)) })
	return order
}

// drain ends a loading or ready replica. A replica without requests is removed at once and frees
// its place.
func (l *ledger) drain(id fleet.ReplicaID) {
	r := l.view.Replica(id)
	a := &l.machines[l.at[r.Machine]]
	l.count(r.Deployment, a, -1)
	l.plan.Drain = append(l.plan.Drain, id)
	if r.Held() == 0 || l.instant {
		a.room.Free(&l.spec.Deployments[r.Deployment].Need, r.GPU, r.Start, r.Further())
	}
}

// count adds a number of replicas of a deployment on a machine to those that the fleet will have.
func (l *ledger) count(d fleet.DeploymentID, on *account, n int) {
	on.replicas += n
	l.current[d] += n
	l.zoned.count(l.spec.Deployments[d].Model, on.zone, n)
}

// load places a replica at a site that has room.
func (l *ledger) load(d fleet.DeploymentID, at site) {
	a := &l.machines[at.machine]
	a.room.Take(&l.spec.Deployments[d].Need, at.gpu, at.start)
	l.count(d, a, 1)
	l.plan.Load = append(l.plan.Load, sim.Placement{Deployment: d, Machine: a.id, GPU: at.gpu, Start: at.start})
}

// boot orders a machine for a replica of a deployment. It returns false if the replica does not fit
// on an empty machine, or if the limit is reached.
func (l *ledger) boot(d fleet.DeploymentID) bool {
	c := &l.spec.Deployments[d]
	room := l.spec.Types[c.Type].Room()
	if !room.Fits(&c.Need, 0) {
		return false
	}
	if l.zoned.by != nil {
		return l.bootWhere(d)
	}
	return l.order(c.Type, 0)
}

// order orders a machine in a zone; 0: in any. It returns false if the limit is reached.
func (l *ledger) order(t fleet.TypeID, in fleet.ZoneID) bool {
	if l.rented[t] >= l.view.Limit(t) {
		return false
	}
	l.rented[t]++
	l.machines = append(l.machines, account{id: sim.Booted(len(l.plan.Boot)), kind: t, zone: in, room: l.spec.Types[t].Room()})
	l.plan.Boot = append(l.plan.Boot, t)
	if l.zoned.by != nil {
		l.plan.Zones = append(l.plan.Zones, in)
	}
	return true
}

// stopIdle releases every machine that no replica needs, the newest first, but keeps the minimum of
// its type. It orders machines if the minimum is not reached.
func (l *ledger) stopIdle() {
	stopped := len(l.plan.Stop)
	for i := len(l.machines) - 1; i >= 0; i-- {
		a := &l.machines[i]
		if a.id >= 0 && a.replicas == 0 && !a.closed && !a.kept && l.rented[a.kind] > l.spec.Types[a.kind].Min {
			l.rented[a.kind]--
			l.plan.Stop = append(l.plan.Stop, a.id)
		}
	}
	slices.Reverse(l.plan.Stop[stopped:])
	for t := range l.rented {
		for l.rented[t] < l.spec.Types[t].Min && l.order(fleet.TypeID(t), 0) {
		}
	}
}

// short returns how many wanted replicas are missing, or not where the layout has them.
func (l *ledger) short(want []int) (sum int) {
	if l.waiting > 0 {
		return l.waiting
	}
	for d, n := range l.current {
		sum += max(0, want[d]-n)
	}
	return sum
}

// missing reports per model whether a wanted replica is missing.
func (l *ledger) missing(want []int) (byModel []bool) {
	byModel = make([]bool, len(l.spec.Models))
	for d, n := range l.current {
		if n < want[d] {
			byModel[l.spec.Deployments[d].Model] = true
		}
	}
	return byModel
}
