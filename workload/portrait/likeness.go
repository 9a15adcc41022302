package portrait

import (
	"errors"
	"math"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/workload"
)

// Likeness is a synthetic workload that resembles a stream.
type Likeness struct {
	Span        time.Duration
	Bulk        float64       // mean number of requests of an instant, geometric; 1: they come one by one
	Step        time.Duration // that each rate lasts
	Rates       []float64     // instants per second; one where the rate does not change
	Gaps        GapLaw        // between instants in operational time
	Input       Law           // of the tokens; of no kind where the stream has none
	Output      Law
	Correlation float64 // of the normal scores of input and output

	before []float64 // instants expected before each step
}

// MostSteps is the most steps of a rate that Fit makes.
const MostSteps = 288

const (
	fewest   = 50  // instants of a step on average, below which its rate is noise
	manyZero = 0.2 // share of gaps of zero from which on requests come in bulks
)

// Fit returns the likeness of a stream that open opens: twice, as the rate must be known before the gaps can be judged.
// Requests after the instant until are left out.
func Fit(open func() (workload.Source, error), until kernel.Time) (*Portrait, *Likeness, error) {
	src, err := open()
	if err != nil {
		return nil, nil, err
	}
	p, err := Of(src, 16, until)
	if err = errors.Join(err, src.Close()); err != nil {
		return nil, nil, err
	}
	if p.Span() < time.Millisecond || p.Requests < 3 {
		return nil, nil, errors.New("fewer than three requests, or all within a millisecond: there is nothing to fit")
	}
	l := &Likeness{Span: p.Span(), Bulk: 1}
	if zero := p.Gaps.Zero(); zero >= manyZero {
		l.Bulk = 1 / (1 - zero)
	}
	if p.HasLengths() {
		l.Input, l.Output = lawOf(&p.Input), lawOf(&p.Output)
		if c := p.Joint.Copula(); !math.IsNaN(c) {
			l.Correlation = c
		}
	}
	l.steps(p)
	if src, err = open(); err != nil {
		return nil, nil, err
	}
	l.Gaps, err = l.gaps(src, p.First, until)
	return p, l, errors.Join(err, src.Close())
}

// steps chooses the rates: steps where the counts vary more than those of a steady process would.
func (l *Likeness) steps(p *Portrait) {
	instants := float64(p.Requests) / l.Bulk
	most := int(min(MostSteps, instants/fewest))
	l.Step, l.Rates = p.Span(), []float64{p.Rate() / l.Bulk}
	if most < 2 {
		return
	}
	step, rates := p.Curve.Coarse(most)
	each := instants / (p.Span().Seconds() / step.Seconds()) // instants of a step
	whole, spread := len(rates)-1, 0.0                       // the last step may be cut short
	if whole < 1 {
		return
	}
	for i := range rates {
		rates[i] /= l.Bulk
		if d := rates[i]*step.Seconds() - each; i < whole {
			spread += d * d / each
		}
	}
	if last := p.Span() - step*time.Duration(whole); last >= step/4 {
		rates[whole] *= step.Seconds() / last.Seconds()
	} else {
		rates[whole] = rates[whole-1]
	}
	// Counts of a steady renewal process have a dispersion of its squared variation; geometric bulks add to it.
	cv, n := p.Gaps.Local(), float64(whole)
	steady := max(0.05, cv*cv) + (l.Bulk-1)/l.Bulk
	if spread/n > steady*max(1.5, 1+4*math.Sqrt(2/n)) {
		l.Step, l.Rates = step, rates
	}
}

// passed returns the instants that are expected up to a time.
func (l *Likeness) passed(at kernel.Time) float64 {
	if len(l.Rates) == 1 {
		return l.Rates[0] * at.Seconds()
	}
	whole := min(int(int64(at)/int64(l.Step)), len(l.Rates)-1)
	return l.before[whole] + l.Rates[whole]*(at-kernel.Time(whole)*kernel.Time(l.Step)).Seconds()
}

// gaps returns the law of the gaps in operational time, in which the rate is 1; gaps of zero are left out where
// requests come in bulks.
func (l *Likeness) gaps(src workload.Source, first, until kernel.Time) (GapLaw, error) {
	l.before = make([]float64, len(l.Rates))
	for i := 1; i < len(l.Rates); i++ {
		l.before[i] = l.before[i-1] + l.Rates[i-1]*l.Step.Seconds()
	}
	var r fleet.Request
	var g Gaps
	before := 0.0
	for last := kernel.Time(-1); src.Next(&r) && r.Arrival < until; last = r.Arrival {
		at := l.passed(r.Arrival - first)
		if last >= 0 && (l.Bulk == 1 || r.Arrival > last) {
			g.add(kernel.Time(kernel.Seconds(max(0, at-before))))
		}
		before = at
	}
	return lawOfGaps(&g), src.Err()
}
