package validation

import "gonum.org/v1/gonum/stat/distuv"

// Options says how much is simulated.
type Options struct {
	Customers    int // of each system in each replication, in a run of normal length
	Longest      int // the longest run, in normal lengths; 1: no run is lengthened
	Replications int
	Seed         uint64
	Parallel     int     // runs at a time; the result does not depend on it
	Slower       float64 // factor on service times; 1 for the true system
	// Progress is called after each run, one call at a time, with the kind of the runs; may be nil.
	Progress func(runs string, done, of int)
	Only     func(s QueueSystem) bool // nil: all systems
	every    bool                     // every quantity must be precise to 5 %, not only percentiles
}

// Quick and Full are the options of the two sizes of the command.
func Quick() Options {
	return Options{Customers: 20_000, Longest: 16, Replications: 20, Seed: 1, Parallel: 1, Slower: 1}
}

// Full simulates about fifteen times as much as Quick.
func Full() Options {
	o := Quick()
	o.Customers = 300_000
	return o
}

// bound returns the score that chance exceeds, up or down, with the given probability.
func (o Options) bound(probability float64) float64 {
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(o.Replications - 1)}.Quantile(1 - probability/2)
}
