package control

import (
	"math"
	"testing"
	"time"

	"wavetank/policies/allocation"
	"wavetank/policies/policytest"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// TestAnOverspentErrorBudgetRaisesCapacity: of the first model, 99 % of the requests have to be in
// time, and the factor is 1.1. Misses above a tenth of a window do not count.
func TestAnOverspentErrorBudgetRaisesCapacity(t *testing.T) {
	const rate = 100.
	for _, c := range []struct {
		name          string
		ended, missed []int // per window
		want          float64
	}{
		{"nothing ended yet", []int{0}, []int{0}, 1},
		{"nothing missed", []int{5000}, []int{0}, 1},
		{"within the budget", []int{4000}, []int{40}, 1},          // 40 of 40+10 are 80 %
		{"at its end", []int{4000}, []int{50}, 1.05},              // 100 %
		{"overspent", []int{4000}, []int{60}, 1.1},                // 120 %
		{"far overspent", []int{4000}, []int{400}, 1.1},           //
		{"few requests prove little", []int{20}, []int{2}, 1},     //
		{"one crowd", []int{4000, 300}, []int{0, 300}, 1},         // 30 of 43+10 count
		{"a budget recovers", []int{4000, 4000}, []int{60, 0}, 1}, // 60 of 80+10
	} {
		b, err := NewErrorBudget(Follow{}, 1.1)
		if err != nil {
			t.Fatal(err)
		}
		spec := policytest.Pair()
		var got []float64
		for i := range c.ended {
			w := sim.NewWindow(spec, kernel.Time(i*15*int(time.Second)))
			w.Models[0] = sim.ModelWindow{Finished: c.ended[i] - c.missed[i]/2, InTime: c.ended[i] - c.missed[i], Late: c.missed[i] - c.missed[i]/2, Lost: c.missed[i] / 2}
			v := sim.ViewOf(fleet.New(spec), 0).WithWindow(w, 15*time.Second)
			for range 2 { // a request wakes the allocator in the same period
				got = b.Control(&allocation.Situation{View: v, Demand: allocation.Demands{Load: []float64{rate, rate}}}).Amount
			}
		}
		if math.Abs(got[0]-c.want*rate) > 1e-9 || got[1] != rate {
			t.Errorf("%s: the capacities are %v, want %v and %v", c.name, got, c.want*rate, rate)
		}
	}
}

func TestErrorBudgetsRefuseOddFactors(t *testing.T) {
	for _, factor := range []float64{0.9, 0, -1, math.NaN(), math.Inf(1)} {
		if _, err := NewErrorBudget(Follow{}, factor); err == nil {
			t.Errorf("the factor %v is accepted", factor)
		}
	}
}
