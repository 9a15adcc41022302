package workload

import (
	"fmt"
	"math"
	"testing"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"

	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"
	"wavetank/workload/distribution"
)

func TestGapsHaveTheirMeanAndSpread(t *testing.T) {
	const n = 200_000
	for _, c := range []struct {
		p        Process
		rate, cv float64
		spread   float64 // upper limit on the kurtosis of the gaps
	}{
		{must(Poisson(400)), 400, 1, 9},
		{must(Poisson(0.01)), 0.01, 1, 9},
		{must(GammaRenewal(50, 0.5)), 50, 0.5, 4.5},
		{must(GammaRenewal(50, 2)), 50, 2, 27},
		{must(NewDayCurve(Day{Mean: 50, Peak: 1, CV: 2})), 50, 2, 27},
		{must(NewStepRates(time.Second, []float64{50, 50}, 2)), 50, 2, 27},
		{must(Constant(30)), 30, 0, 0},
	} {
		t.Run(c.p.String(), func(t *testing.T) {
			run := c.p.Start(kernel.NewStream(2, 0, "gaps", 0))
			last := run.Next()
			x := make([]float64, n)
			for i := range x {
				at := run.Next()
				x[i] = float64(at-last) * c.rate / 1e9
				last = at
			}
			mean, deviation := moments(x)
			if band := 4*c.cv/math.Sqrt(n) + 1e-7; math.Abs(mean-1) > band {
				t.Errorf("mean gap %g of the expected, band %g", mean, band)
			}
			if band := 2*c.cv*math.Sqrt(c.spread/n) + 1e-6; math.Abs(deviation/mean-c.cv) > band {
				t.Errorf("cv %g, want %g ± %g", deviation/mean, c.cv, band)
			}
		})
	}
}

// The mean number of arrivals in a short time, over many replications, shows that the process is
// stationary from the start.
func TestArrivalsAreExpectedAtTheRateFromTheStart(t *testing.T) {
	const runs, length = 20_000, 2.0
	for _, p := range []Process{must(Poisson(1)), must(GammaRenewal(1, 2)), must(GammaRenewal(1, 0.3)), must(Constant(1)),
		must(NewDayCurve(Day{Mean: 1, Peak: 1, CV: 2})), must(RenewalOf(1, must(distribution.Hyperexponential(4)))), must(RenewalOf(1, must(distribution.Lognormal(2)))),
		must(RenewalOf(1, must(distribution.Uniform(1, 3)))), must(RenewalOf(1, must(distribution.Bimodal(0.1, 11)))), must(RenewalOf(1, must(distribution.Erlang(4)))),
		must(RenewalOf(1, must(distribution.Weibull(0.6)))), must(RenewalOf(1, must(distribution.Empirical([]float64{0.2, 5, 1})))), must(NewStepRates(time.Hour, []float64{1}, 2)), must(NewStepRates(time.Second, []float64{1.5, 0.5}, 2)),
		must(MMPP([]State{{Rate: 3, Stay: time.Second}, {Stay: 2 * time.Second}})), must(Bulks(must(Poisson(0.25)), 4))} {
		counts := make([]float64, runs)
		for i := range counts {
			run := p.Start(kernel.NewStream(9, i, "start", 0))
			for run.Next() < kernel.Time(length*1e9) {
				counts[i]++
			}
		}
		mean, deviation := moments(counts)
		if band := 4*deviation/math.Sqrt(runs) + 1e-9; math.Abs(mean-length) > band {
			t.Errorf("%s: %g arrivals in %g s, band %g", p, mean, length, band)
		}
	}
}

func TestRoundingToNanosecondsDoesNotAddUp(t *testing.T) {
	run := must(Constant(3e8)).Start(kernel.NewStream(1, 0, "fast", 0)) // a gap of 3⅓ ns
	var at kernel.Time
	const n = 3_000_000
	for range n {
		at = run.Next()
	}
	if drift := math.Abs(float64(at) - n/3e8*1e9); drift > 5 {
		t.Errorf("%g ns of drift after %d arrivals", drift, n)
	}
}

