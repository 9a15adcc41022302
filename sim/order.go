package sim

import "wavetank/sim/fleet"

// Order is the lever that puts waiting requests in line, and says how a replica serves them. Without one, they
// are served first come first served, in batches.
type Order interface {
	// Rank is asked as a request arrives, and again when it has lost its replica: the smallest rank is served
	// first, ties in the order of arrival.
	Rank(v *View, r *fleet.Request) int64
	Discipline() Discipline
	String() string
}

// Discipline says how a replica serves its requests.
type Discipline uint8

// With FirstCome, requests are batched in the order in which they came, and ranks are not asked; with Line, in
// the order of their ranks. Both serve a batch to its end. The others serve
// requests one by one, so that the batcher is not asked: PreemptByRank and PreemptByRemaining let a request of
// smaller rank, or of less work than another has left, take its slot, and the other resumes later where it
// stopped; Share gives every request an equal share of the slots at once (processor sharing), LeastServed gives
// them to those that have been served least (foreground-background). A request can only interrupt at the replica
// that it was given to: preemption needs a router that does not keep requests back.
const (
	FirstCome Discipline = iota
	Line
	PreemptByRank
	PreemptByRemaining
	Share
	LeastServed
)

// RankOfWork returns the rank of so much work, relative to the latency law: for orders by size.
func RankOfWork(work float64) int64 { return int64(min(work*1e9, 1<<62)) }
