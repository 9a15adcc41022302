package tokens

import (
	"math"
	"wavetank/sim/profile"
)

// total returns how long the first n steps of the run take, in grains.
func (r *run) total(n int) int64 {
	k := int64(n)
	if k == 1 {
		return r.time
	}
	return r.time*k + r.growth*(k*(k-1)/2)
}

// until returns the number of steps after which the run has lasted for span, in grains. It is at
// least 1 and at most the count of the run.
func (r *run) until(span int64) int {
	n := r.count
	if n == 1 || r.total(n) <= span {
		return n
	}
	// Solve span = total(k) = k·(time − growth/2) + k²·growth/2 for k, in a form that does not
	// divide by growth.
	half := float64(r.growth) / 2
	b := float64(r.time) - half
	k := int(2 * float64(span) / (b + math.Sqrt(b*b+4*half*float64(span))))
	k = min(max(k, 1), n)
	for k > 1 && r.total(k-1) >= span {
		k--
	}
	for k < n && r.total(k) < span {
		k++
	}
	return k
}

// run is the run of steps under way.
type run struct {
	count     int          // steps; 0: the replica is idle
	settled   int          // steps whose blocks have been taken
	told      int          // steps that have been reported
	time      int64        // time of the first step, in grains
	growth    int64        // difference between the times of a step and the step before, in grains
	prefilled int64        // tokens computed by sequences that do not decode
	held      int          // blocks in use during the first step
	work      profile.Work // work of the first step
}
