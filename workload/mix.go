package workload

import (
	"errors"
	"fmt"
	"math"

	"wavetank/sim/fleet"
)

// Mix spreads one stream of arrivals over several models, each arrival independently.
type Mix struct {
	models     []fleet.ModelID
	cumulative []float64 // shares of the models up to and including each; ends at 1
}

// Shares returns the mix in which each model gets its weight's share of the sum of all weights.
func Shares(models []fleet.ModelID, weights []float64) (*Mix, error) {
	if len(models) == 0 {
		return nil, errors.New("models: none given")
	}
	if len(models) != len(weights) {
		return nil, fmt.Errorf("shares: %d for %d models", len(weights), len(models))
	}
	var faults []error
	sum := 0.0
	last := 0 // the last model with a share
	for i, w := range weights {
		if err := within(fmt.Sprintf("shares[%d]", i), w, 0, 1e100); err != nil {
			faults = append(faults, err)
		}
		if models[i] < 0 {
			faults = append(faults, fmt.Errorf("models[%d]: %d is no model", i, models[i]))
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
	m := &Mix{models: append([]fleet.ModelID(nil), models...), cumulative: make([]float64, len(models))}
	passed := 0.0
	for i, w := range weights {
		passed += w
		m.cumulative[i] = passed / sum
		if i >= last {
			m.cumulative[i] = 1
		}
	}
	return m, nil
}

// Zipf returns the mix in which the model in place r of the list, from 1, has a share in proportion to 1/rˢ;
// s is 0 for equal shares, at most 20.
func Zipf(models []fleet.ModelID, s float64) (*Mix, error) {
	if err := within("zipf", s, 0, 20); err != nil {
		return nil, err
	}
	weights := make([]float64, len(models))
	for i := range weights {
		weights[i] = math.Pow(float64(i+1), -s)
	}
	return Shares(models, weights)
}

// Only returns the mix of one model.
func Only(model fleet.ModelID) (*Mix, error) { return Shares([]fleet.ModelID{model}, []float64{1}) }

// Share returns the share of the model in place i of the list.
func (m *Mix) Share(i int) float64 {
	if i == 0 {
		return m.cumulative[0]
	}
	return m.cumulative[i] - m.cumulative[i-1]
}

// place returns the place in the list that a uniform number in [0, 1) falls to.
func (m *Mix) place(u float64) int {
	low, high := 0, len(m.cumulative)-1
	for low < high {
		middle := (low + high) / 2
		if u < m.cumulative[middle] {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return low
}
