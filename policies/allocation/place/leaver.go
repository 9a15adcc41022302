package place

import (
	"cmp"
	"time"

	"wavetank/sim/fleet"
)

// leaver returns the index in the list of the replica that should be removed first:
//
//   - a replica that was never ready;
//   - then a replica that will have drained before the allocator is asked again, such as an idle
//     one (see soon);
//   - then the replica with the fewest unfinished requests.
//
// Among equals it is the newest replica.
func leaver(l *ledger, list []fleet.ReplicaID) int {
	best := 0
	for i := range list {
		if i > 0 && l.before(list[i], list[best]) <= 0 {
			best = i
		}
	}
	return best
}

// before compares two replicas. It returns a negative number if a should be removed before b.
func (l *ledger) before(a, b fleet.ReplicaID) int {
	rank, other := l.rank(a), l.rank(b)
	switch x, y := l.view.Replica(a), l.view.Replica(b); {
	case rank != other:
		return cmp.Compare(rank, other)
	case rank == lasting:
		return cmp.Compare(x.Held(), y.Held())
	default:
		return cmp.Or(l.soon(x.Machine, y.Machine), cmp.Compare(x.Held(), y.Held()))
	}
}

// soon compares the machines of two replicas that drain quickly. It returns a negative number if
// the replica on a should be removed first. The aim is to empty a machine. So the first criteria
// are fewer replicas that take long to drain, then fewer replicas. Between machines with one
// replica each, the next criterion is fewer unfinished requests. Otherwise the newest machine comes
// first: preferring idle replicas would scatter the rest over more machines.
func (l *ledger) soon(a, b fleet.MachineID) int {
	x, y := &l.machines[l.at[a]], &l.machines[l.at[b]]
	switch {
	case x.lasting != y.lasting:
		return cmp.Compare(x.lasting, y.lasting)
	case x.replicas != y.replicas:
		return cmp.Compare(x.replicas, y.replicas)
	case x.replicas == 1:
		return cmp.Compare(x.outstanding, y.outstanding)
	}
	return cmp.Compare(b, a)
}

// The ranks of replicas: those of a lower rank are removed first.
const (
	neverReady = iota
	soonFree
	lasting
)

// rank returns the rank of a replica.
func (l *ledger) rank(id fleet.ReplicaID) int {
	switch {
	case l.view.Replica(id).State == fleet.Loading:
		return neverReady
	case l.drains(id) <= l.view.Period():
		return soonFree
	}
	return lasting
}

// drains returns how long a replica needs to finish its requests: the rest of the services under
// way, if known, and the planned time of all others.
func (l *ledger) drains(id fleet.ReplicaID) time.Duration {
	d, r := l.view.Deployment(id), l.view.Replica(id)
	if d.Tokens != nil {
		return times(r.Held(), d.MaxBatch, d.Latency.Latency(min(d.MaxBatch, d.Latency.Max())))
	}
	underWay := l.view.UnderWay(id)
	if underWay == 0 {
		underWay = times(r.Held()-r.Queued(), d.Slots, d.Latency.Latency(1))
	}
	return underWay + times(r.Queued(), d.MaxBatch*d.Slots, d.Latency.Latency(d.MaxBatch))
}

// times returns how long n requests take. The parameter together is the number of requests that are
// served at a time, and span is the time of each.
func times(n, together int, span time.Duration) time.Duration {
	return time.Duration((n+together-1)/together) * span
}
