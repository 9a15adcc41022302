package fleet

import (
	"fmt"

	"wavetank/sim/kernel"
)

// Slowdown is a span of time in which some machines of a type are slow: a batch or a step of
// an LLM engine that starts in it takes Factor times as long, to its end.
type Slowdown struct {
	From, Until kernel.Time // the first instant, and the first instant after it
	Factor      float64     // at least 1
	Share       float64     // share of the machines that are slow, above 0 and at most 1
}

// Slows reports whether machines of some type are slow at times.
func (c *Spec) Slows() bool {
	for i := range c.Types {
		if len(c.Types[i].Slowdowns) > 0 {
			return true
		}
	}
	return false
}

// meets reports whether a machine belongs to a share of the machines of its type. They have numbers
// from 0, in the order of their orders. Of the first n, the whole part of n·share belong to it.
func meets(share float64, number int32) bool {
	const rounding = 1e-9
	return int(float64(number+1)*share+rounding) > int(float64(number)*share+rounding)
}

// SlowedBy returns the factor by which its slow machine stretches a service that a replica starts
// at an instant. The factors of several spans are multiplied.
func (f *Fleet) SlowedBy(at ReplicaID, now kernel.Time) float64 {
	m, factor := &f.machines[f.replicas[at].Machine], 1.0
	for i := range f.spec.Types[m.Type].Slowdowns {
		s := &f.spec.Types[m.Type].Slowdowns[i]
		if s.From <= now && now < s.Until && meets(s.Share, m.number) {
			factor *= s.Factor
		}
	}
	return factor
}

// checkSlowdowns returns the faults in the slow-downs of a machine type.
func (t *MachineType) checkSlowdowns() (faults []error) {
	for _, s := range t.Slowdowns {
		if s.From < 0 || s.Until <= s.From || !(s.Factor >= 1 && s.Factor <= 1e6) || !(s.Share > 0 && s.Share <= 1) {
			faults = append(faults, fmt.Errorf("machine type %s: the slow-down %+v is not possible", t.Name, s))
		}
	}
	return faults
}
