package characterize

import (
	"fmt"
	"math"
	"testing"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/tokens"
	"wavetank/workload"

	"pgregory.net/rapid"
	"wavetank/workload/distribution"
)

// fitted fits requests.
func fitted(t *testing.T, requests []fleet.Request) *Synthetic {
	t.Helper()
	_, l, err := Fit(opening(requests), plainly)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestFitFindsTheProcess(t *testing.T) {
	for _, c := range []struct {
		name   string
		p      workload.Process
		steady bool
		cv     float64
		bulk   float64
	}{
		{"poisson", must(workload.Poisson(20)), true, 1, 1},
		{"bursty", must(workload.GammaRenewal(20, 2.5)), true, 2.5, 1},
		{"even", must(workload.GammaRenewal(20, 0.3)), true, 0.3, 1},
		{"bulks", must(workload.GeometricBulks(must(workload.GammaRenewal(5, 0.5)), 4)), true, 0.5, 4},
		{"lognormal", must(workload.RenewalOf(20, must(distribution.Lognormal(6)))), false, math.Sqrt(6), 1},
		{"steps", must(workload.NewStepRates(10*time.Minute, []float64{5, 40, 10, 20, 0, 30}, 1.5)), false, 1.5, 1},
	} {
		l := fitted(t, arriving(c.p, 3600))
		if (len(l.Rates) == 1) != c.steady || math.Abs(l.Gaps.CV()/c.cv-1) > 0.12 || l.Gaps.Distance > 0.05 || math.Abs(l.Bulk/c.bulk-1) > 0.05 {
			t.Errorf("%s: %d rates, cv %g, bulks of %g; want cv %g, bulks of %g", c.name, len(l.Rates), l.Gaps.CV(), l.Bulk, c.cv, c.bulk)
		}
		if c.name != "steps" {
			continue
		}
		for i, r := range l.Rates {
			middle := kernel.Time(i)*kernel.Time(l.Step) + kernel.Time(l.Step)/2
			if want := c.p.Rate(middle); math.Abs(r-want) > 10*math.Sqrt((want+1)/l.Step.Seconds())+1 && int64(middle)%int64(10*time.Minute) > int64(l.Step) {
				t.Errorf("%g/s at %v, want %g", r, middle, want)
			}
		}
	}
}

// TestALastRequestAloneMakesNoBurst has a last step that the stream hardly covers.
func TestALastRequestAloneMakesNoBurst(t *testing.T) {
	requests := arriving(must(workload.NewStepRates(10*time.Minute, []float64{5, 40}, 1)), 3600)
	first := requests[0].Arrival
	requests = append(requests, fleet.Request{Arrival: first + kernel.Time(time.Hour) + 3})
	l := fitted(t, requests)
	if len(l.Rates) < 2 {
		t.Fatal("the rate is steady")
	}
	for i, r := range l.Rates {
		if r > 60 {
			t.Errorf("step %d: %g/s", i, r)
		}
	}
}

func TestADistributionIsAsNearAsItSays(t *testing.T) {
	s := kernel.NewStream(5, 0, "lengths", 0)
	normal := func() float64 { return math.Sqrt2 * math.Erfinv(2*s.Float64()-1) }
	for name, c := range map[string]struct {
		draw func() int32
		kind string
	}{
		"lognormal": {func() int32 { return int32(math.Round(math.Exp(5 + normal()))) }, "lognormal"},
		"two peaks": {func() int32 { return int32(100 + 900*s.IntN(2) + s.IntN(50)) }, "histogram"},
		"one value": {func() int32 { return 128 }, "fixed"},
		"zeros":     {func() int32 { return int32(s.IntN(3)) }, "histogram"},
	} {
		var l LengthCounts
		for range 20_000 {
			l.add(c.draw())
		}
		fit := lengthDistribution(&l)
		if fit.Kind != c.kind || fit.Distance > 0.34 || fit.Distance > 0.03 && name != "zeros" {
			t.Errorf("%s: %s, distance %g", name, fit.Kind, fit.Distance)
		}
		if mean := math.Exp(5.5); name == "lognormal" && (math.Abs(fit.Mean/mean-1) > 0.05 || math.Abs(fit.SD/mean-math.Sqrt(math.E-1)) > 0.1) {
			t.Errorf("mean %g, deviation %g", fit.Mean, fit.SD)
		}
	}
}

func TestBinsOfAHistogramRiseAndHoldAll(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		values := rapid.SliceOfN(rapid.Int32Range(0, 300), 2, 400).Draw(r, "values")
		var l LengthCounts
		for _, v := range values {
			l.add(v)
		}
		fit, last, sum := histogram(&l), 0, 0.0
		for _, b := range fit.Bins {
			if b.From <= last || b.To < b.From || !(b.Share > 0) {
				r.Fatalf("bin %+v after %d", b, last)
			}
			last, sum = b.To, sum+b.Share
		}
		if math.Abs(sum-1) > 1e-9 || last < l.Max() {
			r.Fatalf("bins %+v hold %g, up to %d of %d", fit.Bins, sum, last, l.Max())
		}
	})
}

