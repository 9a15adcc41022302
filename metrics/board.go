package metrics

import (
	"math"
	"slices"
	"strings"
	"time"

	"wavetank/metrics/histogram"
	"wavetank/metrics/rows"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// Board holds all metrics of one run. Every run of an experiment has a board.
type Board struct {
	Service   *ServiceLevel
	Tokens    *TokenServing
	Provision *Provision
	Overrun   *Overrun
	Carbon    *Carbon
	Startups  *Startups
	HeldBack  *HeldBack
	Network   *Network
	Attempts  *Attempts
	Misses    *Misses
	Work      *WorkBound
	Balance   *Balance
	Plans     *Plans
	Series    *Series
}

// NewBoard returns the metrics for a spec and a measured span. Series samples the whole run, with
// steps of length step.
func NewBoard(c *fleet.Spec, s MeasuredSpan, step time.Duration) *Board {
	if s.Period <= 0 {
		s.Period = step
	}
	b := &Board{
		NewServiceLevel(c, s), NewTokenServing(c, s), NewProvision(c, s), NewOverrun(c, s), NewCarbon(c, s), NewStartups(c, s), NewHeldBack(c, s), NewNetwork(c, s), NewAttempts(c, s), NewMisses(c, s), NewWorkBound(c, s), NewBalance(c, s), NewPlans(c, s), NewSeries(c, s.Until, step),
	}
	b.Service.misses, b.Series.misses, b.Series.balance = b.Misses, b.Misses, b.Balance
	b.Series.course = newMissCourse(b.Series.grid, s.From, len(c.Models))
	b.Misses.course = &b.Series.course
	return b
}

// Observers returns the observers that the run needs.
func (b *Board) Observers() []sim.Observer {
	return []sim.Observer{b.Service, b.Tokens, b.Provision, b.Overrun, b.Carbon, b.Startups, b.HeldBack, b.Network, b.Attempts, b.Misses, b.Work, b.Balance, b.Plans, b.Series}
}

// Measures returns the numbers of the run. Undefined numbers are left out, for example the accuracy
// if there are no answers.
func (b *Board) Measures() []rows.Measurement {
	list := slices.Concat(b.Service.Measures(), b.HeldBack.Measures(), b.Network.Measures(), b.Attempts.Measures(), b.Tokens.Measures(), b.Provision.Measures(), b.Overrun.Measures(), b.Carbon.Measures(), b.Startups.Measures(), b.Misses.Measures(), b.Work.Measures(), b.Balance.Measures(), b.Plans.Measures())
	if inTime := b.Service.InTime(); inTime > 0 {
		list = append(list, measure(rows.All, "cost_per_1k", "$", 1000*b.Provision.Cost()/float64(inTime)))
	}
	if emitted := b.Tokens.Emitted(); emitted > 0 {
		list = append(list, measure(rows.All, "cost_per_mtok", "$", 1e6*b.Provision.Cost()/float64(emitted)))
	}
	return slices.DeleteFunc(list, func(m rows.Measurement) bool { return math.IsNaN(m.Value) })
}

// Distributions returns the distribution of every scope and quantity for which Measures has
// percentiles, in the same order. They must not be changed.
func (b *Board) Distributions() []histogram.Scoped {
	return append(b.Service.distributions(), b.Tokens.distributions()...)
}

// charted lists the quantities whose distributions are results, for all scopes except tenants.
var charted = []string{"latency", "ttft", "prefill", "tpot", "itl"}

// Quantiles returns the quantiles at Shares of the distributions over all requests and of every
// model, pipeline and class.
func (b *Board) Quantiles() []rows.Quantile {
	var list []rows.Quantile
	for _, d := range append(b.Distributions(), b.Tokens.prefills()...) {
		if !slices.Contains(charted, d.Metric) || strings.HasPrefix(d.Scope, "tenant:") {
			continue
		}
		for _, share := range Shares() {
			list = append(list, rows.Quantile{Row: rows.Row{Measurement: measure(d.Scope, d.Metric, "s", d.Of.Quantile(share))}, Share: share})
		}
	}
	return list
}

// Shares returns the levels of the quantiles that are kept of a distribution.
func Shares() []float64 {
	shares := []float64{0.001, 0.002, 0.005}
	for p := 1; p <= 99; p++ {
		shares = append(shares, float64(p)/100)
	}
	return append(shares, 0.995, 0.998, 0.999, 0.9995, 0.9999)
}
