package characterize

import (
	"errors"
	"math"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Synthetic is a synthetic workload that resembles a stream.
type Synthetic struct {
	Span time.Duration
	// mean of the geometric number of requests at an instant; 1: no bulks
	Bulk  float64
	Step  time.Duration // how long each rate holds
	Rates []float64     // instants per second; one element if the rate is constant
	// gaps between instants in operational time (the integral of the rate)
	Gaps        GapDistribution
	Input       LengthDistribution // tokens after the system prompt; Kind "": no tokens
	Output      LengthDistribution
	Correlation float64      // correlation of the normal scores of input and output
	Systems     []PromptKind // kinds of system prompts
	// nil: no later turns; else Rates, Gaps and Input are those of first turns
	Talk *LaterTurns
	// nil: requests have no sessions, or sessions are conversations
	Sessions *IndependentSessions

	before []float64 // expected instants before each step
}

// LaterTurns describes the turns of conversations after the first.
type LaterTurns struct {
	Turns         LengthDistribution
	Pause         time.Duration // mean think time from an answer to the next turn
	ThinkTime     GapDistribution
	Input, Output LengthDistribution // lengths in later turns
	Context       int                // most tokens of a prompt with its answer
}

// MostSteps is the largest number of rates that Fit makes.
const MostSteps = 720

const (
	manyZero = 0.2  // requests come in bulks if at least this share of the gaps is 0
	rareTurn = 0.01 // share of requests below which later turns are left out
	// turns build on earlier turns if at least this share of later turns has growing prompts
	building = 0.5
)

// Fit returns the characteristics of a stream, and the synthetic workload that resembles it. It
// reads the stream up to three times, because the rates must be known before the gaps can be
// fitted.
func Fit(open Open, look Reading) (*Characteristics, *Synthetic, error) {
	p, err := Of(open, look)
	if err != nil {
		return nil, nil, err
	}
	if p.Span() < time.Millisecond || p.Requests < 3 {
		return nil, nil, errors.New("fewer than three requests, or all within a millisecond: there is nothing to fit")
	}
	l := &Synthetic{Span: p.Span(), Bulk: 1}
	flow := &p.Flow
	if p.HasLengths() {
		l.Input, l.Output, l.Correlation = lengthDistribution(&p.Input), lengthDistribution(&p.Output), p.Joint.Copula()
	}
	if t := p.Talks; t != nil {
		if l.talk(t, p); l.Talk != nil {
			flow = &t.Starts
		}
	}
	if math.IsNaN(l.Correlation) {
		l.Correlation = 0
	}
	if zero := flow.Gaps.Zero(); zero >= manyZero && p.Grid == 0 {
		l.Bulk = 1 / (1 - zero)
	}
	l.steps(flow, p)
	return p, l, l.gaps(open, look, p)
}

// talk fits the system prompts and the conversations.
func (l *Synthetic) talk(t *Conversations, p *Characteristics) {
	l.Systems = t.Systems()
	follow := float64(t.Followed) >= rareTurn*float64(p.Requests)
	builds := float64(t.Grown) >= building*float64(t.Followed) && p.HasLengths()
	if !follow || !builds || t.Starts.Requests < 3 || t.Starts.Span() < time.Millisecond {
		if follow && p.Sessions > 0 {
			l.Sessions = t.visits()
		}
		if len(l.Systems) > 0 { // the system prompt is not part of the input
			l.Input = lengthDistribution(&t.First)
		}
		return
	}
	l.Input, l.Output, l.Correlation = lengthDistribution(&t.First), lengthDistribution(&t.FirstOutput), t.FirstJoint.Copula()
	l.Talk = &LaterTurns{
		Turns: t.turnDistribution(), Pause: time.Duration(t.Pauses.Mean() * 1e9), Input: lengthDistribution(&t.Later), Output: lengthDistribution(&t.LaterOutput), Context: int(t.Longest),
	}
	if t.Pauses.Gaps.n > 0 && l.Talk.Pause > 0 {
		l.Talk.ThinkTime = gapDistribution(&t.Pauses.Gaps)
	}
}

// steps chooses the rates. It makes several steps if the counts vary more than those of a process
// with a constant rate.
func (l *Synthetic) steps(f *Flow, p *Characteristics) {
	// The stream may end with later turns, after the last first turn.
	instants, span := float64(f.Requests)/l.Bulk, time.Duration(p.Last-f.First)
	most := int(min(MostSteps, instants/fewest))
	if p.Grid > 0 {
		most = min(most, int(span/p.window()))
	}
	l.Step, l.Rates = span, []float64{float64(f.Requests-1) / span.Seconds() / l.Bulk}
	if most < 2 {
		return
	}
	step, rates := f.Curve.Coarse(most)
	each := instants / (span.Seconds() / step.Seconds()) // mean number of instants in a step
	for len(rates) < int((span+step-1)/step) {
		rates = append(rates, 0)
	}
	whole, spread := len(rates)-1, 0.0 // the last step may be cut short
	if whole < 1 {
		return
	}
	for i := range rates {
		rates[i] /= l.Bulk
		if d := rates[i]*step.Seconds() - each; i < whole {
			spread += d * d / each
		}
	}
	if last := span - step*time.Duration(whole); last >= step/4 {
		rates[whole] *= step.Seconds() / last.Seconds()
	} else {
		rates[whole] = rates[whole-1]
	}
	// Over long windows, the counts of a renewal process with a constant rate have an index of
	// dispersion equal to the squared coefficient of variation of its gaps. Geometric bulks add to
	// it.
	cv, n := f.Gaps.Local(), float64(whole)
	steady := max(0.05, cv*cv) + (l.Bulk-1)/l.Bulk
	if p.Grid > 0 {
		steady = max(0.05, f.Counts.Local())
	}
	if spread/n > steady*max(1.5, 1+4*math.Sqrt(2/n)) {
		l.Step, l.Rates = step, withoutChance(rates, step, steady)
	}
}

// passed returns the expected number of instants up to a time.
func (l *Synthetic) passed(at kernel.Time) float64 {
	if len(l.Rates) == 1 {
		return l.Rates[0] * at.Seconds()
	}
	whole := min(int(int64(at)/int64(l.Step)), len(l.Rates)-1)
	return l.before[whole] + l.Rates[whole]*(at-kernel.Time(whole)*kernel.Time(l.Step)).Seconds()
}

// gaps fits the distribution of the gaps in operational time, in which the rate is 1. Gaps of 0 are
// left out if requests come in bulks. On a grid, it chooses the gamma distribution whose counts
// have the measured index of dispersion. Over long windows, this index is the squared coefficient
// of variation of the gaps.
func (l *Synthetic) gaps(open Open, look Reading, p *Characteristics) error {
	first := p.First
	var talks *Conversations
	if l.Talk != nil {
		talks, first = newConversations(&p.Prefix, p.Requests, look.Answers), p.Talks.Starts.First
	}
	if p.Grid > 0 {
		counts := p.Counts
		if talks != nil {
			counts = p.Talks.Starts.Counts
		}
		if l.Gaps = (GapDistribution{Kind: "gamma", SCV: 1}); counts.Local() >= 0 {
			l.Gaps.SCV = min(max(counts.Local(), 1e-2), 1e4)
		}
		return nil
	}
	l.before = make([]float64, len(l.Rates))
	for i := 1; i < len(l.Rates); i++ {
		l.before[i] = l.before[i-1] + l.Rates[i-1]*l.Step.Seconds()
	}
	var g Gaps
	before, last := 0.0, kernel.Time(-1)
	err := open.each(look, func(r *fleet.Request) {
		if talks != nil && !talks.add(r) {
			return
		}
		at := l.passed(r.Arrival - first)
		if last >= 0 && (l.Bulk == 1 || r.Arrival > last) {
			g.add(kernel.Time(kernel.Seconds(max(0, at-before))))
		}
		before, last = at, r.Arrival
	}, nil)
	l.Gaps = gapDistribution(&g)
	return err
}
