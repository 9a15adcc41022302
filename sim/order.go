package sim

import "wavetank/sim/fleet"

// Order is the lever that puts waiting requests in line, and says how a replica serves them.
// Without one, they are served first come first served, in batches.
type Order interface {
	// Rank is asked as a request arrives, and again when it has lost its replica. The smallest rank
	// is served first, ties in the order of arrival.
	Rank(v *View, r *fleet.Request) int64
	Discipline() Discipline
	String() string
}

// Discipline says how a replica serves its requests.
type Discipline uint8

// The first two serve batches, each to its end. The others serve requests one by one, and do not
// ask the batcher. A request that was interrupted resumes later where it stopped. It can be
// interrupted only by one that was given to its replica, so that preemption needs a router that
// keeps none back.
const (
	FirstCome          Discipline = iota // in the order of arrival; ranks are not asked
	Line                                 // in the order of ranks
	PreemptByRank                        // a request of smaller rank takes the slot of another
	PreemptByRemaining                   // less work takes the slot of more work left
	Share                                // all have an equal share of the slots (processor sharing)
	LeastServed                          // those served least are served (foreground-background)
)

// RankOfWork returns the rank of a request of so much work (fleet.Spec.WorkOf): for orders by size.
func RankOfWork(work float64) int64 { return int64(min(work*1e9, 1<<62)) }
