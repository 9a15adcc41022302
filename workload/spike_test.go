package workload

import (
	"math"
	"testing"
	"time"

	"wavetank/sim/kernel"
)

// crowd returns a constant rate with a flash crowd that starts at a random time between two times.
func crowd(from, to time.Duration, cv float64) *DayCurve {
	return must(NewDayCurve(Day{Mean: 10, Peak: 1, CV: cv, Spikes: []Spike{
		{At: from, Latest: to, Height: 6, Rise: 20 * time.Second, Hold: 90 * time.Second, Fall: time.Minute},
	}}))
}

// TestTheRateOfADrawnCrowdIsTheMeanOverItsStarts compares the closed form with the mean over 10,000
// curves whose crowds have fixed starts.
func TestTheRateOfADrawnCrowdIsTheMeanOverItsStarts(t *testing.T) {
	for _, to := range []time.Duration{9 * time.Minute, 30 * time.Minute} {
		c, fixed := crowd(8*time.Minute, to, 1), Spike{Height: 6, Rise: 20 * time.Second, Hold: 90 * time.Second, Fall: time.Minute}
		for at := 7 * time.Minute; at < 35*time.Minute; at += 31 * time.Second {
			const starts = 10_000
			sum, most := 0.0, 0.0
			for i := range starts {
				fixed.At = 8*time.Minute + time.Duration((float64(i)+0.5)/starts*float64(to-8*time.Minute))
				factor := fixed.factor(kernel.Time(at))
				sum, most = sum+factor/starts, max(most, factor)
			}
			if got := c.Rate(kernel.Time(at)); math.Abs(got/10-sum) > 1e-3 {
				t.Errorf("crowd until %v, at %v: rate %g, want %g", to, at, got, 10*sum)
			}
			if got := c.Highest(kernel.Time(at)); math.Abs(got/10-most) > 0.05 {
				t.Errorf("crowd until %v, at %v: highest rate %g, want %g", to, at, got, 10*most)
			}
		}
	}
}

// TestCrowdsStartAnywhereInTheirSpan finds each crowd by the minute with the most requests.
func TestCrowdsStartAnywhereInTheirSpan(t *testing.T) {
	const runs = 60
	for _, cv := range []float64{1, 2} {
		c := crowd(8*time.Minute, 41*time.Minute, cv)
		var starts []float64
		for r := range runs {
			run := c.Start(kernel.NewStream(3, r, "crowds", 0))
			var counts [50]float64
			for at := run.Next(); at < kernel.Time(50*time.Minute); at = run.Next() {
				counts[at/kernel.Time(time.Minute)]++
			}
			first := 0
			for counts[first] < 1200 { // 600 without a crowd, and up to 3600 in it
				first++
			}
			starts = append(starts, float64(first))
		}
		early, late, sum := math.Inf(1), 0.0, 0.0
		for _, s := range starts {
			early, late, sum = min(early, s), max(late, s), sum+s/runs
		}
		if early < 8 || early > 12 || late > 42 || late < 37 || math.Abs(sum-24.7) > 3.7 {
			t.Errorf("cv %g: crowds start in the minutes %g to %g, %g on average", cv, early, late, sum)
		}
	}
}

// TestADrawnCrowdIsOneWithAFixedStart: after the start is drawn, the requests follow the curve
// whose crowd begins there.
func TestADrawnCrowdIsOneWithAFixedStart(t *testing.T) {
	drawn := crowd(8*time.Minute, 41*time.Minute, 1).drawStarts(kernel.NewStream(3, 5, "one crowd", 0))
	s := drawn.day.Spikes[0]
	if s.At < 8*time.Minute || s.At > 41*time.Minute {
		t.Fatalf("the crowd starts at %v", s.At)
	}
	s.Latest = 0
	fixed := must(NewDayCurve(Day{Mean: 10, Peak: 1, CV: 1, Spikes: []Spike{s}}))
	for at := time.Duration(0); at < 50*time.Minute; at += 7 * time.Second {
		if a, b := drawn.Rate(kernel.Time(at)), fixed.Rate(kernel.Time(at)); a != b {
			t.Errorf("at %v: %g, and %g where the start is fixed", at, a, b)
		}
	}
	if got := fixed.integral(0, kernel.Time(50*time.Minute)) - 10*3000; math.Abs(got-50*(90+40)) > 1 {
		t.Errorf("the crowd has %g requests of its own", got)
	}
}

func TestTheSpanOfACrowdIsChecked(t *testing.T) {
	_, err := NewDayCurve(Day{Mean: 1, Peak: 1, Spikes: []Spike{{At: time.Hour, Latest: time.Minute, Height: 2}}})
	mentions(t, err, "spikes[0]", "at: the latest start, 1m0s, is not after the earliest, 1h0m0s")
}