func TestDayHasItsMeanAndItsPeak(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day := Day{
			Mean:   rapid.Float64Range(0.1, 1e4).Draw(t, "mean"),
			Peak:   rapid.Float64Range(1, 20).Draw(t, "peak"),
			Length: time.Duration(rapid.IntRange(1, 48).Draw(t, "hours")) * time.Hour,
		}
		day.At = time.Duration(rapid.Float64Range(0, 0.999).Draw(t, "at") * float64(day.Length))
		c := must(NewDayCurve(day))
		if got := c.Rate(kernel.Time(day.At)); math.Abs(got/day.Mean/day.Peak-1) > 1e-9 {
			t.Fatalf("peak %g, want %g × %g", got, day.Peak, day.Mean)
		}
		sum, highest := 0.0, 0.0
		const steps = 14_400
		for i := range steps {
			rate := c.Rate(kernel.Time((float64(i) + 0.5) / steps * float64(day.Length)))
			sum += rate / steps
			highest = max(highest, rate)
		}
		if math.Abs(sum/day.Mean-1) > 1e-3 || highest > day.Mean*day.Peak*(1+1e-9) {
			t.Fatalf("mean %g of %g, highest %g", sum, day.Mean, highest)
		}
		if exact := c.integral(0, kernel.Time(day.Length)) / day.Length.Seconds(); math.Abs(exact/day.Mean-1) > 1e-9 {
			t.Fatalf("exact mean %g, want %g", exact, day.Mean)
		}
		later := kernel.Time(day.Length/3 + 5*day.Length)
		if a, b := c.Rate(kernel.Time(day.Length/3)), c.Rate(later); math.Abs(a/b-1) > 1e-9 {
			t.Fatalf("rate %g, five days later %g", a, b)
		}
	})
}

// integral returns the integral of the curve over a span, from its linear pieces.
func (c *DayCurve) integral(from, to kernel.Time) (requests float64) {
	for from < to {
		s := c.stretch(from)
		end := min(s.to, to)
		requests += (s.rate(float64(from-s.from)) + s.rate(float64(end-s.from))) / 2 * float64(end-from) / 1e9
		from = end
	}
	return requests
}

func TestNightIsAsDocumented(t *testing.T) {
	for peak, night := range map[float64]float64{2: 0.35, 3: 0.09} {
		c := must(NewDayCurve(Day{Mean: 1, Peak: peak}))
		if got := c.Rate(kernel.Time(12 * time.Hour)); math.Abs(got-night) > 0.005 {
			t.Errorf("peak %g: night at %g, documented %g", peak, got, night)
		}
	}
}

func TestSpikesMultiplyTheCurve(t *testing.T) {
	minute := time.Minute
	day := Day{Mean: 10, Peak: 1, Spikes: []Spike{
		{At: 90*minute + 30*time.Second, Height: 5, Rise: 20 * time.Second, Hold: 10 * minute, Fall: 30 * time.Second},
		{At: 95 * minute, Height: 2, Hold: minute},
		{At: 300 * minute, Height: 0, Hold: minute},
	}}
	c := must(NewDayCurve(day))
	for _, at := range []struct {
		time time.Duration
		rate float64
	}{
		{0, 10}, {90*minute + 30*time.Second, 10}, {90*minute + 40*time.Second, 30}, {90*minute + 50*time.Second, 50},
		{94 * minute, 50}, {95*minute + 1, 100}, {96 * minute, 100}, {97 * minute, 50}, {101 * minute, 50 - 40.0/3},
		{102 * minute, 10}, {300*minute + 30*time.Second, 0}, {400 * minute, 10},
	} {
		if got := c.Rate(kernel.Time(at.time)); math.Abs(got-at.rate) > 1e-6 {
			t.Errorf("at %v: %g, want %g", at.time, got, at.rate)
		}
	}
}

