package metrics_test

import (
	"math"
	"testing"
	"time"

	"wavetank/metrics"
	"wavetank/metrics/rows"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

const millisecond = kernel.Time(time.Millisecond)

// rates returns the cost rate of every step of a run, in $/h.
func rates(board *metrics.Board) (list []float64) {
	for _, s := range rows.Samples(board.Series.TimeSeries()) {
		if s.Metric == "cost_rate" {
			list = append(list, s.Value)
		}
	}
	return list
}

// The measured span goes from 200 to 1000 ms. A machine costs 1 $/h, and 3 $/h from 500 ms on. It
// serves from 300 to 400 ms. Its power is 50 W, and 100 W while it serves. The carbon intensity is
// 100 g of CO2 per kilowatt-hour, and 400 g from 600 ms on.
func TestCostAndCarbonFollowTheirTimelines(t *testing.T) {
	values, board := watch(t, []int{300}, func(s *sim.Setup) {
		s.Spec.Types[0].Prices = fleet.Timeline{{From: 500 * millisecond, Value: 3}}
		s.Spec.Carbon = fleet.Timeline{{From: 0, Value: 100}, {From: 600 * millisecond, Value: 400}}
	})
	near(t, values, map[string]float64{
		"all cost": (0.3 + 0.5*3) / 3600, "all cost_rate": 1.8 / 0.8, "all utilization": 100 * 0.1 / 0.8,
		"all energy": (0.8*50 + 0.1*50) / 3.6e6, "all carbon": (50*(0.4*100+0.4*400) + 50*0.1*100) / 3.6e6,
	})
	for i, want := range []float64{1, 1, 3, 3} {
		if got := rates(board); len(got) != 4 || math.Abs(got[i]-want) > 1e-12 {
			t.Errorf("cost rates %v, want %v in step %d", got, want, i)
		}
	}
}

// TestCarbonIsLeftOutWhereItIsUnknown: it is unknown without an intensity, or without the power of
// a machine.
func TestCarbonIsLeftOutWhereItIsUnknown(t *testing.T) {
	for name, change := range map[string]func(*fleet.Spec){
		"no intensity": func(*fleet.Spec) {},
		"no power": func(c *fleet.Spec) {
			c.Carbon, c.Types[0].IdleWatts, c.Types[0].PeakWatts = fleet.Timeline{{From: 0, Value: 1}}, 0, 0
		},
	} {
		values, _ := watch(t, []int{300}, func(s *sim.Setup) { change(s.Spec) })
		if v, told := values["all carbon"]; told {
			t.Errorf("%s: %v g", name, v)
		}
	}
}

// Two machines are rented from the start. One is released at 400 ms, and a third is ordered at 600
// ms. In the measured span they are rented for 0.8 s, 0.2 s and 0.4 s. With a billing unit of 700
// ms, the released machine is paid until 700 ms.
func TestStartedUnitsAndReservedMachinesArePaid(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*fleet.MachineType)
		want   float64
		rates  []float64
	}{
		"by themselves": {func(*fleet.MachineType) {}, 1.4, []float64{2, 1.6, 1.6, 2}},
		"by 700 ms":     {func(m *fleet.MachineType) { m.Billing = 700 * time.Millisecond }, 1.7, []float64{2, 2, 2.4, 2}},
		"two reserved":  {func(m *fleet.MachineType) { m.Reserved = 2 }, 1.6, []float64{2, 2, 2, 2}},
		"five reserved": {func(m *fleet.MachineType) { m.Reserved = 5 }, 4, []float64{5, 5, 5, 5}},
	} {
		values, board := watch(t, nil, func(s *sim.Setup) {
			s.Spec.Types[0].Max, s.Period = 2, 100*time.Millisecond
			s.Allocator = &turns{want: []int{2, 2, 2, 2, 1, 1, 2, 2, 2, 2}}
			c.change(&s.Spec.Types[0])
		})
		near(t, values, map[string]float64{"all cost": c.want / 3600})
		for i, got := range rates(board) {
			if math.Abs(got-c.rates[i]) > 1e-9 {
				t.Errorf("%s: the rates are %v, want %v", name, rates(board), c.rates)
			}
		}
	}
}

// TestRentAboveTheBudgetIsMeasured: the machines are those of the test above, at 1 $/h each. In the
// measured 0.8 s there are two machines for 0.6 s and one for 0.2 s. With a price of 3 $/h from 900
// ms on, the rent is 6 $/h for the last 0.1 s.
func TestRentAboveTheBudgetIsMeasured(t *testing.T) {
	for name, c := range map[string]struct {
		budget      float64
		change      func(*fleet.MachineType)
		share, most float64
	}{
		"always":         {0.5, func(*fleet.MachineType) {}, 100, 1.5},
		"two are more":   {1, func(*fleet.MachineType) {}, 75, 1},
		"just so much":   {2, func(*fleet.MachineType) {}, 0, 0},
		"three reserved": {2, func(m *fleet.MachineType) { m.Reserved = 3 }, 100, 1},
		"a higher price": {2, func(m *fleet.MachineType) { m.Prices = fleet.Timeline{{From: 900 * millisecond, Value: 3}} }, 12.5, 4},
	} {
		values, _ := watch(t, nil, func(s *sim.Setup) {
			s.Spec.Types[0].Max, s.Period, s.Spec.Budget = 2, 100*time.Millisecond, c.budget
			s.Allocator = &turns{want: []int{2, 2, 2, 2, 1, 1, 2, 2, 2, 2}}
			c.change(&s.Spec.Types[0])
		})
		near(t, values, map[string]float64{"all over_budget": c.share, "all over_budget_max": c.most})
		if t.Failed() {
			t.Fatal(name)
		}
	}
	values, _ := watch(t, nil, func(*sim.Setup) {})
	if v, told := values["all over_budget"]; told {
		t.Errorf("%v %% without a budget", v)
	}
}
