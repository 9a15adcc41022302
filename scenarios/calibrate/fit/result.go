package fit

import (
	"cmp"
	"math"
	"math/rand/v2"
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
	Values          []float64 // one for each parameter, in seconds
	Low, High       []float64 // bounds of the 95 % confidence intervals
	Unidentified    []string  // parameters that no measurement determines
	Collinear       []string  // parameters that measurements hardly separate from others
	Criterion       float64   // Bayesian information criterion; smaller is better
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
		Criterion: f.criterion(), Parameters: f.shape.Parameters, Values: t.values, Simulated: make([][]replay.SimulatedRow, len(f.list)),
	}
	for i := range f.list {
		if fit.Simulated[i], err = f.list[i].Simulate(&c); err != nil {
			return nil, err
		}
	}
	rows, right := f.rowEquations(t.simulated)
	boundWeights(rows, right, predictions(rows, t.values), slices.Clone(right))
	fit.Unidentified, fit.Collinear = identifiability(f.shape, rows)
	fit.Low, fit.High = f.bootstrap(t.values, rows, right)
	return fit, nil
}

// bootstrap returns 95 % intervals of the values. It draws blocks of equations, because
// neighbouring equations are not independent.
func (f *fitter) bootstrap(values []float64, rows [][]float64, right []float64) (low, high []float64) {
	const samples = 200
	block := max(1, int(math.Sqrt(float64(len(rows)))))
	g := rand.New(rand.NewPCG(1, 2))
	drawn := make([][]float64, len(values))
	for range samples {
		var some [][]float64
		var b []float64
		for len(some) < len(rows) {
			from := g.IntN(len(rows))
			for k := range block {
				at := (from + k) % len(rows)
				some, b = append(some, rows[at]), append(b, right[at])
			}
		}
		for j, v := range NonnegativeLeastSquares(f.withPrior(some, b)) {
			if most, told := f.maxBefore(); told && f.shape.Parameters[j].isBefore() {
				v = min(v, most)
			}
			drawn[j] = append(drawn[j], v)
		}
	}
	for j := range drawn {
		slices.SortFunc(drawn[j], cmp.Compare[float64])
		low = append(low, min(values[j], drawn[j][samples/40]))
		high = append(high, max(values[j], drawn[j][samples-1-samples/40]))
	}
	return low, high
}
