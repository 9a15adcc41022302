package engine

import (
	"cmp"
	"math"
	"slices"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// loading holds the transfers of weights under way. Transfers to one machine share its link
// equally. All transfers share the bandwidth of the storage by max–min fairness: no transfer can
// get more unless a transfer with the same or a smaller share gets less.
type loading struct {
	*core
	transfers []transfer // in the order in which they began
	onLink    []int      // transfers per machine
	order     []int      // scratch of spread
	out       bool       // the storage gives nothing
}

// transfer moves the weights of one replica from the storage to its machine.
type transfer struct {
	replica fleet.ReplicaID
	machine fleet.MachineID
	left    time.Duration // time that the rest takes at the full speed of the link
	speed   float64       // share of the full speed, at most 1; 0: the storage is out
	since   kernel.Time   // instant at which left was computed
	epoch   uint32
}

// begin starts the transfer of the weights of a replica that has started up. It returns true if
// there is nothing to transfer; the replica is then ready.
func (l *loading) begin(at fleet.ReplicaID) (ready bool) {
	rep := l.fleet.Replica(at)
	left := l.Spec.Deployments[rep.Deployment].Transfer
	if left <= 0 {
		return true
	}
	l.onLink = fleet.AtLeast(l.onLink, rep.Machine)
	l.onLink[rep.Machine]++
	l.transfers = append(l.transfers, transfer{replica: at, machine: rep.Machine, left: left, since: l.queue.Now()})
	l.spread(rep.Machine)
	return false
}

// end ends the transfer of a replica, which is then ready. It returns false if the event is
// outdated.
func (l *loading) end(at fleet.ReplicaID, epoch uint32) (ready bool) {
	i := l.find(at)
	if i < 0 || l.transfers[i].epoch != epoch {
		return false
	}
	l.stop(at)
	return true
}

// stop ends the transfer of a replica, if it has one, and gives its share to the other transfers.
func (l *loading) stop(at fleet.ReplicaID) {
	i := l.find(at)
	if i < 0 {
		return
	}
	on := l.transfers[i].machine
	l.transfers = slices.Delete(l.transfers, i, i+1)
	l.onLink[on]--
	l.spread(on)
}

// outages schedules the begins and ends of outages of the storage.
func (l *loading) outages() {
	for _, o := range l.Spec.StorageOutages {
		l.queue.Schedule(o.Down, event{kind: storageTurns})
		l.queue.Schedule(o.Up, event{kind: storageTurns})
	}
}

// turn stops or resumes all transfers if an outage of the storage begins or ends now.
func (l *loading) turn() {
	now := l.queue.Now()
	l.out = slices.ContainsFunc(l.Spec.StorageOutages, func(o fleet.Outage) bool { return o.Down <= now && now < o.Up })
	for on, n := range l.onLink {
		if n > 0 {
			l.spread(fleet.MachineID(on))
		}
	}
}

// find returns the index of a replica's transfer, or -1.
func (l *loading) find(at fleet.ReplicaID) int {
	return slices.IndexFunc(l.transfers, func(t transfer) bool { return t.replica == at })
}

// spread gives every transfer its new share after a transfer to a machine began or ended. If the
// storage has no limit, only the transfers to that machine change.
func (l *loading) spread(on fleet.MachineID) {
	storage := l.Spec.StorageBandwidth
	if l.out {
		for i := range l.transfers {
			l.pace(&l.transfers[i], 0)
		}
		return
	}
	if storage <= 0 {
		for i := range l.transfers {
			if t := &l.transfers[i]; t.machine == on {
				l.pace(t, 1/float64(l.onLink[on]))
			}
		}
		return
	}
	// Progressive filling: each transfer gets the least of two speeds, what its link allows and an
	// equal share of the remaining bandwidth. The transfers with the slowest links come first.
	link := func(i int) float64 {
		return l.machineType(l.transfers[i].machine).LoadBandwidth
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
		l.pace(&l.transfers[i], speed)
	}
}

// pace sets the speed of a transfer and schedules its end.
func (l *loading) pace(t *transfer, speed float64) {
	if t.speed == speed {
		return
	}
	now := l.queue.Now()
	passed := now.Sub(t.since)
	if t.speed != 1 {
		passed = time.Duration(math.Round(float64(passed) * t.speed))
	}
	t.left = max(0, t.left-passed)
	t.since, t.speed = now, speed
	t.epoch++
	if speed == 0 && t.left > 0 {
		return
	}
	wait := t.left
	if speed != 1 && wait > 0 {
		wait = kernel.Seconds(math.Ceil(float64(t.left)/speed) / 1e9)
	}
	l.queue.Schedule(now.Add(wait), event{kind: transferDone, index: int32(t.replica), epoch: t.epoch})
}
