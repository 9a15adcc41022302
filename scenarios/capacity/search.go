package capacity

import (
	"context"
	"math"
)

// search seeks the largest load at which the objectives hold. Loads are shares of what the replicas
// serve without idling, by the plan.
type search struct {
	ratio func(load float64) (float64, error) // of misses to those allowed; grows with the load
	top   float64                             // the largest load
	step  float64                             // how much load makes e times as many miss, about
}

const (
	trickle = 0.002 // the least load
	width   = 0.01  // share of the load within which it is found
	near    = 0.08  // logarithm of the ratio of misses that is as good as 1
	extreme = 4     // logarithm of a ratio beyond which it says nothing more
)

// find seeks from a first guess on. It returns 0 where the objectives do not hold even at a
// trickle.
//
// The logarithm of the misses is nearly linear in the load, as the tail of the wait of a queue in
// heavy traffic is exponential, with a rate in proportion to the idle share (Kingman, "On queues in
// heavy traffic", Journal of the Royal Statistical Society B, 1962). So the search is by the
// secant of it (Illinois; Dowell and Jarratt, BIT, 1971), between bisections.
func (s *search) find(ctx context.Context, guess float64) (float64, error) {
	low, high := 0.0, math.Inf(1)
	var below, above float64 // logarithms at low and high
	for at, last := min(guess, s.top), 0; ; {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		r, err := s.ratio(at)
		if err != nil {
			return 0, err
		}
		y := max(-extreme, min(extreme, math.Log(r)))
		switch {
		case math.Abs(y) < near || y < 0 && at >= s.top:
			return at, nil
		case y < 0:
			low, below = at, y
			if last < 0 {
				above /= 2
			}
			last = -1
		case at <= trickle:
			return 0, nil
		default:
			high, above = at, y
			if last > 0 {
				below /= 2
			}
			last = 1
		}
		if high-low < width*high {
			return s.between(low, high, below, above), nil
		}
		at = s.next(low, high, below, above)
	}
}

// next returns the load to try next.
func (s *search) next(low, high, below, above float64) float64 {
	const most = 0.25
	switch {
	case math.IsInf(high, 1):
		return min(s.top, low+min(max(-1.5*below*s.step, width), most*max(low, 0.2)))
	case low == 0:
		return max(trickle, min(high-max(width*high, 1.5*above*s.step), high*0.95), high/4)
	}
	margin := (high - low) / 8
	return min(max(s.between(low, high, below, above), low+margin), high-margin)
}

// between returns where the line through two logarithms is 0.
func (s *search) between(low, high, below, above float64) float64 {
	return low + (high-low)*below/(below-above)
}
