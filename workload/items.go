package workload

import (
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/workload/distribution"
)

// Items says how many items each request of a stream carries: a count, times a factor. With the
// zero value, requests carry one item.
type Items struct {
	Count  distribution.Count // nil: one item
	Factor float64            // above 0; 0 stands for 1
}

// LargestItems is the upper limit on the items of a request, before the factor. It is the largest
// batch that a latency model can have.
const LargestItems = 1 << 16

// One reports whether every request carries one item.
func (i Items) One() bool {
	n, same := i.Same()
	return same && n == 1
}

// Same returns the number of items if all requests carry the same number; else ok is false.
func (i Items) Same() (n float64, ok bool) {
	n = 1
	if i.Count != nil {
		if n, ok = distribution.Only(i.Count); !ok {
			return 0, false
		}
	}
	return i.times(n), true
}

// Least returns the smallest number of items that a request can carry.
func (i Items) Least() float64 {
	if i.Count == nil {
		return i.times(1)
	}
	return i.times(float64(distribution.Least(i.Count)))
}

// times returns a number of items times the factor.
func (i Items) times(n float64) float64 {
	if i.Factor == 0 {
		return n
	}
	return n * i.Factor
}

// draw draws the items of a request, in the form of fleet.Request.Items.
func (i Items) draw(s *kernel.Stream) float32 {
	if i.Count == nil {
		return i.of(0)
	}
	return i.of(float32(i.Count.At(distribution.StandardNormal(s))))
}

// of returns a number of items multiplied by the factor. In both numbers, 0 stands for one item.
func (i Items) of(items float32) float32 {
	if i.Factor == 0 || i.Factor == 1 {
		return items
	}
	r := fleet.Request{Items: items}
	return float32(r.Size() * i.Factor)
}
