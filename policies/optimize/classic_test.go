package optimize

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestScheduleAccountsForEverything(t *testing.T) {
	m := Schedule([]float64{2, 5, 1}, []float64{3, 1, 1})
	if !slices.Equal(m.Given, []float64{2, 1, 1}) || m.Served != 4 || m.Shortage != 1 || m.Waste != 4 {
		t.Errorf("got %+v", m)
	}
	rapid.Check(t, func(t *rapid.T) {
		r := rapid.SliceOf(rapid.Float64Range(0, 100)).Draw(t, "resource")
		d := rapid.SliceOf(rapid.Float64Range(0, 100)).Draw(t, "demand")
		m, resources, demands := Schedule(r, d), 0., 0.
		for _, v := range r {
			resources += v
		}
		for _, v := range d {
			demands += v
		}
		if !close9(m.Served+m.Shortage, demands) || !close9(m.Served+m.Waste, resources) {
			t.Fatalf("%+v for resources %v, demands %v", m, resources, demands)
		}
	})
}

func TestAdjustOnAStep(t *testing.T) {
	for _, alpha := range []float64{0.1, 0.5, 1, 1.5, 1.9} {
		r := 3.
		for n := 1; n <= 40; n++ {
			r = Adjust(r, 10, alpha)
			if want := 10 + (3-10)*math.Pow(1-alpha, float64(n)); !close9(r, want) {
				t.Fatalf("alpha %v: %v after %d steps, want %v", alpha, r, n, want)
			}
		}
	}
}

func TestAdjustLagsARamp(t *testing.T) {
	for _, alpha := range []float64{0.2, 0.7, 1} {
		r, d := 0., 0.
		for range 500 {
			r = Adjust(r, d, alpha)
			d += 3
		}
		if lag := d - r; math.Abs(lag-3/alpha) > 1e-9 {
			t.Errorf("alpha %v: lag %v, want %v", alpha, lag, 3/alpha)
		}
	}
}

func TestAdjustWithDeadTimeIsStableBelowItsThreshold(t *testing.T) {
	amplitude := func(alpha float64, dead int) float64 {
		history := make([]float64, dead+1)
		history[dead] = 1
		most := 0.
		for n := range 20000 {
			last := history[dead]
			next := last + alpha*(0-history[0])
			copy(history, history[1:])
			history[dead] = next
			if n > 19900 {
				most = max(most, math.Abs(next))
			}
		}
		return most
	}
	for _, dead := range []int{0, 1, 2, 3, 5, 10} {
		limit := 2 * math.Sin(math.Pi/(2*(2*float64(dead)+1)))
		if below := amplitude(limit*0.98, dead); below > 1e-3 {
			t.Errorf("dead time %d: amplitude %v below the threshold %v", dead, below, limit)
		}
		if above := amplitude(limit*1.02, dead); above <= 10 {
			t.Errorf("dead time %d: amplitude %v above the threshold %v", dead, above, limit)
		}
	}
}

func TestSizingIsTheLeastThatSuffices(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := rapid.Float64Range(0.1, 200).Draw(t, "rate")
		speed := rapid.Float64Range(0.5, 20).Draw(t, "speed")
		share := rapid.Float64Range(0.01, 0.5).Draw(t, "share")
		wait := rapid.Float64Range(0, 2).Draw(t, "t")
		n := MinServersForWait(rate, speed, wait, share)
		if WaitTail(n, rate, speed, wait) > share || WaitTail(n-1, rate, speed, wait) <= share {
			t.Fatalf("%d servers for waits", n)
		}
		if n := MinServers(rate/speed, share); ErlangC(n, rate/speed) > share || ErlangC(n-1, rate/speed) <= share {
			t.Fatalf("%d servers", n)
		}
		n, ok := MinServersForResponse(rate, speed, wait, share)
		if ok != (math.Exp(-speed*wait) < share) {
			t.Fatalf("ok is %v", ok)
		}
		if ok && (ResponseTail(n, rate, speed, wait) > share || n > 1 && ResponseTail(n-1, rate, speed, wait) <= share) {
			t.Fatalf("%d servers for responses", n)
		}
	})
	if MinServers(0, 0.1) != 0 {
		t.Error("no load needs no server")
	}
}

