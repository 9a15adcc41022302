package check

import "wavetank/sim/fleet"

// MetAlone returns what reports whether a request meets its objectives if it is alone in the fleet.
// It is told the requests in the order in which they come.
func (e *Review) MetAlone() func(*fleet.Request) bool {
	j := newJudge(e.Spec, e.varied(), make([]bool, len(e.Spec.Models)), e.leastItems())
	return func(r *fleet.Request) bool { return j.fate(r).met }
}
