package validation

import "gonum.org/v1/gonum/stat/distuv"

// Options says how much is simulated.
type Options struct {
	Customers    int // of each system in each replication, in runs that are not lengthened
	Longest      int // the longest run, in lengths of those; 1: none is lengthened
	Replications int
	Seed         uint64
	Parallel     int     // runs at a time; the result does not depend on it
	Slower       float64 // service times are multiplied by it; 1 for the true system
	// Progress is called after each run, one call at a time, with what kind of runs these are; may
	// be nil.
	Progress func(runs string, done, of int)
	Only     func(s QueueSystem) bool // nil: all systems
	every    bool                     // quantity is to be known to 5 %, not only percentiles
}

// Quick and Full are the options of the two sizes of the command.
func Quick() Options {
	return Options{Customers: 20_000, Longest: 16, Replications: 20, Seed: 1, Parallel: 1, Slower: 1}
}

// Full simulates some fifteen times as much as Quick.
func Full() Options {
	o := Quick()
	o.Customers = 300_000
	return o
}

// bound returns the score that chance exceeds, up or down, with the probability given.
func (o Options) bound(probability float64) float64 {
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(o.Replications - 1)}.Quantile(1 - probability/2)
}
