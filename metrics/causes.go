package metrics

import "wavetank/metrics/rows"

// cause is why a request was late or lost. A missed request has exactly one cause: the first of
// this list that applies.
type cause uint8

const (
	// What happened to the request, or ended it.
	rejected    cause = iota // rejected at its arrival, or by the replica that it was given to
	dropped                  // taken out of the queue by the batcher
	lostReplica              // its replica was lost: the request failed, or waited again
	preemptedKV              // a token replica preempted it

	// The capacity, at the end of the instant at which the request arrived.
	noneReady // no replica of its model was ready, but one was booting or loading
	// the ready capacity was below the load only because of attempts after the first
	retriedLoad
	tooFew   // the planned capacity was below the load of the control period
	notReady // the planned capacity was enough, but the ready capacity was not
	burst    // the ready capacity was enough for the control period, but not around the arrival

	// What the request waited for.
	behindLate   // its replica served requests that were already late at their start
	awaitedBatch // the batcher let it wait with a slot free, for at least as long as it was late
	transferred  // the transfer of its KV cache took at least as long as it was late
	distant      // it was on the network between zones at least as long as it was late
	ownService   // none of the above: its service, or the services before it, took too long

	numCauses
)

// causeNames are the last parts of the names of metrics, as in "missed_burst".
var causeNames = [numCauses]string{
	rejected: "rejected", dropped: "dropped", lostReplica: "lost", preemptedKV: "kv", noneReady: "loading", retriedLoad: "retries", tooFew: "unplanned",
	notReady: "unready", burst: "burst", behindLate: "behind", awaitedBatch: "batch",
	transferred: "transfer", distant: "network", ownService: "service",
}

// unknown is a cause that is not known before the control period is over.
const unknown = numCauses

// missCount counts misses by cause. A rejected or dropped request is counted again in givenUp, by
// the cause that it had met before it was rejected or dropped. A request that no replica can ever
// serve has no such cause.
type missCount struct{ missed, givenUp [numCauses]int64 }

// add counts a miss. The cause end is rejected or dropped, or unknown for any other end of the
// request. The cause met is the one that the request met before.
func (n *missCount) add(end, met cause) {
	if n == nil {
		return
	}
	if end == unknown {
		n.missed[met]++
		return
	}
	n.missed[end]++
	if met > dropped {
		n.givenUp[met]++
	}
}

// merge adds the counts of another.
func (n *missCount) merge(o *missCount) {
	for c := range numCauses {
		n.missed[c] += o.missed[c]
		n.givenUp[c] += o.givenUp[c]
	}
}

// measures returns the counts of all causes that are possible in the run.
func (n *missCount) measures(scope string, possible func(cause) bool) (list []rows.Measurement) {
	for c := range numCauses {
		if possible(c) {
			list = append(list, measure(scope, "missed_"+causeNames[c], "1", float64(n.missed[c])))
		}
	}
	for c := lostReplica; c < numCauses; c++ {
		if possible(c) && c != distant { // what was given up had no answer
			list = append(list, measure(scope, "given_up_"+causeNames[c], "1", float64(n.givenUp[c])))
		}
	}
	return list
}
