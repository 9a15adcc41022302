package check

import "wavetank/sim/fleet"

// MetAlone returns a function that reports whether a request meets its objectives if it is alone in
// the fleet. The function must be called with the requests in the order of their arrival.
func (e *Review) MetAlone() func(*fleet.Request) bool {
	j := newJudge(e.Spec, e.StepTimeFiles, e.varied(), make([]bool, len(e.Spec.Models)), e.leastItems())
	return func(r *fleet.Request) bool { return j.fate(r).met }
}
