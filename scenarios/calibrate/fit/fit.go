// Package fit finds the step-time model of an LLM engine from measurements.
//
// The time to a request's first token is a sum of step times, and so is the time from its first to
// its last token. If the steps are known, these sums are linear in the coefficients of the model.
// So a fit alternates between a simulation, which gives the steps, and solving for the
// coefficients.
package fit

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"wavetank/scenarios/calibrate/replay"
	"wavetank/sim/profile"
)

// ToMeasurements finds the step-time model with which the simulated engine comes closest to the
// measured loads. It minimizes the relative errors of times. Coefficients are at least 0. What the
// measurements do not tell is tied to the network and the GPU (FitOptions.Physics), or to the
// step-time model of the engine, if it has one.
func ToMeasurements(o FitOptions, list []replay.MeasuredLoad) (*Fit, error) {
	best, err := newFitter(o, list)
	if err != nil {
		return nil, err
	}
	if err := best.search(); err != nil {
		return nil, err
	}
	if math.IsInf(best.best.score, 1) {
		return nil, errors.New("no step-time model was found: every model that was tried has impossibly long steps; is the unit of the times right?")
	}
	if o.Overheads {
		if best, err = best.withOverheads(); err != nil {
			return nil, err
		}
	}
	return best.result()
}

// newFitter returns a fitter that has not searched yet.
func newFitter(o FitOptions, list []replay.MeasuredLoad) (*fitter, error) {
	if o.Config.Engines() > 1 {
		return nil, errors.New("nothing is fitted to a replica of several engines; a step-time model can be compared with its measurements")
	}
	if o.Config.StepTime.Table != nil {
		return nil, errors.New("a fit to measurements cannot start from a step-time model with a table; it can be compared with them (fit kernels --shape roofline makes one to start from)")
	}
	shape, err := findShape(cmp.Or(o.Shape, physical))
	if err != nil {
		return nil, err
	}
	experts := &o.Config.StepTime.Experts
	switch {
	case shape.Name == physical:
		if known := o.Physics.Experts; known.Each > 0 && experts.Each == 0 {
			*experts = profile.Mixture{Count: known.Count, Active: known.Active}
			shape.addExperts()
		}
		shape.addCoefficients(o.Config.StepTime.Vector())
	case experts.Each > 0:
		return nil, fmt.Errorf("a fit of the shape %s cannot start from a step-time model with experts: only the shape %s has them", shape.Name, physical)
	default:
		*experts = profile.Mixture{}
	}
	if o.BeforeKnown {
		shape.Parameters = slices.DeleteFunc(shape.Parameters, Parameter.isBefore)
	}
	f := &fitter{FitOptions: o, list: list, shape: shape, given: o.Config.StepTime.Vector()}
	f.quickest, _ = f.shortest()
	f.lone = f.loneTime()
	return f, nil
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
		wider := &fitter{FitOptions: o, list: f.list, shape: f.shape, given: f.given, quickest: f.quickest, lone: f.lone}
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
