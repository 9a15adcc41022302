package workload

import (
	"math"
	"testing"
	"time"

	"wavetank/sim/kernel"
	"wavetank/workload/distribution"
)

// counts returns the arrivals before an instant in each of n realisations.
func counts(p Process, until kernel.Time, n int) []float64 {
	all := make([]float64, n)
	for i := range all {
		for run := p.Start(kernel.NewStream(7, i, "counts", 0)); run.Next() < until; {
			all[i]++
		}
	}
	return all
}

// The variance of the counts in a time T from a stationary start, relative to their mean, is 1 +
// 2Δ²r₁r₂/(r³m) × (1 − (1 − exp(−rT))/(rT)), where Δ is the difference of the rates, r₁ and r₂ are
// the rates at which the states end, r is the sum of the two, and m is the mean rate (Fischer and
// Meier-Hellstern 1993).
func TestCountsOfModulatedArrivalsHaveTheirMeanAndDispersion(t *testing.T) {
	for _, c := range []struct{ high, low, leaveHigh, leaveLow, span float64 }{
		{1.5, 0.1, 0.1, 0.1, 5}, {1.5, 0.1, 0.1, 0.1, 100}, {0.9, 0.3, 0.01, 0.01, 300}, {40, 0, 2, 0.5, 10},
	} {
		stay := func(leave float64) time.Duration { return time.Duration(math.Round(1e9 / leave)) }
		p := must(MMPP([]State{{Rate: c.high, Stay: stay(c.leaveHigh)}, {Rate: c.low, Stay: stay(c.leaveLow)}}))
		leave := c.leaveHigh + c.leaveLow
		rate := (c.high*c.leaveLow + c.low*c.leaveHigh) / leave
		if got := p.Rate(0); math.Abs(got-rate) > 1e-9*rate {
			t.Errorf("%s: mean rate %g, want %g", p, got, rate)
		}
		difference := c.high - c.low
		dispersion := 1 + 2*difference*difference*c.leaveHigh*c.leaveLow/(leave*leave*leave*rate)*(1+math.Expm1(-leave*c.span)/(leave*c.span))

		const n = 20_000
		x := counts(p, kernel.Time(c.span*1e9), n)
		mean, deviation := moments(x)
		if band := 4 * deviation / math.Sqrt(n); math.Abs(mean-rate*c.span) > band {
			t.Errorf("%s: %g arrivals in %g s, want %g ± %g", p, mean, c.span, rate*c.span, band)
		}
		fourth := 0.0
		for _, v := range x {
			fourth += math.Pow((v-mean)/deviation, 4) / n
		}
		got := deviation * deviation / mean
		if band := 4 * dispersion * math.Sqrt(fourth/n); math.Abs(got-dispersion) > band || band > dispersion/4 {
			t.Errorf("%s: dispersion %g in %g s, want %g ± %g", p, got, c.span, dispersion, band)
		}
	}
}

// From the first state the chain goes to the two others with equal probabilities, and then back. So
// the numbers of visits are 2:1:1, and the times 2:2:4.
func TestModulatedArrivalsFollowTheChain(t *testing.T) {
	p := must(MMPP([]State{
		{Rate: 4, Stay: time.Second, Next: []float64{0, 3, 3}},
		{Rate: 8, Stay: 2 * time.Second, Next: []float64{1, 0, 0}},
		{Rate: 0, Stay: 4 * time.Second}, // the last state is followed by the first
	}))
	if got := p.Rate(0); math.Abs(got-3) > 1e-12 {
		t.Errorf("mean rate %g, want 3", got)
	}
	x := counts(p, kernel.Time(200e9), 400)
	mean, deviation := moments(x)
	if band := 4 * deviation / 20; math.Abs(mean-600) > band {
		t.Errorf("%g arrivals in 200 s, want 600 ± %g", mean, band)
	}
}

func TestStatesAreChecked(t *testing.T) {
	second := second[*Modulated]
	mentions(t, second(MMPP(nil)), "states: 0 given")
	mentions(t, second(MMPP([]State{{Rate: -1}, {Rate: 1, Stay: time.Second, Next: []float64{1}}, {Rate: 1, Stay: time.Second, Next: []float64{-1, 0, 0}}})),
		"states[0].rate: -1", "states[0].mean-sojourn: 0s", "states[1].next: 1 chances for 3", "states[2].next[0]: -1")
	mentions(t, second(MMPP([]State{{Rate: 1, Stay: time.Second, Next: []float64{0, 0}}, {Stay: time.Second}})), "states[0].next: all are zero")
	mentions(t, second(MMPP([]State{{Rate: 1, Stay: time.Second}, {Stay: time.Second, Next: []float64{0, 1}}})), "states[1].next: no earlier state")
	mentions(t, second(MMPP([]State{{Rate: 1e-6, Stay: time.Microsecond}, {Stay: time.Microsecond}})), "states: fewer")
	if at := must(MMPP([]State{{Stay: time.Second}})).Start(kernel.NewStream(1, 0, "x", 0)).Next(); at != kernel.Never {
		t.Errorf("a process of rate 0 has an arrival at %v", at)
	}
}