// spiky is a compressed day with flash crowds.
func spiky(cv float64) *DayCurve {
	return must(NewDayCurve(Day{Mean: 20, Peak: 4, At: 20 * time.Minute, Length: time.Hour, CV: cv, Spikes: []Spike{
		{At: 10 * time.Minute, Height: 3, Rise: 30 * time.Second, Hold: 2 * time.Minute, Fall: time.Minute},
		{At: 45 * time.Minute, Height: 8, Hold: 90 * time.Second, Fall: 5 * time.Minute},
	}}))
}

func TestThinningFollowsTheCurve(t *testing.T) {
	const days, bins = 20, 120
	c := spiky(1)
	run := c.Start(kernel.NewStream(4, 0, "thinning", 0))
	width := kernel.Time(time.Hour) / bins
	var counts [bins]float64
	var rescaled []float64
	last := kernel.Time(0)
	for at := run.Next(); at < kernel.Time(days*time.Hour); at = run.Next() {
		counts[at/width%bins]++
		rescaled = append(rescaled, c.integral(last, at))
		last = at
	}
	chi := 0.0
	for i := range counts {
		want := 0.0
		for d := range days {
			from := kernel.Time(d)*kernel.Time(time.Hour) + kernel.Time(i)*width
			want += c.integral(from, from+width)
		}
		chi += (counts[i] - want) * (counts[i] - want) / want
	}
	if p := (distuv.ChiSquared{K: bins}).Survival(chi); p < 0.01 || p > 0.999 {
		t.Errorf("chi square %g over %d bins, p = %g", chi, bins, p)
	}
	exponential := func(x float64) float64 { return -math.Expm1(-x) }
	if d := smirnov(rescaled, exponential) * math.Sqrt(float64(len(rescaled))); d > 1.63 {
		t.Errorf("distance %g of %d rescaled gaps from the exponential law", d, len(rescaled))
	}
}

func TestOperationalTimeRunsAtThePaceOfTheCurve(t *testing.T) {
	for _, cv := range []float64{0.5, 3} {
		c := spiky(cv)
		run := c.Start(kernel.NewStream(4, 0, "rescaling", 0))
		twin := gaps{stream: kernel.NewStream(4, 0, "rescaling", 0), distribution: must(gapsOf(cv))}
		last := run.Next()
		if got, want := c.integral(0, last), twin.next(); math.Abs(got-want) > 1e-5 {
			t.Fatalf("first gap %g, want %g", got, want)
		}
		for i := range 50_000 { // the same instants as in the plain process, to a nanosecond
			at := run.Next()
			if got, want := c.integral(last, at), twin.next(); math.Abs(got-want) > 1e-5 {
				t.Fatalf("cv %g, arrival %d at %v: gap %g, want %g", cv, i, at, got, want)
			}
			last = at
		}
	}
}

func TestInstantsNeverGoBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day := Day{
			Mean: rapid.Float64Range(0.001, 1e5).Draw(t, "mean"), Peak: rapid.Float64Range(1, 100).Draw(t, "peak"),
			Length: time.Duration(rapid.Int64Range(int64(10*time.Second), int64(48*time.Hour)).Draw(t, "length")),
			CV:     rapid.SampledFrom([]float64{0, 0.01, 0.5, 1, 4, 100}).Draw(t, "cv"),
		}
		if day.Mean*day.Length.Seconds() < 1 {
			day.Mean = 1 / day.Length.Seconds()
		}
		for i := range rapid.IntRange(0, 3).Draw(t, "spikes") {
			span := func(name string) time.Duration {
				return time.Duration(rapid.Int64Range(0, int64(day.Length)).Draw(t, fmt.Sprint(name, i)))
			}
			day.Spikes = append(day.Spikes, Spike{At: span("at"), Height: rapid.Float64Range(0, 50).Draw(t, "height"),
				Rise: span("rise"), Hold: span("hold"), Fall: span("fall")})
		}
		run := must(NewDayCurve(day)).Start(kernel.NewStream(rapid.Uint64().Draw(t, "seed"), 0, "x", 0))
		last := kernel.Time(0)
		for range 300 {
			at := run.Next()
			if at < last {
				t.Fatalf("%v after %v", at, last)
			}
			last = at
		}
	})
}

