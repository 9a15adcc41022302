package engine_test

import (
	"fmt"
	"math"
	"time"

	"wavetank/metrics"
	"wavetank/metrics/rows"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// bill is an observer that counts the rent of machines and the ends of requests independently of
// the metrics.
type bill struct {
	spec    *fleet.Spec
	span    metrics.MeasuredSpan
	since   map[fleet.MachineID]kernel.Time
	kinds   map[fleet.MachineID]fleet.TypeID
	paid    float64
	arrived float64
	ends    map[sim.FactKind]float64 // ends of the requests that arrived in the measured span
	inTime  float64
}

func (b *bill) Observe(f *sim.Fact) {
	if b.since == nil {
		b.since, b.kinds, b.ends = map[fleet.MachineID]kernel.Time{}, map[fleet.MachineID]fleet.TypeID{}, map[sim.FactKind]float64{}
	}
	switch f.Kind {
	case sim.MachineOrdered:
		b.since[f.Machine], b.kinds[f.Machine] = f.At, f.Type
	case sim.MachineReleased:
		b.pay(f.Machine, f.At)
	case sim.Ended:
		for on := range b.since {
			b.pay(on, b.span.Until)
		}
	case sim.RequestArrived, sim.CallBegan:
		if f.Request.Attempt == 0 && b.counts(f) {
			b.arrived++
		}
	case sim.RequestFinished, sim.RequestRejected, sim.RequestTimedOut, sim.RequestDropped, sim.RequestFailed, sim.RequestUnfinished:
		if f.Request.Attempt == 0 && b.counts(f) {
			b.ends[f.Kind]++
			b.inTime += b.met(f)
		}
	case sim.CallEnded: // a request of a client counts once
		if b.counts(f) {
			b.ends[f.Outcome]++
			whole := *f
			whole.Kind = f.Outcome
			b.inTime += b.met(&whole)
		}
	}
}

// met is 1 for a request that finished within all its objectives, else 0.
func (b *bill) met(f *sim.Fact) float64 {
	if f.Kind != sim.RequestFinished {
		return 0
	}
	var first, per time.Duration
	if f.Timings != nil {
		first, per = f.Timings.FirstToken, f.Timings.PerToken(f.Span, f.Request.Output)
	}
	if !b.spec.Objectives(f.Request).Met(first, per, f.Span) {
		return 0
	}
	return 1
}

func (b *bill) counts(f *sim.Fact) bool {
	return f.Request.Arrival >= b.span.From && f.Request.Arrival < b.span.Until
}

func (b *bill) pay(on fleet.MachineID, until kernel.Time) {
	span := min(until, b.span.Until).Sub(max(b.since[on], b.span.From))
	b.paid += max(0, span.Hours()) * b.spec.Types[b.kinds[on]].Price
	delete(b.since, on)
}

// differs returns an error if the metrics of a run differ from the bill, or are impossible.
func (b *bill) differs(board *metrics.Board) error {
	list := board.Measures()
	for _, s := range rows.Samples(board.Series.TimeSeries()) {
		if s.Value < 0 || s.Unit == "%" && s.Value > 100 {
			return fmt.Errorf("%s %s is %v %s at %v s", s.Scope, s.Metric, s.Value, s.Unit, s.Seconds)
		}
	}
	values := map[string]float64{}
	for _, m := range list {
		values[m.Scope+" "+m.Metric] = m.Value
		if m.Unit == "%" && !(m.Value >= 0 && m.Value <= 100) || m.Value < 0 || m.Metric == "fairness" && m.Value > 1 {
			return fmt.Errorf("%s %s is %v %s", m.Scope, m.Metric, m.Value, m.Unit)
		}
	}
	for _, m := range list {
		at := func(p string) float64 { return values[m.Scope+" latency_"+p] }
		if m.Metric == "latency_p50" && !(at("p50") <= at("p90") && at("p90") <= at("p95") && at("p95") <= at("p99")) {
			return fmt.Errorf("percentiles of %s fall", m.Scope)
		}
		if m.Metric == "goodput" && m.Value > values[m.Scope+" throughput"] {
			return fmt.Errorf("goodput of %s is beyond its throughput", m.Scope)
		}
	}
	if got := values["all cost"]; math.Abs(got-b.paid) > 1e-9*b.paid {
		return fmt.Errorf("the machines cost %v, want %v", got, b.paid)
	}
	if len(b.spec.Pipelines) > 0 {
		return nil // metrics count requests of a pipeline once
	}
	want := map[string]float64{
		"arrived": b.arrived, "rejected": b.ends[sim.RequestRejected], "timed_out": b.ends[sim.RequestTimedOut], "dropped": b.ends[sim.RequestDropped],
		"failed": b.ends[sim.RequestFailed], "unfinished": b.ends[sim.RequestUnfinished],
	}
	if b.arrived > 0 {
		want["slo_attainment"] = 100 * b.inTime / b.arrived
	}
	for metric, n := range want {
		if got := values["all "+metric]; math.Abs(got-n) > 1e-9*n {
			return fmt.Errorf("%s is %v, want %v", metric, got, n)
		}
	}
	return nil
}