func TestBulksHaveTheirSizes(t *testing.T) {
	inner := must(Poisson(10))
	const n = 50_000
	// sizes returns the instants of bulks and how many arrivals each has.
	sizes := func(p Process) (at []kernel.Time, size []float64) {
		run := p.Start(kernel.NewStream(3, 0, "bulks", 0))
		for last := kernel.Time(-1); len(at) <= n; {
			now := run.Next()
			if now != last {
				at, size = append(at, now), append(size, 0)
			}
			size[len(size)-1]++
			last = now
		}
		return at[:n], size[:n]
	}
	fixed, three := sizes(must(Bulks(inner, 3)))
	for i, s := range three {
		if s != 3 {
			t.Fatalf("bulk %d has %g requests, want 3", i, s)
		}
	}
	random, geometric := sizes(must(GeometricBulks(inner, 4)))
	for i := range fixed {
		if fixed[i] != random[i] {
			t.Fatalf("bulk %d comes at %v with fixed sizes and at %v with random ones", i, fixed[i], random[i])
		}
	}
	seen := map[float64]float64{}
	for _, s := range geometric {
		seen[s]++
	}
	for size := 1.0; size <= 8; size++ {
		want := math.Pow(0.75, size-1) * 0.25
		if band := 4 * math.Sqrt(want*(1-want)/n); math.Abs(seen[size]/n-want) > band {
			t.Errorf("%g of the bulks have size %g, want %g ± %g", seen[size]/n, size, want, band)
		}
	}
	if got := must(GeometricBulks(inner, 4)).Rate(0); got != 40 {
		t.Errorf("rate %g, want 40", got)
	}
	mentions(t, second(Bulks(inner, 0)), "size: 0")
	mentions(t, second(GeometricBulks(inner, 0.5)), "mean-size: 0.5")
}

// The expected arrivals from a to b are mean × (b − a) + amplitude × period / 2π × (cos 2πa/period
// − cos 2πb/period).
func TestSinusoidHasItsCountsInEveryPartOfThePeriod(t *testing.T) {
	const parts, periods = 12, 4000
	for _, c := range []Sinusoid{
		{Mean: 10, Amplitude: 5, Period: 24 * time.Second}, {Mean: 20, Amplitude: 20, Period: 3 * time.Second, Phase: 2 * time.Second},
	} {
		p := must(NewSinusoid(c))
		seen := [parts]float64{}
		period := c.Period.Seconds()
		for run := p.Start(kernel.NewStream(5, 0, "sinusoid", 0)); ; {
			at := run.Next().Seconds()
			if at >= periods*period {
				break
			}
			seen[int(math.Mod(at, period)/period*parts)]++
		}
		for i, got := range seen {
			angle := func(i int) float64 { return 2 * math.Pi * (float64(i)/parts + c.Phase.Seconds()/period) }
			want := periods * (c.Mean*period/parts + c.Amplitude*period/2/math.Pi*(math.Cos(angle(i))-math.Cos(angle(i+1))))
			if band := 4 * math.Sqrt(want); math.Abs(got-want) > band {
				t.Errorf("%s: %g arrivals in part %d, want %g ± %g", p, got, i, want, band)
			}
		}
	}
	mentions(t, second(NewSinusoid(Sinusoid{Mean: 1, Amplitude: 2, Period: time.Second, Phase: 2 * time.Second})), "amplitude: 2", "phase: 2s")
	mentions(t, second(NewSinusoid(Sinusoid{Mean: -1})), "mean: -1", "period: 0s")
}

func TestTicksComeWhenTheyShould(t *testing.T) {
	run := must(ConstantFrom(3, 500*time.Millisecond)).Start(nil)
	for i := range 10 {
		want := kernel.Time(500e6 + float64(i)*1e9/3)
		if at := run.Next(); at < want-1 || at > want+1 {
			t.Errorf("arrival %d is at %v, want %v", i, at, want)
		}
	}
	mentions(t, second(ConstantFrom(-1, -1)), "rate: -1", "start: -1ns")
}

func TestArrivalsAllocateNothing(t *testing.T) {
	for _, p := range []Process{
		must(MMPP([]State{{Rate: 9, Stay: time.Second}, {Rate: 1, Stay: time.Second, Next: []float64{1, 1}}})),
		must(GeometricBulks(must(Poisson(10)), 4)), must(NewSinusoid(Sinusoid{Mean: 9, Amplitude: 9, Period: time.Second})),
		must(RenewalOf(9, must(distribution.Lognormal(2)))), must(ConstantFrom(9, 0)),
	} {
		run := p.Start(kernel.NewStream(1, 0, "allocations", 0))
		if n := testing.AllocsPerRun(1000, func() { run.Next() }); n != 0 {
			t.Errorf("%s allocates %g times per arrival", p, n)
		}
	}
}

// TestStatesDoNotDependOnTheRates: with twice the rates, the chain has the same states, so each
// stretch of time has about twice the arrivals.
func TestStatesDoNotDependOnTheRates(t *testing.T) {
	stretches := func(factor float64) (n [200]float64) {
		p := must(MMPP([]State{{Rate: 5 * factor, Stay: 3 * time.Second}, {Rate: 500 * factor, Stay: time.Second}}))
		run := p.Start(kernel.NewStream(7, 0, "states", 0))
		for at := run.Next(); at < 200e9; at = run.Next() {
			n[at/1e9]++
		}
		return n
	}
	once, twice := stretches(1), stretches(2)
	for i := range once {
		if diff := math.Abs(twice[i] - 2*once[i]); diff > 6*math.Sqrt(6*once[i]+12) {
			t.Errorf("second %d: %v arrivals, with twice the rates %v", i, once[i], twice[i])
		}
	}
}