func TestSilentProcessesEnd(t *testing.T) {
	for _, p := range []Process{must(Poisson(0)), must(NewDayCurve(Day{Peak: 2}))} {
		if at := p.Start(kernel.NewStream(1, 0, "", 0)).Next(); at != kernel.Never {
			t.Errorf("%s arrives at %v", p, at)
		}
	}
	slow := must(Poisson(1e-9)).Start(kernel.NewStream(1, 0, "", 0))
	last := kernel.Time(0)
	for range 1000 { // more than the clock can hold
		at := slow.Next()
		if at < last {
			t.Fatalf("%v after %v", at, last)
		}
		last = at
	}
	if last != kernel.Never {
		t.Errorf("a thousand arrivals of 1 in 31 years end at %v", last)
	}
}

func TestProcessParametersAreChecked(t *testing.T) {
	mentions(t, second(Poisson(math.NaN())), "rate")
	mentions(t, second(Poisson(-1)), "rate")
	mentions(t, second(GammaRenewal(math.Inf(1), 0)), "rate", "cv")
	mentions(t, second(NewDayCurve(Day{Mean: -1, Peak: 0.5, At: 25 * time.Hour, CV: -1})), "mean", "peak", "at", "cv")
	mentions(t, second(NewDayCurve(Day{Mean: 1, Peak: 2, Length: time.Second})), "day")
	mentions(t, second(NewDayCurve(Day{Mean: 1, Peak: 2, Spikes: []Spike{{}, {Height: -1, Rise: -1, Hold: -1}}})), "spikes[1]", "height", "rise", "hold")
	mentions(t, second(Lane{}.Synthetic(nil)), "models")
	mentions(t, second(lane("a").Synthetic(nil)), "arrivals")
}

func TestSyntheticLanesAllocateNothing(t *testing.T) {
	for _, p := range []Process{must(Poisson(100)), must(GammaRenewal(100, 2)), spiky(1), spiky(2)} {
		l := lane("a")
		l.Work, l.Models = must(distribution.Lognormal(2)), must(Zipf([]fleet.ModelID{0, 1, 2}, 1))
		src := must(l.Superpose(Merge(must(l.Synthetic(p)), must(lane("b").Synthetic(p))), 2, time.Second))
		var r fleet.Request
		for range 20_000 { // until the buffer of the copies has its final size
			src.Next(&r)
		}
		if n := testing.AllocsPerRun(1000, func() { src.Next(&r) }); n != 0 {
			t.Errorf("%s: %g allocations per request", p, n)
		}
	}
}

func BenchmarkLane(b *testing.B) {
	for name, p := range map[string]Process{
		"poisson": must(Poisson(100)), "gamma": must(GammaRenewal(100, 2)),
		"day": must(NewDayCurve(Day{Mean: 100, Peak: 3})), "day-cv2": must(NewDayCurve(Day{Mean: 100, Peak: 3, CV: 2})),
		"day-spikes": spiky(1), "day-crowd": crowd(8*time.Minute, 41*time.Minute, 1),
	} {
		b.Run(name, func(b *testing.B) { drain(b, must(lane("a").Synthetic(p))) })
	}
}

func drain(b *testing.B, src Source) {
	b.ReportAllocs()
	var r fleet.Request
	for b.Loop() {
		if !src.Next(&r) {
			b.Fatal(src.Err())
		}
	}
}
