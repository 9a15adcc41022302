package ordering

import "wavetank/sim"

// PS serves all requests at a replica at once, each with an equal share of its slots: processor
// sharing, as an operating system does it with the threads of a CPU replica. Source: Kleinrock,
// 1967.
func PS() sim.Order { return simple{"ps", sim.Share, none} }

// LAS serves the requests that have been served least, in equal shares: least attained service,
// also called foreground-background. It needs no knowledge of sizes. Source: Schrage, 1967.
func LAS() sim.Order { return simple{"las", sim.LeastServed, none} }
