package ordering

import "wavetank/sim"

// FCFS serves requests in the order in which they came.
func FCFS() sim.Order { return simple{"fcfs", sim.FirstCome, none} }
