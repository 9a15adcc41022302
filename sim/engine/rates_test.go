package engine_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"wavetank/metrics"
	"wavetank/metrics/rows"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/simtest"
)

// spanned runs a setup and returns the numbers of the metrics, by scope and metric.
func spanned(t anyT, s sim.Setup, more ...sim.Observer) map[string]float64 {
	t.Helper()
	named(s.Spec)
	board := metrics.NewBoard(s.Spec, metrics.MeasuredSpan{From: kernel.Time(s.Warmup), Until: kernel.Time(s.Duration)}, s.Duration)
	s.Observers = append(board.Observers(), more...)
	run(t, s)
	values := map[string]float64{}
	for _, m := range board.Measures() {
		values[m.Scope+" "+m.Metric] = m.Value
	}
	if err := simtest.CausesAddUp(values); err != nil {
		t.Fatal(err)
	}
	return values
}

// named gives models names of their own.
func named(c *fleet.Spec) {
	for i := range c.Models {
		c.Models[i].Name = fmt.Sprint("model ", i)
	}
}

// undrained lists the metrics that do not depend on what happens after the horizon. The time in
// service is not one of them. The step of a token replica that is under way at the horizon is
// counted when it ends, but a part of it lies before the horizon.
var undrained = []string{
	"throughput", "goodput", "output_tokens", "total_tokens", "cost", "cost_rate", "cost_per_1k", "cost_per_mtok",
	"machines", "machines_max", "replicas", "replicas_min", "wanted", "held_back",
}

// TestRatesAreEqualAtEveryDrain runs the same world with several drains. The metrics in undrained
// must be equal.
func TestRatesAreEqualAtEveryDrain(t *testing.T) {
	worlds := map[string]func(*rapid.T) func() sim.Setup{
		"batches": func(t *rapid.T) func() sim.Setup {
			w := drawWorld(t)
			w.crowd()
			return func() sim.Setup { return w.setup(t, step) }
		},
		"tokens": drawTokenWorld,
	}
	for name, draw := range worlds {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				setup := draw(t)
				want := spanned(t, setup())
				for _, drain := range []time.Duration{0, -1} {
					s := setup()
					s.Drain = drain
					got := spanned(t, s)
					for key, v := range want {
						if _, metric, _ := strings.Cut(key, " "); slices.Contains(undrained, metric) && got[key] != v {
							t.Fatalf("%s is %v with a drain of %v, %v with one of %v", key, got[key], drain, v, setup().Drain)
						}
					}
				}
			})
		})
	}
}

// crowd lets all requests of a world come early and wait, so that many end late.
func (w *world) crowd() {
	for i := range w.requests {
		w.requests[i].Arrival /= 4
		w.requests[i].Patience = 0
	}
}

// potential is how many requests of unit work the replicas of a run could have finished in a span.
// Each replica counts with the greatest rate of any batch size while it is ready or drained. It
// also counts with one full batch per slot, for batches that began before the span.
type potential struct {
	spec  *fleet.Spec
	span  metrics.MeasuredSpan
	since map[fleet.ReplicaID]kernel.Time
	of    map[fleet.ReplicaID]fleet.DeploymentID
	most  float64
}

func (p *potential) Observe(f *sim.Fact) {
	switch f.Kind {
	case sim.ReplicaReady:
		p.since[f.Replica], p.of[f.Replica] = f.At, f.Deployment
		d := &p.spec.Deployments[f.Deployment]
		p.most += float64(d.Slots * d.MaxBatch)
	case sim.ReplicaRemoved, sim.ReplicaLost:
		p.end(f.Replica, f.At)
	}
}

// end ends the work of a replica.
func (p *potential) end(at fleet.ReplicaID, until kernel.Time) {
	d, from, rate := &p.spec.Deployments[p.of[at]], p.since[at], 0.0
	delete(p.since, at)
	for n := range d.MaxBatch {
		rate = max(rate, float64(n+1)/d.Latency.Latency(n+1).Seconds())
	}
	p.most += max(0, min(until, p.span.Until).Sub(max(from, p.span.From)).Seconds()) * rate * float64(d.Slots)
}

