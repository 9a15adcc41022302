package ordering

import "wavetank/sim"

// Priority serves the most urgent class first, and first come first served within a class; a
// service that has begun is not interrupted (Cobham 1954).
func Priority() sim.Order { return simple{"priority", sim.Line, urgency} }

// PreemptivePriority is Priority in which a request interrupts the service of a less urgent one,
// which resumes later where it stopped.
func PreemptivePriority() sim.Order {
	return simple{"preemptive-priority", sim.PreemptByRank, urgency}
}
