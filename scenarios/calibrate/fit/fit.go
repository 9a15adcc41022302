// Package fit finds the step-time model of an LLM engine from measurements.
//
// The time to a request's first token is a sum of step times, and so is the time from its first to
// its last token. If the steps are known, these sums are linear in the coefficients of the model.
// So a fit alternates between a simulation, which gives the steps, and solving for the
// coefficients.
package fit

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"wavetank/scenarios/calibrate/replay"
)

// ToMeasurements finds the step-time model with which the simulated engine comes closest to the
// measured loads. It minimizes the relative errors of times. Coefficients are at least 0.
func ToMeasurements(o FitOptions, list []replay.MeasuredLoad) (*Fit, error) {
	if o.Config.StepTime.Experts.Each > 0 {
		return nil, errors.New("a fit to measurements cannot start from a step-time model with experts, because only tables of kernels give their times")
	}
	var best *fitter
	for _, shape := range Shapes() {
		if o.Shape != "" && o.Shape != shape.Name {
			continue
		}
		if o.BeforeKnown {
			shape.Parameters = slices.DeleteFunc(shape.Parameters, Parameter.isBefore)
		}
		if best != nil && math.IsInf(penalty(len(shape.Parameters), float64(best.rowCount)), 1) {
			continue // too few measurements
		}
		f := &fitter{FitOptions: o, list: list, shape: shape}
		if err := f.search(); err != nil {
			return nil, err
		}
		if math.IsInf(f.best.score, 1) {
			continue
		}
		if best == nil || f.criterion() < best.criterion() {
			best = f
		}
	}
	if best == nil {
		if slices.ContainsFunc(Shapes(), func(s ModelShape) bool { return s.Name == o.Shape || o.Shape == "" }) {
			return nil, errors.New("no step-time model was found: with all that were tried a step takes longer than it may; is the unit of the times right?")
		}
		return nil, fmt.Errorf("there is no shape %q of step-time models", o.Shape)
	}
	if o.Overheads {
		var err error
		if best, err = best.withOverheads(); err != nil {
			return nil, err
		}
	}
	return best.result()
}

// withOverheads fits again, starting from the model that was found. Further parameters are the time
// after the last token, the time per token, or both. It returns the fit with the smallest
// criterion, so parameters that the measurements do not support are left out.
func (f *fitter) withOverheads() (*fitter, error) {
	c, err := f.engineWith(f.best.values)
	if err != nil {
		return nil, err
	}
	best := f
	for _, names := range [][]string{{"after"}, {"per-token"}, {"after", "per-token"}} {
		o := f.FitOptions
		o.Config, o.Prior = c, 0
		wider := &fitter{FitOptions: o, list: f.list, shape: f.shape}
		wider.shape.Parameters = slices.Clone(f.shape.Parameters)
		for _, name := range names {
			wider.shape.Parameters = append(wider.shape.Parameters, Parameter{Name: name})
		}
		if math.IsInf(penalty(len(wider.shape.Parameters), float64(f.rowCount)), 1) {
			continue // too few measurements
		}
		if err := wider.search(); err != nil {
			return nil, err
		}
		if wider.criterion() < best.criterion() {
			best = wider
		}
	}
	return best, nil
}
