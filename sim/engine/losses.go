package engine

import (
	"slices"
	"sort"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// losses draws failures, repairs and notices of machines. Each machine has random streams of its
// own. The n-th machine of a type has the same streams under every policy, no matter when it is
// ordered.
type losses struct {
	*core
	dispatch *dispatch
	leaving  *leaving
	loading  *loading
	zones    *zones // nil: no zone is ever down

	ordered  []uint64         // per machine type: machines ordered so far
	failures []*kernel.Stream // per machine
	reclaims []*kernel.Stream // per machine
	number   []uint64         // per machine: how many of its type were ordered before
	noticed  []bool           // per machine: it has had a notice
	fails    []kernel.Time    // per machine: its next failure; another one is outdated
}

// add opens the streams of a machine just ordered.
func (l *losses) add(on fleet.MachineID) {
	if !l.canLoseMachines {
		return
	}
	if l.ordered == nil {
		l.ordered = make([]uint64, len(l.Spec.Types))
	}
	kind := l.fleet.Machine(on).Type
	n, name := l.ordered[kind], l.Spec.Types[kind].Name
	l.ordered[kind]++
	l.number, l.noticed, l.fails = append(l.number, n), append(l.noticed, false), append(l.fails, kernel.Never)
	l.failures = append(l.failures, kernel.NewStream(l.Seed, l.Replication, "failures/"+name, n))
	l.reclaims = append(l.reclaims, kernel.NewStream(l.Seed, l.Replication, "reclaims/"+name, n))
}

// turn carries out an event of a machine, unless the event is outdated by the state of the machine.
func (l *losses) turn(kind eventKind, on fleet.MachineID) {
	switch state := l.fleet.Machine(on).State; {
	case kind == machineDone && state == fleet.Booting:
		l.boot(on)
	case kind == machineFails && state == fleet.Up && l.fails[on] == l.queue.Now():
		l.breakDown(on)
	case kind == repairDone && state == fleet.Failed:
		if up := l.back(on, l.queue.Now()); up > l.queue.Now() { // its zone was lost meanwhile
			l.queue.Schedule(up, event{kind: repairDone, index: int32(on)})
			return
		}
		l.fleet.Repair(on, l.queue.Now())
		l.emitMachine(sim.MachineRepaired, on)
		l.awaitFailure(on)
	case kind == noticeGiven && state != fleet.Released && !l.noticed[on]:
		l.giveNotice(on)
	case kind == noticeOver && state != fleet.Released:
		l.loseAll(on)
		l.leaving.release(on)
	}
}

// boot ends the boot of a machine.
func (l *losses) boot(on fleet.MachineID) {
	l.fleet.Boot(on)
	l.fleet.Machine(on).UpAt = l.queue.Now()
	l.emitMachine(sim.MachineUp, on)
	l.awaitFailure(on)
	kind := l.machineType(on)
	if kind.Spot.Life > 0 {
		l.scheduleOn(noticeGiven, on, kernel.Seconds(kind.Spot.Life.Seconds()*l.reclaims[on].Exponential()))
	}
}

// awaitFailure schedules the next failure of a machine that is up.
func (l *losses) awaitFailure(on fleet.MachineID) {
	switch kind := l.machineType(on); {
	case len(kind.Outages) > 0:
		l.fails[on] = l.outage(on).Down
	case kind.Failures.MTBF > 0:
		l.fails[on] = l.queue.Now().Add(varied(&kind.Failures, l.failures[on], kind.Failures.MTBF))
	default:
		return
	}
	l.scheduleOn(machineFails, on, l.fails[on].Sub(l.queue.Now()))
}

// scheduleOn schedules an event of a machine, unless it would come after the horizon.
func (l *losses) scheduleOn(kind eventKind, on fleet.MachineID, after time.Duration) {
	if at := l.queue.Now().Add(after); at < kernel.Time(l.Duration) {
		l.queue.Schedule(at, event{kind: kind, index: int32(on)})
	}
}

// varied draws how long a machine or a zone stays up, or under repair, from the mean of that time.
func varied(f *fleet.Failures, stream *kernel.Stream, mean time.Duration) time.Duration {
	if f.Constant {
		return mean
	}
	return kernel.Seconds(mean.Seconds() * stream.Exponential())
}

// breakDown fails a machine for a reason of its own.
func (l *losses) breakDown(on fleet.MachineID) {
	kind, now := l.machineType(on), l.queue.Now()
	if len(kind.Outages) > 0 {
		l.takeDown(on, l.outage(on).Up)
		return
	}
	l.takeDown(on, now.Add(varied(&kind.Failures, l.failures[on], kind.Failures.Repair)))
}

// turnZone begins or ends an outage of a zone. All its machines that are up fail. They are repaired
// when it ends.
func (l *losses) turnZone(in fleet.ZoneID) {
	now := l.queue.Now()
	up := l.zones.up(in, now)
	l.fleet.SetDown(in, up > now)
	if up == now {
		return
	}
	for _, on := range slices.Clone(l.fleet.Live()) {
		if m := l.fleet.Machine(on); m.Zone == in && m.State == fleet.Up {
			l.takeDown(on, up)
		}
	}
}

// back returns the first instant from at on at which the zone of a machine is not down.
func (l *losses) back(on fleet.MachineID, at kernel.Time) kernel.Time {
	return l.zones.up(l.fleet.Machine(on).Zone, at)
}

// takeDown fails a machine until an instant, and loses its replicas. After the repair the machine
// is up and empty. A machine that was to be released is not repaired, but released at once.
func (l *losses) takeDown(on fleet.MachineID, up kernel.Time) {
	l.fleet.Fail(on)
	l.emitMachine(sim.MachineFailed, on)
	l.loseAll(on)
	if l.fleet.Machine(on).Cordoned {
		l.leaving.release(on)
		return
	}
	l.queue.Schedule(l.back(on, up), event{kind: repairDone, index: int32(on)})
}

// giveNotice lets a machine drain until the end of its notice. Replicas that are still on it at
// that time are lost.
func (l *losses) giveNotice(on fleet.MachineID) {
	l.noticed[on] = true
	l.emitMachine(sim.MachineReclaiming, on)
	if err := l.leaving.stop(on); err != nil {
		l.fail("reclaim machine %d: %w", on, err)
		return
	}
	notice := l.machineType(on).Spot.Notice
	l.queue.Schedule(l.queue.Now().Add(notice), event{kind: noticeOver, index: int32(on)})
}

// loseAll removes all replicas of a machine without a drain. Their requests are offered to other
// replicas after all of these have gone.
func (l *losses) loseAll(on fleet.MachineID) {
	l.leaving.sleepers.end(on)
	var models []fleet.ModelID
	for _, at := range slices.Clone(l.fleet.Machine(on).Placed()) {
		l.lose(at)
		if m := l.cameFor(at); !slices.Contains(models, m) {
			models = append(models, m)
		}
	}
	for _, m := range models {
		l.dispatch.offer(m)
	}
}

// lose removes a replica from its machine without a drain.
func (l *losses) lose(at fleet.ReplicaID) {
	was, busy := l.fleet.Replica(at).State, int(l.fleet.Replica(at).Busy)
	served, waited := l.fleet.Lose(at, l.queue.Now())
	if was == fleet.Loading {
		l.loading.stop(at)
		l.emitReplica(sim.ReplicaCancelled, at)
		return
	}
	batches := l.dispatch.server(at).lose(at, busy)
	if was == fleet.Ready {
		l.emitReplica(sim.ReplicaDraining, at)
	}
	if batches > 0 {
		l.emitBatch(sim.BatchesLost, at, batches, 0)
	}
	l.emitReplica(sim.ReplicaLost, at)
	for _, id := range served {
		l.restore(id)
		l.emitRequest(sim.RequestInterrupted, id, at)
		l.retryOrFail(id, at)
	}
	for _, id := range waited {
		l.retryOrFail(id, at)
	}
}

// cameFor returns the model that the requests of a replica came for. If the replica is lost, they
// wait for that model again.
func (l *losses) cameFor(at fleet.ReplicaID) fleet.ModelID {
	m := l.fleet.Replica(at).Model
	if l.origin != nil && l.origin[m] >= 0 {
		return l.origin[m]
	}
	return m
}

// retryOrFail lets a request that lost its replica wait for another replica, or fail. If the
// patience of the request is over, it stays only if it can start at this instant.
func (l *losses) retryOrFail(id fleet.RequestID, at fleet.ReplicaID) {
	l.restore(id)
	if l.FailLost || l.cancelled(id) {
		l.dispatch.ends.end(sim.RequestFailed, id, at)
		return
	}
	epoch := l.fleet.Retry(id)
	l.emitRequest(sim.RequestRetried, id, at)
	request := l.fleet.Request(id)
	if l.discipline != sim.FirstCome {
		l.dispatch.rank(id, request)
	}
	if patience := l.patience(request); patience > 0 && request.Arrival.Add(patience) <= l.queue.Now() {
		l.queue.Schedule(l.queue.Now(), event{kind: giveUp, index: int32(id), epoch: epoch})
	}
}

// outage returns the next outage of a machine in the trace of its type, from now on. Both ends of
// the outage are kernel.Never if there is none.
func (l *losses) outage(on fleet.MachineID) fleet.Outage {
	never := fleet.Outage{Down: kernel.Never, Up: kernel.Never}
	all, n := l.machineType(on).Outages, l.number[on]
	if n >= uint64(len(all)) {
		return never
	}
	list := all[n]
	i := sort.Search(len(list), func(i int) bool { return list[i].Down >= l.queue.Now() })
	if i == len(list) {
		return never
	}
	return list[i]
}
