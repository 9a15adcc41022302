package workload

import (
	"errors"
	"fmt"
	"math"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Mix spreads one stream of arrivals over several models, each arrival independently.
type Mix = Choice[fleet.ModelID]

// Choice is a random choice among things by their shares.
type Choice[T any] struct {
	things     []T
	cumulative []float64 // shares of the things up to and including each; ends at 1
}

// Shares returns the mix in which each model gets its weight's share of the sum of all weights.
func Shares(models []fleet.ModelID, weights []float64) (*Mix, error) {
	if len(models) == 0 {
		return nil, errors.New("models: none given")
	}
	var faults []error
	for i, m := range models {
		if m < 0 {
			faults = append(faults, fmt.Errorf("models[%d]: %d is no model", i, m))
		}
	}
	mix, err := NewChoice(models, weights)
	if err = errors.Join(append(faults, err)...); err != nil {
		return nil, err
	}
	return mix, nil
}

// NewChoice returns the choice in which each thing gets its weight's share of the sum of all weights.
func NewChoice[T any](things []T, weights []float64) (*Choice[T], error) {
	if len(things) == 0 || len(things) != len(weights) {
		return nil, fmt.Errorf("shares: %d for %d", len(weights), len(things))
	}
	var faults []error
	sum := 0.0
	last := 0 // the last one with a share
	for i, w := range weights {
		if err := within(fmt.Sprintf("shares[%d]", i), w, 0, 1e100); err != nil {
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

// Zipf returns the mix in which the model in place r of the list, from 1, has a share in proportion to 1/rˢ;
// s is 0 for equal shares, at most 20.
func Zipf(models []fleet.ModelID, s float64) (*Mix, error) {
	if err := within("zipf", s, 0, 20); err != nil {
		return nil, err
	}
	return Shares(models, ZipfWeights(len(models), s))
}

// ZipfWeights returns the weights 1/rˢ of the ranks 1 to n.
func ZipfWeights(n int, s float64) []float64 {
	weights := make([]float64, n)
	for i := range weights {
		weights[i] = math.Pow(float64(i+1), -s)
	}
	return weights
}

// Only returns the mix of one model.
func Only(model fleet.ModelID) (*Mix, error) { return Shares([]fleet.ModelID{model}, []float64{1}) }

// Share returns the share of the thing in place i of the list.
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

// draw makes a choice; the only thing there is needs no draw.
func (c *Choice[T]) draw(s *kernel.Stream) T {
	if len(c.things) == 1 {
		return c.things[0]
	}
	return c.things[c.place(s.Float64())]
}

// place returns the place in the list that a uniform number in [0, 1) falls to.
func (c *Choice[T]) place(u float64) int {
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
