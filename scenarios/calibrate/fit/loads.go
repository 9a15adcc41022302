package fit

import (
	"math"
	"slices"

	"wavetank/scenarios/calibrate/replay"
)

// ToLikeliestLoad fits under several assumptions on how the requests were sent (shapes). read
// returns the measurements under one of them. The best assumption is tried again with an engine
// that runs one sequence fewer than there are clients (LoadShape.Short). ToLikeliestLoad returns
// the fit with the smallest criterion, its measurements and its assumption.
func ToLikeliestLoad(o FitOptions, shapes []replay.LoadShape, read func(replay.LoadShape) ([]replay.MeasuredLoad, error)) (best *Fit, list []replay.MeasuredLoad, load replay.LoadShape, err error) {
	for i := 0; i <= len(shapes); i++ {
		l := load
		if i < len(shapes) {
			l = shapes[i]
		} else if l.Short++; len(shapes) == 1 || !slices.ContainsFunc(list, func(e replay.MeasuredLoad) bool { return e.Demand.Cap > 1 }) {
			break
		}
		some, err := read(l)
		if err != nil {
			return nil, nil, l, err
		}
		fit, err := ToMeasurements(o, some)
		if err != nil {
			return nil, nil, l, err
		}
		if best == nil || fit.Criterion < best.Criterion {
			best, list, load = fit, some, l
		}
	}
	if o.FitAcceptance && best != nil {
		best, err = fitAcceptance(o, best, list)
	}
	return best, list, load, err
}

// fitAcceptance fits with other probabilities that a speculative token is accepted: first far
// apart, then near the best one. It returns the fit with the smallest criterion. Times per token
// alone cannot separate this probability from the time of a step. The time that requests wait for a
// step can.
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
