package ordering

import "wavetank/sim"

// PS (processor sharing) serves all requests at a replica at once, each with an equal share of its
// slots. An operating system shares a CPU among threads in this way. Source: Kleinrock, 1967.
func PS() sim.Order { return simple{"ps", sim.Share, none} }

// LAS (least attained service) serves the requests that have been served least so far, in equal
// shares. It is also called foreground-background. It does not use the sizes of requests. Source:
// Schrage, 1967.
func LAS() sim.Order { return simple{"las", sim.LeastServed, none} }
