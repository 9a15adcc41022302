// Package metrics folds the facts of a run into numbers.
package metrics

import (
	"math"
	"slices"
	"time"

	"wavetank/metrics/rows"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Metric folds the facts of one run and says at its end what it measured.
type Metric interface {
	sim.Selective
	Measures() []rows.Measurement
}

// MeasuredSpan is the measured part of a run. It measures requests that arrive in [From, Until), events in
// (From, Until], and the time between the two.
type MeasuredSpan struct{ From, Until kernel.Time }

// Has reports whether a request that arrives at an instant is measured.
func (s MeasuredSpan) Has(at kernel.Time) bool { return at >= s.From && at < s.Until }

// Counts reports whether an event at an instant is counted in rates.
func (s MeasuredSpan) Counts(at kernel.Time) bool { return at > s.From && at <= s.Until }

// within returns how much of the time between two instants lies in the span, in seconds.
func (s MeasuredSpan) within(from, until kernel.Time) float64 {
	return max(0, min(until, s.Until).Sub(max(from, s.From)).Seconds())
}

// Length returns the measured time.
func (s MeasuredSpan) Length() time.Duration { return s.Until.Sub(s.From) }

// Board is the set of metrics of every comparison.
type Board struct {
	Service   *ServiceLevel
	Tokens    *TokenServing
	Provision *Provision
	Client    *Client
	Series    *Series
}

// NewBoard returns the metrics for a spec and a measured span. Series sample the whole run at the step given.
func NewBoard(c *fleet.Spec, s MeasuredSpan, step time.Duration) *Board {
	return &Board{NewServiceLevel(c, s), NewTokenServing(c, s), NewProvision(c, s), NewClient(c, s), NewSeries(c, s.Until, step)}
}

// Observers returns what is to watch the run.
func (b *Board) Observers() []sim.Observer {
	return []sim.Observer{b.Service, b.Tokens, b.Provision, b.Client, b.Series}
}

// Measures returns the numbers of the run. What is undefined in it, such as the accuracy of no answers, is left out.
func (b *Board) Measures() []rows.Measurement {
	list := slices.Concat(b.Service.Measures(), b.Client.Measures(), b.Tokens.Measures(), b.Provision.Measures())
	if inTime := b.Service.InTime(); inTime > 0 {
		list = append(list, measure(rows.All, "cost_per_1k", "$", 1000*b.Provision.Cost()/float64(inTime)))
	}
	if emitted := b.Tokens.Emitted(); emitted > 0 {
		list = append(list, measure(rows.All, "cost_per_mtok", "$", 1e6*b.Provision.Cost()/float64(emitted)))
	}
	return slices.DeleteFunc(list, func(m rows.Measurement) bool { return math.IsNaN(m.Value) })
}

// integral is a step function of time and its integral over a span.
type integral struct {
	level float64
	since kernel.Time
	total float64 // level × seconds
}

// add changes the level at an instant.
func (i *integral) add(s MeasuredSpan, now kernel.Time, change float64) {
	i.advance(s, now)
	i.level += change
}

// advance integrates up to an instant.
func (i *integral) advance(s MeasuredSpan, now kernel.Time) {
	from, until := max(i.since, s.From), min(now, s.Until)
	if until > from {
		i.total += i.level * until.Sub(from).Seconds()
	}
	i.since = now
}

// percent returns a part of a whole in percent. Times that are added up in another order than those
// of the whole can exceed it by their last bits; that is not told as more than 100 %.
func percent(part, whole float64) float64 {
	share := 100 * part / whole
	if share > 100 && share < 100+1e-7 {
		return 100
	}
	return share
}

// measure returns one number of the run.
func measure(scope, metric, unit string, value float64) rows.Measurement {
	return rows.Measurement{Scope: scope, Metric: metric, Unit: unit, Value: value}
}
