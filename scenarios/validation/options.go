package validation

import "gonum.org/v1/gonum/stat/distuv"

// Options says how much is simulated.
type Options struct {
	Customers    int // customers in a run of normal length
	Longest      int // length of the longest run, in normal lengths; 1: no run is longer
	Replications int
	Seed         uint64
	Parallel     int     // number of runs at a time; does not change the result
	Slower       float64 // factor on service times; 1 for the true system
	// Progress is called after each run, one call at a time. runs names the kind of runs. It may be
	// nil.
	Progress func(runs string, done, of int)
	Only     func(s QueueSystem) bool // selects systems; nil: all
	every    bool                     // every quantity must be precise to 5 %, not only percentiles
}

// Quick returns the options of a short comparison. Quick and Full are the two sizes of the command.
func Quick() Options {
	return Options{Customers: 20_000, Longest: 16, Replications: 20, Seed: 1, Parallel: 1, Slower: 1}
}

// Full returns options with about fifteen times as many customers as Quick.
func Full() Options {
	o := Quick()
	o.Customers = 300_000
	return o
}

// bound returns the score that a correct simulation exceeds in size with the given probability.
func (o Options) bound(probability float64) float64 {
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(o.Replications - 1)}.Quantile(1 - probability/2)
}
