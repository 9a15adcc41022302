package workload

import (
	"errors"
	"fmt"

	"wavetank/sim/fleet"
	"wavetank/workload/distribution"
)

// Mix spreads one stream of arrivals over several models, each arrival independently.
type Mix = distribution.Choice[fleet.ModelID]

// Shares returns the mix in which the share of each model is its weight over the sum of all
// weights.
func Shares(models []fleet.ModelID, weights []float64) (*Mix, error) {
	if len(models) == 0 {
		return nil, errors.New("models: none given")
	}
	var faults []error
	for i, m := range models {
		if m < 0 {
			faults = append(faults, fmt.Errorf("models[%d]: %d is not a model", i, m))
		}
	}
	mix, err := distribution.NewChoice(models, weights)
	if err = errors.Join(append(faults, err)...); err != nil {
		return nil, err
	}
	return mix, nil
}

// Zipf returns the mix in which model r of the list, from 1, has a share in proportion to 1/rˢ,
// with s from 0 to 20. With s = 0 all models have equal shares.
func Zipf(models []fleet.ModelID, s float64) (*Mix, error) {
	if err := distribution.Within("zipf", s, 0, 20); err != nil {
		return nil, err
	}
	return Shares(models, distribution.ZipfWeights(len(models), s))
}

// Only returns the mix of one model.
func Only(model fleet.ModelID) (*Mix, error) { return Shares([]fleet.ModelID{model}, []float64{1}) }
