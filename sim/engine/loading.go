package engine

import (
	"cmp"
	"math"
	"slices"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// loading is the transfers of weights under way. Those of one machine share its link equally, and all together
// share the bandwidth of the storage by max–min fairness: none can get more without another that has no more than
// it getting less.
type loading struct {
	transfers []transfer // in the order in which they began
	onLink    []int      // transfers per machine
	order     []int      // scratch of spread
}

// transfer is the weights of one replica on their way.
type transfer struct {
	replica fleet.ReplicaID
	machine fleet.MachineID
	left    time.Duration // at the full speed of the link
	speed   float64       // share of that
	since   kernel.Time   // when left held
	epoch   uint32
}

// transfer begins to load the weights of a replica that has started up.
func (r *run) transfer(at fleet.ReplicaID) {
	rep := r.fleet.Replica(at)
	left := r.Spec.Deployments[rep.Deployment].Transfer
	if left <= 0 {
		r.becomeReady(at)
		return
	}
	l := &r.loading
	l.onLink = fleet.AtLeast(l.onLink, rep.Machine)
	l.onLink[rep.Machine]++
	l.transfers = append(l.transfers, transfer{replica: at, machine: rep.Machine, left: left, since: r.queue.Now()})
	r.spread(rep.Machine)
}

// endTransfer makes a replica ready, unless the event is late.
func (r *run) endTransfer(at fleet.ReplicaID, epoch uint32) {
	i := r.loading.find(at)
	if i < 0 || r.loading.transfers[i].epoch != epoch {
		return
	}
	r.stopTransfer(at)
	r.becomeReady(at)
}

// stopTransfer ends the transfer of a replica, if it has one, and lets the others have its share.
func (r *run) stopTransfer(at fleet.ReplicaID) {
	l := &r.loading
	i := l.find(at)
	if i < 0 {
		return
	}
	on := l.transfers[i].machine
	l.transfers = slices.Delete(l.transfers, i, i+1)
	l.onLink[on]--
	r.spread(on)
}

// find returns the place of a replica's transfer, or -1.
func (l *loading) find(at fleet.ReplicaID) int {
	return slices.IndexFunc(l.transfers, func(t transfer) bool { return t.replica == at })
}

// spread gives every transfer its share after one began or ended on a machine: without a limit of the storage, that
// concerns only those of the machine.
func (r *run) spread(on fleet.MachineID) {
	l := &r.loading
	storage := r.Spec.StorageBandwidth
	if storage <= 0 {
		for i := range l.transfers {
			if t := &l.transfers[i]; t.machine == on {
				r.pace(t, 1/float64(l.onLink[on]))
			}
		}
		return
	}
	// Progressive filling: those whose link allows least are served first, each with at most an equal share of what
	// is left.
	link := func(i int) float64 {
		return r.Spec.Types[r.fleet.Machine(l.transfers[i].machine).Type].LoadBandwidth
	}
	most := func(i int) float64 { return link(i) / float64(l.onLink[l.transfers[i].machine]) }
	l.order = l.order[:0]
	for i := range l.transfers {
		l.order = append(l.order, i)
	}
	slices.SortStableFunc(l.order, func(i, j int) int { return cmp.Compare(most(i), most(j)) })
	for n, i := range l.order {
		share := storage / float64(len(l.order)-n)
		speed := 1 / float64(l.onLink[l.transfers[i].machine])
		if share < most(i) {
			speed = share / link(i)
		}
		storage -= min(share, most(i))
		r.pace(&l.transfers[i], speed)
	}
}

// pace sets the speed of a transfer and schedules its end.
func (r *run) pace(t *transfer, speed float64) {
	if t.speed == speed {
		return
	}
	now := r.queue.Now()
	passed := now.Sub(t.since)
	if t.speed != 1 {
		passed = time.Duration(math.Round(float64(passed) * t.speed))
	}
	t.left = max(0, t.left-passed)
	t.since, t.speed = now, speed
	t.epoch++
	wait := t.left
	if speed != 1 {
		wait = kernel.Seconds(math.Ceil(float64(t.left)/speed) / 1e9)
	}
	r.queue.Schedule(now.Add(wait), event{kind: transferDone, index: int32(t.replica), epoch: t.epoch})
}