// check returns an error for parameters that scenarios reject.
func (l *Synthetic) check() error {
	fits := []LengthDistribution{l.Input, l.Output}
	if t := l.Talk; t != nil {
		fits = append(fits, t.Input, t.Output, t.Turns)
		if t.Pause < 0 || t.Context < 1 {
			return fmt.Errorf("a pause of %v, a context of %d", t.Pause, t.Context)
		}
		if p := t.ThinkTime; p.Kind != "" && !(p.SCV > 0 && p.SCV < 1e6) {
			return fmt.Errorf("pauses %+v", p)
		}
	}
	for _, fit := range fits {
		sum := 0.0
		for i, b := range fit.Bins {
			if sum += b.Share; !(b.Share > 0) || b.From < 1 || i > 0 && b.From <= fit.Bins[i-1].To {
				return fmt.Errorf("%+v", fit)
			}
		}
		if fit.Kind == "" || fit.Kind == "histogram" && math.Abs(sum-1) > 1e-4 {
			return fmt.Errorf("%+v", fit)
		}
	}
	for _, s := range l.Systems {
		if s.Tokens < 0 || s.Variants < 1 || !(s.Share > 0 && s.Share <= 1) {
			return fmt.Errorf("%+v", s)
		}
	}
	if v := l.Sessions; v != nil && !(v.Requests >= 1 && v.Open >= 1) {
		return fmt.Errorf("%+v", v)
	}
	return nil
}

// TestEveryStreamIsFitted: no stream makes Fit panic, or return a distribution that scenarios
// reject.
func TestEveryStreamIsFitted(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var all []fleet.Request
		at := kernel.Time(0)
		for range rapid.IntRange(1, 400).Draw(r, "requests") {
			at += kernel.Time(rapid.SampledFrom([]int64{0, 0, 1, 1e3, 1e6, 5e8, 1e9, 3e9, 3600e9}).Draw(r, "gap"))
			q := fleet.Request{Arrival: at, Input: rapid.Int32Range(0, 9).Draw(r, "input"), Output: 1, Session: rapid.Int64Range(0, 5).Draw(r, "session")}
			if n := rapid.IntRange(-3, 4).Draw(r, "segments"); n >= 0 {
				q.Content = &tokens.Content{Reply: uint64(rapid.IntRange(0, 3).Draw(r, "reply"))}
				for range n {
					s := tokens.Segment{Content: rapid.Uint64Range(1, 3).Draw(r, "content"), Tokens: rapid.Int32Range(1, 3).Draw(r, "tokens")}
					q.Content.Prefix = append(q.Content.Prefix, s)
					q.Input += s.Tokens
				}
			}
			all = append(all, q)
		}
		_, l, err := Fit(opening(all), plainly)
		if err != nil {
			return
		}
		if err := l.check(); err != nil {
			r.Fatalf("%+v: %v", l, err)
		}
		if _, err := workload.NewStepRates(l.Step, l.Rates, l.Gaps.CV()); err != nil {
			r.Fatalf("%+v: %v", l, err)
		}
		if !(l.Bulk >= 1) || l.Output.Kind != "fixed" || l.Input.Kind == "" || !(math.Abs(l.Correlation) <= 1) {
			r.Fatalf("%+v", l)
		}
	})
}
