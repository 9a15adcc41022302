// Package portrait says what a stream of requests looks like: its rate over time, how bursty it is, how long its
// requests are, what they share. From that it makes the parameters of a synthetic workload that resembles it, and says
// how far two streams are apart.
package portrait

import (
	"errors"
	"fmt"
	"math"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/workload"
)

// Portrait is what a stream looks like. Its size does not grow with the stream, but for one entry per stretch of a
// prompt that others may share.
type Portrait struct {
	Requests int64
	First    kernel.Time
	Last     kernel.Time
	Curve    Curve
	Minute   Windows // counts per minute
	Second   Windows // counts per second
	Gaps     Gaps
	Input    Lengths
	Output   Lengths
	Joint    Joint
	Prefix   Prefix
	Sessions int64 // requests that belong to one
	Rows     int64 // of a trace that was read
	Failed   int64 // of them, requests that failed
	LeftOut  int64 // of them, rows that do not meet the conditions
}

// Of reads a stream to its end, or up to the instant until, and returns its portrait. Blocks of a prefix cache have so many
// tokens. A stream without requests is an error.
func Of(src workload.Source, block int, until kernel.Time) (*Portrait, error) {
	if block < 1 {
		return nil, fmt.Errorf("block: %d tokens are less than 1", block)
	}
	p := &Portrait{Curve: Curve{Step: steps[0]}, Minute: Windows{length: kernel.Time(time.Minute)}, Second: Windows{length: kernel.Time(time.Second)}}
	p.Prefix = Prefix{block: int32(block), known: map[place]int32{}}
	var r fleet.Request
	for src.Next(&r) && r.Arrival < until {
		p.add(&r)
	}
	if err := src.Err(); err != nil {
		return nil, err
	}
	p.Rows, p.Failed, p.LeftOut = workload.Counted(src)
	if p.Requests == 0 {
		return nil, errors.New("there is no request in it")
	}
	return p, nil
}

func (p *Portrait) add(r *fleet.Request) {
	if p.Requests == 0 {
		p.First = r.Arrival
	} else {
		p.Gaps.add(r.Arrival - p.Last)
	}
	p.Last = r.Arrival
	p.Requests++
	at := r.Arrival - p.First
	p.Curve.add(at)
	p.Minute.add(at)
	p.Second.add(at)
	p.Input.add(r.Input)
	p.Output.add(r.Output)
	p.Joint.add(r.Input, r.Output)
	p.Prefix.add(r)
	if r.Session != 0 {
		p.Sessions++
	}
}

// Span is the time from the first request to the last.
func (p *Portrait) Span() time.Duration { return time.Duration(p.Last - p.First) }

// Rate is the mean rate per second; 0 for a stream of one instant.
func (p *Portrait) Rate() float64 {
	if p.Last == p.First {
		return 0
	}
	return float64(p.Requests-1) / p.Span().Seconds()
}

// Rates returns the rates per second in at most so many windows, and their length. The last window, which the stream
// may end in, has its rate up to there; it is left out when the stream has hardly begun it.
func (p *Portrait) Rates(most int) (time.Duration, []float64) {
	step, rates := p.Curve.Coarse(most)
	whole := len(rates) - 1
	switch last := p.Span() - step*time.Duration(whole); {
	case whole == 0 || last >= step:
	case last < step/4:
		rates = rates[:whole]
	default:
		rates[whole] *= step.Seconds() / last.Seconds()
	}
	return step, rates
}

// Busiest is the rate per second in the busiest minute; for a shorter stream, its mean rate.
func (p *Portrait) Busiest() float64 {
	if p.Span() < time.Minute {
		return p.Rate()
	}
	return float64(p.Minute.most) / 60
}

// HasLengths reports whether requests have tokens.
func (p *Portrait) HasLengths() bool { return p.Input.Most() > 0 || p.Output.Most() > 0 }

// Windows folds the counts of windows of one length; the last window, which may be cut short, is left out.
type Windows struct {
	length    kernel.Time
	current   int64 // number of the window
	count     int64 // in it
	n         int64 // windows that are over
	most      int64
	sum, sum2 float64
}

func (w *Windows) add(at kernel.Time) {
	if now := int64(at / w.length); now != w.current {
		w.n += now - w.current
		w.sum += float64(w.count)
		w.sum2 += float64(w.count) * float64(w.count)
		w.current, w.count = now, 0
	}
	w.count++
	w.most = max(w.most, w.count)
}

// Dispersion is the index of dispersion of the counts, variance over mean: 1 for Poisson arrivals. It is NaN for
// fewer than five windows.
func (w *Windows) Dispersion() float64 {
	if w.n < 5 || w.sum == 0 {
		return math.NaN()
	}
	mean := w.sum / float64(w.n)
	return (w.sum2 - w.sum*mean) / float64(w.n-1) / mean
}
