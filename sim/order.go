package sim

import "wavetank/sim/fleet"

// Order is the lever that puts waiting requests in line, and says how a replica serves them.
// Without one, they are served first come first served, in batches.
type Order interface {
	// Rank returns the rank of a request. The smallest rank is served first, ties in the order of
	// arrival. The run calls it when the request arrives, and again when the request has lost its
	// replica.
	Rank(v *View, r *fleet.Request) int64
	Discipline() Discipline
	String() string
}

// Discipline says how a replica serves its requests.
type Discipline uint8

// The first two serve batches, each to its end. The others serve requests one by one, and do not
// ask the batcher. A request that was interrupted resumes later where it stopped. A request
// interrupts only requests of the replica that it was given to. So preemption needs a router that
// keeps no requests back.
const (
	FirstCome     Discipline = iota // in the order of arrival; ranks are not asked
	Line                            // in the order of ranks
	PreemptByRank                   // a request takes the slot of a request with a larger rank
	// a request takes the slot of a request with more work left
	PreemptByRemaining
	// all requests have an equal share of the slots (processor sharing)
	Share
	// the requests served least so far are served (foreground-background)
	LeastServed
)

// RankOfWork returns the rank of a request with so much work (fleet.Spec.WorkOf), for orders by
// size.
func RankOfWork(work float64) int64 { return int64(min(work*1e9, 1<<62)) }
