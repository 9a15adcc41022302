package fit

import (
	"math"
	"slices"
	"time"

	"wavetank/sim/tokens"
)

// overheads are the spans of a request outside the engine that a fit can find, in the order of window.spans: before it can be
// scheduled, per token emitted, and after the last.
var overheads = [3]string{"before", "per-token", "after"}

// overhead returns which of the overheads a parameter is; −1: it is one or several coefficients.
func (p Parameter) overhead() int {
	if len(p.Of) > 0 {
		return -1
	}
	return slices.Index(overheads[:], p.Name)
}

// isBefore reports whether a parameter is the time before a request can be scheduled.
func (p Parameter) isBefore() bool { return p.overhead() == 0 }

// overheadsOf returns the overheads of a configuration, in seconds.
func overheadsOf(c *tokens.Config) [3]float64 {
	return [3]float64{c.Before.Seconds(), c.PerToken.Seconds(), c.After.Seconds()}
}

// setOverheads gives a configuration the overheads that are parameters.
func (f *fitter) setOverheads(c *tokens.Config, values []float64) {
	spans := [3]*time.Duration{&c.Before, &c.PerToken, &c.After}
	for i, p := range f.shape.Parameters {
		if k := p.overhead(); k >= 0 {
			*spans[k] = time.Duration(math.Round(1e9 * values[i]))
		}
	}
}

// fixedOverheads returns the overheads in a window that are not fitted, in seconds.
func (f *fitter) fixedOverheads(w window) (seconds float64) {
	for k, span := range overheadsOf(&f.Config) {
		if !slices.ContainsFunc(f.shape.Parameters, func(p Parameter) bool { return p.overhead() == k }) {
			seconds += w.counts[k] * span
		}
	}
	return seconds
}

// withOverheads fits again, from the law that was found and with the time after the last token, that per token, and both as unknowns beside
// it, and returns the one of the least criterion: what the measurements do not tell apart from the law is left out.
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

// criterion is the Bayesian information criterion, corrected for few measurements, of what was found.
func (f *fitter) criterion() float64 {
	n := float64(f.rowCount)
	return 2*n*math.Log(f.best.score) + penalty(len(f.shape.Parameters), n)
}
