package engine_test

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"wavetank/metrics"
	"wavetank/metrics/rows"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// TestWhatIsSpentIsWhatIsMeasured compares three numbers: what the allocator sees as spent at its
// last decision, the cost that the metrics measure up to then, and the sum of the series of cost
// rates. Prices, units of billing and reserved machines are random.
func TestWhatIsSpentIsWhatIsMeasured(t *testing.T) {
	spent := 0.0
	rapid.Check(t, func(t *rapid.T) {
		s := drawWorld(t).setup(t, time.Second)
		for i := range s.Spec.Types {
			kind, at := &s.Spec.Types[i], -1
			kind.Billing = time.Duration(rapid.IntRange(0, 70).Draw(t, "billing")/10*10) * time.Second
			kind.Reserved = max(0, rapid.IntRange(-3, 2).Draw(t, "reserved"))
			for range rapid.IntRange(0, 4).Draw(t, "prices") {
				at += rapid.IntRange(1, 150).Draw(t, "after")
				kind.Prices = append(kind.Prices, fleet.TimelinePoint{From: kernel.Time(at) * kernel.Time(time.Second), Value: float64(rapid.IntRange(0, 5).Draw(t, "price"))})
			}
		}
		const last = (horizon/period - 1) * period
		until := kernel.Time(last * time.Second)
		board := metrics.NewBoard(s.Spec, metrics.MeasuredSpan{Until: until}, 7*time.Second)
		seen, asked := 0.0, kernel.Time(0)
		s.Allocator, s.Observers = asking{s.Allocator, func(v *sim.View) { seen, asked = v.Spent(), v.Now() }}, board.Observers()
		run(t, s)
		if asked != until {
			t.Fatalf("last asked at %v", asked)
		}
		sum, since := 0.0, 0.0
		for _, one := range rows.Samples(board.Series.TimeSeries()) {
			if one.Metric == "cost_rate" {
				sum += one.Value * (one.Seconds - since) / 3600
				since = one.Seconds
			}
		}
		if cost := board.Provision.Cost(); math.Abs(cost-seen) > 1e-9 || math.Abs(cost-sum) > 1e-9 {
			t.Fatalf("%v $ are spent, %v measured, %v by the rates", seen, cost, sum)
		}
		spent += seen
	})
	if spent == 0 {
		t.Error("nothing was ever spent")
	}
}
