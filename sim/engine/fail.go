package engine

import (
	"slices"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// lossSchedule is what befalls machines, drawn from streams of their own: those of the n-th machine of a type that is
// ordered are the same under every policy, whenever it is ordered.
type lossSchedule struct {
	ordered  []uint64 // per machine type
	failures []*kernel.Stream
	reclaims []*kernel.Stream
	number   []uint64 // per machine: among those of its type, in the order they were ordered, from 0
	noticed  []bool   // per machine
}

// name opens the streams of a machine just ordered.
func (r *run) name(on fleet.MachineID) {
	if !r.canLoseMachines {
		return
	}
	f := &r.lossSchedule
	if f.ordered == nil {
		f.ordered = make([]uint64, len(r.Spec.Types))
	}
	kind := r.fleet.Machine(on).Type
	n, name := f.ordered[kind], r.Spec.Types[kind].Name
	f.ordered[kind]++
	f.number, f.noticed = append(f.number, n), append(f.noticed, false)
	f.failures = append(f.failures, kernel.NewStream(r.Seed, r.Replication, "failures/"+name, n))
	f.reclaims = append(f.reclaims, kernel.NewStream(r.Seed, r.Replication, "reclaims/"+name, n))
}

// turn carries out an event of a machine, unless the machine has left the state that the event belongs to.
func (r *run) turn(kind eventKind, on fleet.MachineID) {
	switch state := r.fleet.Machine(on).State; {
	case kind == machineDone && state == fleet.Booting:
		r.boot(on)
	case kind == machineFails && state == fleet.Up:
		r.breakDown(on)
	case kind == repairDone && state == fleet.Failed:
		r.fleet.Repair(on, r.queue.Now())
		r.tellMachine(sim.MachineRepaired, on)
		r.awaitFailure(on)
	case kind == noticeGiven && state != fleet.Released && !r.lossSchedule.noticed[on]:
		r.giveNotice(on)
	case kind == noticeOver && state != fleet.Released:
		r.loseAll(on)
		r.release(on)
	}
}

// boot ends the boot of a machine.
func (r *run) boot(on fleet.MachineID) {
	r.fleet.Boot(on)
	r.tellMachine(sim.MachineUp, on)
	r.awaitFailure(on)
	kind := &r.Spec.Types[r.fleet.Machine(on).Type]
	if kind.Spot.Life > 0 {
		r.befall(noticeGiven, on, kernel.Seconds(kind.Spot.Life.Seconds()*r.lossSchedule.reclaims[on].Exponential()))
	}
}

// awaitFailure schedules the next failure of a machine that is up.
func (r *run) awaitFailure(on fleet.MachineID) {
	switch kind := &r.Spec.Types[r.fleet.Machine(on).Type]; {
	case len(kind.Outages) > 0:
		r.befall(machineFails, on, r.outage(on).Down.Sub(r.queue.Now()))
	case kind.Failures.MTBF > 0:
		r.befall(machineFails, on, r.vary(on, &kind.Failures, kind.Failures.MTBF))
	}
}

// befall schedules what happens to a machine, unless that is after the last arrival.
func (r *run) befall(kind eventKind, on fleet.MachineID, after time.Duration) {
	if at := r.queue.Now().Add(after); at < kernel.Time(r.Duration) {
		r.queue.Schedule(at, event{kind: kind, index: int32(on)})
	}
}

// vary draws a time up or under repair around its mean.
func (r *run) vary(on fleet.MachineID, f *fleet.Failures, mean time.Duration) time.Duration {
	if f.Constant {
		return mean
	}
	return kernel.Seconds(mean.Seconds() * r.lossSchedule.failures[on].Exponential())
}

// breakDown fails a machine with all on it. It is empty when it comes back; one that was to be released does not.
func (r *run) breakDown(on fleet.MachineID) {
	kind := &r.Spec.Types[r.fleet.Machine(on).Type]
	r.fleet.Fail(on)
	r.tellMachine(sim.MachineFailed, on)
	r.loseAll(on)
	if r.fleet.Machine(on).Cordoned {
		r.release(on)
		return
	}
	up := r.outage(on).Up
	if len(kind.Outages) == 0 {
		up = r.queue.Now().Add(r.vary(on, &kind.Failures, kind.Failures.Repair))
	}
	r.queue.Schedule(up, event{kind: repairDone, index: int32(on)})
}

// giveNotice lets a machine drain, which at the end of the notice goes with what is left on it.
func (r *run) giveNotice(on fleet.MachineID) {
	r.lossSchedule.noticed[on] = true
	r.tellMachine(sim.MachineReclaiming, on)
	if err := r.stop(on); err != nil {
		r.fail("reclaim machine %d: %w", on, err)
		return
	}
	notice := r.Spec.Types[r.fleet.Machine(on).Type].Spot.Notice
	r.queue.Schedule(r.queue.Now().Add(notice), event{kind: noticeOver, index: int32(on)})
}

// loseAll takes all replicas off a machine as they are. Their requests are offered to others once all have gone.
func (r *run) loseAll(on fleet.MachineID) {
	var models []fleet.ModelID
	for _, at := range slices.Clone(r.fleet.Machine(on).Placed()) {
		r.lose(at)
		if m := r.fleet.Replica(at).Model; !slices.Contains(models, m) {
			models = append(models, m)
		}
	}
	for _, m := range models {
		r.offer(m)
	}
}

// lose takes a replica off its machine as it is.
func (r *run) lose(at fleet.ReplicaID) {
	was, busy := r.fleet.Replica(at).State, r.fleet.Replica(at).Busy
	served, waited := r.fleet.Lose(at, r.queue.Now())
	if was == fleet.Loading {
		r.stopTransfer(at)
		r.tellReplica(sim.ReplicaCancelled, at)
		return
	}
	if int(at) < len(r.shares) {
		r.shares[at] = nil
	}
	if r.tokenReplicas != nil {
		r.stopFlows(at)
		if r.loseEngine(at) {
			busy = 1
		}
	}
	if was == fleet.Ready {
		r.tellReplica(sim.ReplicaDraining, at)
	}
	if busy > 0 {
		r.tellBatch(sim.BatchesLost, at, int(busy), 0)
	}
	r.tellReplica(sim.ReplicaLost, at)
	for _, id := range served {
		r.restore(id)
		r.tellRequest(sim.RequestInterrupted, id, at)
		r.bereave(id, at)
	}
	for _, id := range waited {
		r.bereave(id, at)
	}
}

// bereave lets a request wait anew, or end, after it lost its replica. One whose patience is over waits on only
// where it can start at once.
func (r *run) bereave(id fleet.RequestID, at fleet.ReplicaID) {
	r.restore(id)
	if r.FailLost {
		r.end(sim.RequestFailed, id, at)
		return
	}
	epoch := r.fleet.Retry(id)
	r.tellRequest(sim.RequestRetried, id, at)
	if r.discipline != sim.FirstCome {
		r.fleet.SetRank(id, r.Order.Rank(r.viewNow(), r.fleet.Request(id)))
	}
	request := r.fleet.Request(id)
	if patience := patience(request, &r.Spec.Models[request.Model]); patience > 0 && request.Arrival.Add(patience) <= r.queue.Now() {
		r.queue.Schedule(r.queue.Now(), event{kind: giveUp, index: int32(id), epoch: epoch})
	}
}
