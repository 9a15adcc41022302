package distribution

import (
	"errors"
	"fmt"
	"math"

	"wavetank/sim/kernel"
)

// Choice is a random choice among things, with their shares as probabilities.
type Choice[T any] struct {
	things     []T
	cumulative []float64 // shares of the things up to and including each; ends at 1
}

// NewChoice returns the choice in which the share of each thing is its weight over the sum of all
// weights.
func NewChoice[T any](things []T, weights []float64) (*Choice[T], error) {
	if len(things) == 0 || len(things) != len(weights) {
		return nil, fmt.Errorf("shares: %d given for %d choices", len(weights), len(things))
	}
	var faults []error
	sum := 0.0
	last := 0 // the last thing with a share above 0
	for i, w := range weights {
		if err := Within(fmt.Sprintf("shares[%d]", i), w, 0, 1e100); err != nil {
			faults = append(faults, err)
		}
		if w > 0 {
			last = i
		}
		sum += w
	}
	if len(faults) == 0 && sum == 0 {
		faults = append(faults, errors.New("shares: all are zero"))
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	c := &Choice[T]{things: append([]T(nil), things...), cumulative: make([]float64, len(things))}
	passed := 0.0
	for i, w := range weights {
		passed += w
		c.cumulative[i] = passed / sum
		if i >= last {
			c.cumulative[i] = 1
		}
	}
	return c, nil
}

// ZipfWeights returns the weights 1/rˢ of the ranks 1 to n.
func ZipfWeights(n int, s float64) []float64 {
	weights := make([]float64, n)
	for i := range weights {
		weights[i] = math.Pow(float64(i+1), -s)
	}
	return weights
}

// Share returns the share of thing i of the list.
func (c *Choice[T]) Share(i int) float64 {
	if i == 0 {
		return c.cumulative[0]
	}
	return c.cumulative[i] - c.cumulative[i-1]
}

// Each calls do with every thing and its share.
func (c *Choice[T]) Each(do func(thing T, share float64)) {
	for i, thing := range c.things {
		do(thing, c.Share(i))
	}
}

// Draw makes a choice. With only one thing it makes no draw from s.
func (c *Choice[T]) Draw(s *kernel.Stream) T {
	if len(c.things) == 1 {
		return c.things[0]
	}
	return c.things[c.Place(s.Float64())]
}

// Place returns the index of the thing that a uniform number in [0, 1) selects.
func (c *Choice[T]) Place(u float64) int {
	low, high := 0, len(c.cumulative)-1
	for low < high {
		middle := (low + high) / 2
		if u < c.cumulative[middle] {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return low
}

// Things returns the things, in the order of the list. The caller must not change them.
func (c *Choice[T]) Things() []T { return c.things }
