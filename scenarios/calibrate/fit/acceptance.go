package fit

import (
	"math"

	"wavetank/scenarios/calibrate/replay"
)

// fitAcceptance fits with other probabilities that a speculative token is accepted, first far apart and then about the best, and
// returns the fit of the least criterion. Times per token alone do not tell it from the time of a step; what a request waits for a step does.
func fitAcceptance(o FitOptions, best *Fit, list []replay.MeasuredLoad) (*Fit, error) {
	try := func(acceptance float64) error {
		if acceptance < 0 || acceptance >= 1 || acceptance == o.Config.Acceptance {
			return nil
		}
		other := o
		other.Config.Acceptance = acceptance
		fit, err := ToMeasurements(other, list)
		if err == nil && fit.Criterion < best.Criterion {
			best = fit
		}
		return err
	}
	for _, acceptance := range []float64{0.1, 0.3, 0.5, 0.7, 0.9} {
		if err := try(acceptance); err != nil {
			return nil, err
		}
	}
	const apart = 0.1
	for _, acceptance := range []float64{best.Acceptance - apart, best.Acceptance + apart} {
		if err := try(math.Round(100*acceptance) / 100); err != nil {
			return nil, err
		}
	}
	return best, nil
}
