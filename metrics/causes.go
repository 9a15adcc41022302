package metrics

import "wavetank/metrics/rows"

// cause is why a request was late or lost. A missed request has exactly one cause: the first of
// this list that applies.
type cause uint8

const (
	// What happened to the request, or ended it.
	rejected    cause = iota // turned away as it arrived, or by the replica that it was given to
	dropped                  // taken out of the queue by the batcher
	lostReplica              // its replica was lost: it failed, or waited anew
	preemptedKV              // a token replica took its KV blocks away

	// What there was to serve the request, at the end of the instant at which it arrived.
	noneReady    // no replica of its model was ready, and one was on its way
	tooFew       // the last plan's capacity was below the load of the control period
	notReady     // the planned capacity was enough, but not the ready part of it
	burst        // the ready capacity was enough for the period, but not for the requests around it
	behindLate   // while it waited, its replica worked on requests that were late when they started
	awaitedBatch // the batcher held it while a slot was free, for at least as long as it was late
	transferred  // its KV cache was on its way for at least as long as it was late
	ownService   // none of these: its service, or the services in front of it, took too long

	numCauses
)

// causeNames are the ends of metrics' names, as in "missed_burst".
var causeNames = [numCauses]string{
	rejected: "rejected", dropped: "dropped", lostReplica: "lost", preemptedKV: "kv", noneReady: "loading", tooFew: "unplanned",
	notReady: "unready", burst: "burst", behindLate: "behind", awaitedBatch: "batch",
	transferred: "transfer", ownService: "service",
}

// unknown stands for a cause that depends on the load of a control period that is not over.
const unknown = numCauses

// missCount counts misses by cause. Requests that were rejected or dropped count a second time, by
// what they had met until then. A request that no replica can ever serve had met nothing.
type missCount struct{ missed, givenUp [numCauses]int64 }

// add counts a miss. End is rejected, dropped or unknown; met is what the request met.
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

// measures returns the counts of all causes. That of transfers is left out where no KV cache moves.
func (n *missCount) measures(scope string, moves bool) (list []rows.Measurement) {
	for c := range numCauses {
		if c != transferred || moves {
			list = append(list, measure(scope, "missed_"+causeNames[c], "1", float64(n.missed[c])))
		}
	}
	for c := lostReplica; c < numCauses; c++ {
		if c != transferred || moves {
			list = append(list, measure(scope, "given_up_"+causeNames[c], "1", float64(n.givenUp[c])))
		}
	}
	return list
}
