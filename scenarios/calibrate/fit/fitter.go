package fit

import (
	"math"
	"slices"
	"time"

	"wavetank/scenarios/calibrate/replay"
	"wavetank/sim/profile"
	"wavetank/sim/tokens"
)

// FitOptions are the starting point and the limits of a fit.
type FitOptions struct {
	// Config is the engine. If it has a step-time model and overheads, the fit starts with them.
	Config tokens.Config
	// Shape is the name of one of Shapes, or "" for the physical one.
	Shape string
	// BeforeKnown keeps the time before a request can be scheduled as it is in Config.
	BeforeKnown bool
	// Overheads also fits the times per token and after the last token, if the measurements support
	// them.
	Overheads bool
	// FitAcceptance makes ToLikeliestLoad fit the probability that a speculative token is accepted.
	FitAcceptance bool
	// Prior is how strongly each coefficient is pulled towards its starting value, relative to the
	// pull of all measurements. 0 means no pull.
	Prior float64
	// Physics holds what is known about the network and the GPU; zero: a usual network.
	Physics Physics
	// Watch is told the misfit of each simulation, as a share of the measurements. Its error ends
	// the fit. nil: nobody watches.
	Watch func(misfit float64) error
}

// fitter is the state of a fit.
type fitter struct {
	FitOptions
	list  []replay.MeasuredLoad
	shape ModelShape
	// given is the step-time model that is believed before anything is measured; zero: none
	given profile.Vector

	quickest  float64   // shortest measured time per token, in seconds
	lone      float64   // see loneTime
	prior     []float64 // values of the prior; nil: no prior
	rowCount  int       // number of equations of rows
	meanCount int       // number of equations of means
	best      trial

	independentCount float64 // see independent; 0: not yet counted
}

// trial is a list of values of the parameters, with the simulation that uses them.
type trial struct {
	values    []float64               // seconds
	simulated [][]replay.SimulatedRow // nil for a load whose rows are all held out
	score     float64                 // misfit; infinite: impossible step times
}

// valuesOf returns the values of the parameters in a model.
func (f *fitter) valuesOf(c profile.Vector) []float64 {
	values := make([]float64, len(f.shape.Parameters))
	for i, p := range f.shape.Parameters {
		if k := p.overhead(); k >= 0 {
			values[i] = overheadsOf(&f.Config)[k]
		}
		for _, k := range p.Of {
			values[i] = max(values[i], c[k])
		}
	}
	return values
}

// engineWith returns the engine with the values of the parameters.
func (f *fitter) engineWith(values []float64) (c tokens.Config, err error) {
	c = f.Config
	f.setOverheads(&c, values)
	c.StepTime, err = Coefficients(f.shape.Parameters, values).StepTime(f.Config.StepTime.Experts)
	return c, err
}

// simulate simulates the loads that are not held out.
func (f *fitter) simulate(values []float64) (trial, error) {
	t := trial{values: values, simulated: make([][]replay.SimulatedRow, len(f.list))}
	c, err := f.engineWith(values)
	if err != nil {
		return t, err
	}
	if c.StepTime.Holds(int64(c.MaxSequences), int64(c.MaxTokens), int64(c.Context)) != nil {
		t.score = math.Inf(1)
		return t, nil
	}
	for i := range f.list {
		if slices.ContainsFunc(f.list[i].Rows, func(r replay.MeasuredRow) bool { return !r.HeldOut }) {
			if t.simulated[i], err = f.list[i].Simulate(&c); err != nil {
				return t, err
			}
		}
	}
	n := 0.0
	for i := 0; i < len(f.list); {
		next := i + replicasOfLog(f.list[i:])
		if slices.ContainsFunc(t.simulated[i:next], func(o []replay.SimulatedRow) bool { return o != nil }) {
			n++
			t.score += misfit(f.list[i:next], t.simulated[i:next])
		}
		i = next
	}
	usual := f.usualMeans()
	if f.Watch != nil {
		err = f.Watch(t.score / n)
	}
	t.score = (t.score/n + usualSpread*math.Sqrt(usual/(usual+f.independent()))) * f.doubt(values)
	return t, err
}

// overheadsOf returns the overheads of an engine, in seconds.
func overheadsOf(c *tokens.Config) [3]float64 {
	return [3]float64{c.Before.Seconds(), c.PerToken.Seconds(), c.After.Seconds()}
}

// setOverheads sets those overheads of an engine that are parameters.
func (f *fitter) setOverheads(c *tokens.Config, values []float64) {
	spans := [3]*time.Duration{&c.Before, &c.PerToken, &c.After}
	for i, p := range f.shape.Parameters {
		if k := p.overhead(); k >= 0 {
			*spans[k] = time.Duration(math.Round(1e9 * values[i]))
		}
	}
}

// fixedOverheads returns the time of a window, in seconds, that belongs to overheads which are not
// parameters.
func (f *fitter) fixedOverheads(w window) (seconds float64) {
	for k, span := range overheadsOf(&f.Config) {
		if !slices.ContainsFunc(f.shape.Parameters, func(p Parameter) bool { return p.overhead() == k }) {
			seconds += w.counts[k] * span
		}
	}
	return seconds
}

// misfit returns how far simulated quantities are from measured ones, over the rows that are not
// held out. For each quantity it adds the mean absolute difference, relative to the measured mean.
// If there are many rows, it also adds half the relative difference of the means.
func misfit(list []replay.MeasuredLoad, simulated [][]replay.SimulatedRow) (sum float64) {
	for _, m := range replay.Compare(list, simulated, func(heldOut bool) bool { return !heldOut }) {
		if m.Name == replay.FromQueue {
			continue
		}
		sum += m.MeanAbsolute
		if m.Rows >= manyRows {
			sum += math.Abs(m.Simulated/m.Measured-1) / 2
		}
	}
	return sum
}
