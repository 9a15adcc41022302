package control

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"wavetank/policies/allocation"
	"wavetank/policies/optimize/classic"
	"wavetank/policies/policytest"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// one is a controller that always wants one replica.
type one struct{}

func (one) Control(*allocation.Situation) allocation.Wanted {
	return allocation.Wanted{Amount: []float64{1}}
}

func (one) Unserved(_, _ []float64) []float64 { return nil }

// keptWarm returns the periods in which a replica runs: those with requests, and those in which an
// idle timeout keeps it.
func keptWarm(timeout SpanRule, lead time.Duration, requests []bool) []bool {
	const period = time.Second
	idle, spec, kept := NewIdle(one{}, timeout), policytest.Pair(), false
	runs := make([]bool, len(requests))
	for k, any := range requests {
		runs[k] = kept || any
		w := sim.Expectation(spec, []float64{0, 0}, period)
		if w.End = kernel.Time(k+1) * kernel.Time(period); any {
			w.Models[0].Offered = 1
		}
		v := sim.ViewOf(fleet.New(spec), w.End).WithWindow(w, period)
		kept = idle.Control(&allocation.Situation{View: v, Lead: []time.Duration{lead}}).Amount[0] > 0
	}
	return runs
}

// TestIdleTimeoutIsSkiRental: an idle replica may be kept, which costs its rent. Or it may be given
// up and started again, which costs its rent while it boots and loads. A timeout as long as the
// boot and load costs at most twice the optimum for requests that are known beforehand (Karlin,
// Manasse, Rudolph and Sleator, "Competitive snoopy caching", 1988). The timeout auto is twice as
// long, and costs at most three times the optimum. The test allows for the rest of a period,
// because an allocator is asked only once per period.
func TestIdleTimeoutIsSkiRental(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lead := rapid.IntRange(1, 40).Draw(t, "lead") // periods
		var requests []bool
		gaps := rapid.SliceOfN(rapid.IntRange(0, 3*lead), 1, 20).Draw(t, "gaps")
		if rapid.Bool().Draw(t, "equal") { // worst for a timeout that is too short
			gaps = slices.Repeat(gaps[:1], 20)
		}
		for _, gap := range gaps {
			requests = append(append(requests, true), make([]bool, gap)...)
		}
		known := classic.RightSizing{Periods: len(requests), Most: 1, Switch: float64(lead), Cost: func(k, x int) float64 {
			if requests[k] && x == 0 {
				return math.Inf(1)
			}
			return float64(x)
		}}
		_, least := known.Solve()
		for times, ratio := range map[float64]float64{1: 2, 2: 3} {
			cost, ran := 0, false
			for _, runs := range keptWarm(Times(times, 0), time.Duration(lead)*time.Second, requests) {
				if runs {
					cost++
				}
				if runs && !ran {
					cost += lead
				}
				ran = runs
			}
			if most := ratio*least + float64(len(gaps)); float64(cost) < least || float64(cost) > most {
				t.Fatalf("a timeout of %v leads of %d periods costs %d, not from %v to %v, with gaps %v", times, lead, cost, least, most, gaps)
			}
		}
	})
}
