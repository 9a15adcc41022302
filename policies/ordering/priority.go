package ordering

import "wavetank/sim"

// Priority serves the most urgent class first, and within a class first come, first served. A
// service that has begun is not interrupted. Source: Cobham, 1954.
func Priority() sim.Order { return simple{"priority", sim.Line, urgency} }

// PreemptivePriority is Priority in which a request interrupts a service of a less urgent class.
// The interrupted service resumes later where it stopped.
func PreemptivePriority() sim.Order {
	return simple{"preemptive-priority", sim.PreemptByRank, urgency}
}