func TestSquareRootStaffingIsCloseToErlang(t *testing.T) {
	// Halfin and Whitt: the share that waits tends to 1/(1 + √(2π)·β·Φ(β)·e^(β²/2)), 0.2234 for β = 1.
	if c := ErlangC(SquareRootStaffing(40000, 1), 40000); math.Abs(c-0.2234) > 0.002 {
		t.Errorf("the share that waits is %v", c)
	}
}

func TestCoversCover(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		throughput := rapid.SliceOfN(rapid.IntRange(1, 12), 1, 4).Draw(t, "throughput")
		prices := rapid.SliceOfN(rapid.Float64Range(0.5, 9), len(throughput), len(throughput)).Draw(t, "price")
		demand := rapid.IntRange(0, 60).Draw(t, "demand")
		best, dense := Cover(throughput, prices, demand), CoverByDensity(throughput, prices, demand)
		for _, x := range [][]int{best, dense} {
			sum := 0
			for j, n := range x {
				sum += n * throughput[j]
			}
			if sum < demand {
				t.Fatalf("%v covers %d of %d", x, sum, demand)
			}
		}
		bound, dearest := math.Inf(1), 0.
		for j, p := range prices {
			if rate := p / float64(throughput[j]); rate < bound {
				bound, dearest = rate, p
			}
		}
		bound *= float64(demand)
		if c := price(prices, best); c < bound-1e-9 || c > price(prices, dense)+1e-9 || price(prices, dense) > bound+dearest+1e-9 {
			t.Fatalf("bound %v, best %v, dense %v", bound, c, price(prices, dense))
		}
	})
	if Cover([]int{0}, []float64{1}, 1) != nil || CoverByDensity(nil, nil, 1) != nil || CoverGreedily([]float64{1}, [][]float64{{0}}, []float64{1}) != nil {
		t.Error("what cannot be covered was")
	}
}

func TestLazyCapacityIsThreeCompetitive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.IntRange(1, 8).Draw(t, "most")
		start := rapid.Float64Range(0, 10).Draw(t, "start")
		loads := rapid.SliceOfN(rapid.IntRange(0, 10), 1, 30).Draw(t, "loads")
		running := func(epoch, x int) float64 {
			short := float64(max(0, loads[epoch]-x))
			return float64(x) + 2*short*short
		}
		path, best := RightSize(len(loads), most, start, running)
		if got := SwitchingCost(path, start, running); math.Abs(got-best) > 1e-9*(1+best) {
			t.Fatalf("the path costs %v, not %v", got, best)
		}
		lazy, lazyPath := NewLazyCapacity(most, start), []int{}
		for epoch := range loads {
			lazyPath = append(lazyPath, lazy.Next(func(x int) float64 { return running(epoch, x) }))
		}
		if got := SwitchingCost(lazyPath, start, running); got < best-1e-9 || got > 3*best+1e-9 {
			t.Fatalf("lazy costs %v, best %v", got, best)
		}
	})
}

func TestChooseOneEqualsEnumeration(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		choice := rapid.Custom(func(t *rapid.T) Choice {
			return Choice{rapid.IntRange(0, 9).Draw(t, "cost"), float64(rapid.IntRange(0, 20).Draw(t, "value"))}
		})
		groups := rapid.SliceOfN(rapid.SliceOfN(choice, 1, 4), 1, 4).Draw(t, "groups")
		budget := rapid.IntRange(0, 30).Draw(t, "budget")
		best := math.Inf(-1)
		var try func(g, cost int, value float64)
		try = func(g, cost int, value float64) {
			if cost > budget {
				return
			}
			if g == len(groups) {
				best = max(best, value)
				return
			}
			for _, c := range groups[g] {
				try(g+1, cost+c.Cost, value+c.Value)
			}
		}
		try(0, 0, 0)
		_, value, ok := ChooseOne(groups, budget)
		bound := ChooseOneBound(groups, budget)
		if ok != !math.IsInf(best, -1) || ok && value != best || bound < best-1e-9 {
			t.Fatalf("got %v (%v) below %v, want %v", value, ok, bound, best)
		}
	})
}