// TestThroughputIsNoMoreThanCapacity offers random worlds more than they can serve.
func TestThroughputIsNoMoreThanCapacity(t *testing.T) {
	reached := 0.0
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		w.crowd()
		for i := range w.requests {
			w.requests[i].Work = 1
		}
		s := w.setup(t, step)
		s.Drain = -1
		p := &potential{spec: s.Spec, span: metrics.MeasuredSpan{From: kernel.Time(s.Warmup), Until: kernel.Time(s.Duration)}, since: map[fleet.ReplicaID]kernel.Time{}, of: map[fleet.ReplicaID]fleet.DeploymentID{}}
		values := spanned(t, s, p)
		for at := range p.since {
			p.end(at, kernel.Time(s.Duration))
		}
		finished := values["all throughput"] * (s.Duration - s.Warmup).Seconds()
		if finished > p.most+1e-6 {
			t.Fatalf("%v requests finish in the span, %v can", finished, p.most)
		}
		if p.most > 0 {
			reached = max(reached, finished/p.most)
		}
	})
	if reached < 0.2 {
		t.Errorf("no world comes nearer to its capacity than %v", reached)
	}
}

// TestLittlesLawBoundsClosedLoops has N senders, each with at most one request in flight. A run has
// length T, no warm-up and no drain. The latencies of one sender's finished requests do not
// overlap, so their sum is at most T. For all senders it is at most N·T. So throughput times mean
// latency is at most N.
func TestLittlesLawBoundsClosedLoops(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		members := rapid.IntRange(1, 12).Draw(t, "members")
		s := w.setup(t, step)
		s.Arrivals, s.Warmup, s.Drain = &loop{crew: newCrew(members, rapid.SampledFrom([]time.Duration{1, step}).Draw(t, "think"), 1), requests: w.requests}, 0, 0
		values := spanned(t, s)
		if x, r := values["all throughput"], values["all latency_mean"]; x > 0 && x*r > float64(members)*(1+1e-9) {
			t.Fatalf("%v/s of %v s each from %d senders", x, r, members)
		}
	})
}

// TestSeriesAddUpToMeasures compares the means over steps with the means over the run, in runs
// without warm-up.
func TestSeriesAddUpToMeasures(t *testing.T) {
	met := map[string]bool{}
	rapid.Check(t, func(t *rapid.T) {
		s := drawTokenWorld(t)()
		if rapid.Bool().Draw(t, "batches") {
			w := drawWorld(t)
			s = w.setup(t, step)
		}
		named(s.Spec)
		s.Warmup, s.Drain = 0, -1
		parts := time.Duration(rapid.IntRange(1, 9).Draw(t, "steps"))
		board := metrics.NewBoard(s.Spec, metrics.MeasuredSpan{Until: kernel.Time(s.Duration)}, s.Duration/parts)
		s.Observers = board.Observers()
		run(t, s)
		sums, since := map[string]float64{}, map[string]time.Duration{}
		for _, one := range rows.Samples(board.Series.TimeSeries()) {
			key := one.Scope + " " + one.Metric
			end := kernel.Seconds(one.Seconds) // exact: the last step may be a nanosecond
			sums[key] += one.Value * (end - since[key]).Seconds()
			since[key] = end
		}
		for _, m := range board.Measures() {
			switch m.Metric {
			case "throughput", "cost_rate", "machines", "replicas", "running":
				sum, told := sums[m.Scope+" "+m.Metric]
				// the measure leaves out batches
				batches := m.Metric == "running" && !allTokens(s.Spec)
				if mean := sum / s.Duration.Seconds(); told && !batches && math.Abs(mean-m.Value) > 1e-9*(1+m.Value) {
					t.Fatalf("%s %s is %v, by the series %v", m.Scope, m.Metric, m.Value, mean)
				}
				met[m.Metric] = met[m.Metric] || told && sum > 0
			}
		}
	})
	if len(met) != 5 {
		t.Errorf("only %v are met", met)
	}
}

func allTokens(c *fleet.Spec) bool {
	return !slices.ContainsFunc(c.Deployments, func(d fleet.Deployment) bool { return d.Tokens == nil })
}
