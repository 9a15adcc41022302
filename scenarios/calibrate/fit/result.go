package fit

import (
	"slices"
	"time"

	"wavetank/scenarios/calibrate/replay"
	"wavetank/sim/profile"
)

// Fit is the result of a fit.
type Fit struct {
	Shape           string // name of a ModelShape
	StepTime        profile.StepTime
	Before          time.Duration
	PerToken, After time.Duration
	Acceptance      float64 // probability that a speculative token is accepted
	Parameters      []Parameter
	Values          []float64   // one for each parameter, in seconds
	Low, High       []float64   // bounds of the 95 % confidence intervals
	Draws           [][]float64 // other values that are about as likely, from a bootstrap
	Unidentified    []string    // parameters that no measurement determines
	Collinear       []string    // parameters that measurements hardly separate from others
	FewMeans        bool        // fewer means of points with clients than parameters
	Criterion       float64     // Bayesian information criterion; smaller is better
	Simulated       [][]replay.SimulatedRow
}

// result simulates every load with the best trial.
func (f *fitter) result() (*Fit, error) {
	t := f.best
	c, err := f.engineWith(t.values)
	if err != nil {
		return nil, err
	}
	fit := &Fit{
		Shape: f.shape.Name, StepTime: c.StepTime, Before: c.Before, PerToken: c.PerToken, After: c.After, Acceptance: c.Acceptance,
		FewMeans: f.usualMeans() > 0, Criterion: f.criterion(), Parameters: f.shape.Parameters, Values: t.values, Simulated: make([][]replay.SimulatedRow, len(f.list)),
	}
	for i := range f.list {
		if fit.Simulated[i], err = f.list[i].Simulate(&c); err != nil {
			return nil, err
		}
	}
	rows, right := f.rowEquations(t.simulated)
	boundWeights(rows, right, predictions(rows, t.values), slices.Clone(right))
	fit.Unidentified, fit.Collinear = identifiability(f.shape, rows)
	fit.Draws = f.bootstrap(t.values, rows, right)
	fit.Low, fit.High = intervalsOf(t.values, fit.Draws)
	return fit, nil
}
