package ordering

import "wavetank/sim"

// SJF serves the shortest job first. A service that has begun is not interrupted.
func SJF() sim.Order { return simple{"sjf", sim.Line, work} }

// SRPT always serves the jobs with the shortest remaining processing time, which minimises the mean
// latency. Source: Schrage, 1968.
func SRPT() sim.Order { return simple{"srpt", sim.PreemptByRemaining, work} }
