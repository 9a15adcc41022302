package capacity

import (
	"context"
	"math"
)

// search finds the largest load at which the objectives hold. A load is a rate as a share of the
// planned throughput of replicas that never idle.
type search struct {
	ratio func(load float64) (float64, error) // misses divided by allowed misses
	top   float64                             // largest load to try
	step  float64                             // load that makes about e times as many miss
	vague bool                                // the first step is only a guess
	last  float64                             // ratio at the load that was found

	low, high    bound
	older        bound // the previous high bound
	lastWasUnder bool
}

// bound is a load that was tried.
type bound struct {
	load  float64
	known bool
	log   float64 // logarithm of the ratio at this load
	held  float64 // log, halved whenever the other bound moves twice in a row
}

const (
	trickle = 0.002 // smallest load to try
	width   = 0.003 // relative precision of the result
	near    = 0.1   // a logarithm of the ratio of at most this size counts as 0
	extreme = 4     // largest size of the logarithm of the ratio
)

// find returns the load. It begins with a guess. It returns 0 if the objectives do not hold even at
// the smallest load.
//
// The logarithm of the misses is nearly linear in the load: in heavy traffic the wait is
// exponential, and its mean is inversely proportional to the idle share (Kingman, "On queues in
// heavy traffic", Journal of the Royal Statistical Society B, 1962). So the search applies the
// secant method to the logarithm, in the Illinois variant (Dowell and Jarratt, BIT, 1971).
func (s *search) find(ctx context.Context, guess float64) (float64, error) {
	for at := min(max(guess, trickle), s.top); ; at = s.next() {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		var err error
		if s.last, err = s.ratio(at); err != nil {
			return 0, err
		}
		y := logarithm(s.last)
		switch {
		case math.Abs(y) <= near || y < 0 && at >= s.top:
			return at, nil
		case y > 0 && at <= trickle:
			return 0, nil
		}
		s.note(at, y)
		if s.low.known && s.high.known && s.high.load-s.low.load < width*s.high.load {
			s.last = 1
			return between(s.low.load, s.low.log, s.high.load, s.high.log), nil
		}
	}
}

// note records y, the logarithm of the ratio at a load.
func (s *search) note(at, y float64) {
	under, moved, other := y < 0, &s.high, &s.low
	if under {
		moved, other = other, moved
	}
	if moved.known && s.lastWasUnder == under {
		other.held /= 2
	}
	if !under {
		s.older = s.high
	}
	if s.vague && moved.known && math.Abs(moved.log) < extreme && math.Abs(y) < extreme {
		const most = 4 // largest change of the step by two loads on the same side
		if slope := (at - moved.load) / (y - moved.log); slope > 0 {
			s.step = min(max(slope, s.step/most), s.step*most)
		}
	}
	*moved = bound{load: at, known: true, log: y, held: y}
	s.lastWasUnder = under
	if s.low.known && s.high.known && s.high.load > s.low.load && s.high.log > s.low.log {
		s.step = (s.high.load - s.low.load) / (s.high.log - s.low.log)
	}
}

// next returns the load to try next.
func (s *search) next() float64 {
	const farther, most = 1.4, 0.3 // factor on the step; largest move as a share of the load
	low, high := &s.low, &s.high
	switch {
	case !high.known:
		by := min(max(-farther*low.log*s.step, width*low.load), most*max(low.load, 0.1))
		return min(s.top, low.load+by)
	case !low.known && s.older.known && between(s.older.load, s.older.log, high.load, high.log) < trickle:
		return trickle // the objectives may not hold at any load
	case !low.known:
		return max(trickle, high.load-max(farther*high.log*s.step, width*high.load), high.load/4)
	}
	margin := (high.load - low.load) / 8
	return min(max(between(low.load, low.held, high.load, high.held), low.load+margin), high.load-margin)
}

// logarithm returns the logarithm of a ratio of misses, limited to −extreme … extreme.
func logarithm(ratio float64) float64 { return max(-extreme, min(extreme, math.Log(ratio))) }

// between returns where the line through two points is zero.
func between(x0, y0, x1, y1 float64) float64 { return x0 + (x1-x0)*y0/(y0-y1) }
