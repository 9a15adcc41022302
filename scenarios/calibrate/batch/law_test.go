package batch

import (
	"math"
	"math/rand/v2"
	"testing"

	"wavetank/scenarios/calibrate/measured"
)

// runs returns a run of each size with the latencies of a function.
func runs(latency func(n float64) float64, sizes ...int) (list []measured.BatchRun) {
	for _, n := range sizes {
		list = append(list, measured.BatchRun{Size: n, Latency: latency(float64(n)), Instances: 1})
	}
	return list
}

func TestTheLawIsThatOfTheLatencies(t *testing.T) {
	line := func(n float64) float64 { return 0.004 + 0.001*n }
	steps := func(n float64) float64 { return 0.002 * math.Ceil(n/8) * (1 + n/100) }
	for name, c := range map[string]struct {
		latency  func(float64) float64
		sizes    []int
		shape    string
		straight bool
		ok       bool
	}{
		"a line without a batch of 1":  {line, []int{4, 8, 16}, "", true, true},
		"a table without a batch of 1": {line, []int{4, 8, 16}, Table, false, false},
		"steps":                        {steps, []int{1, 8, 9, 16, 17, 24, 32}, "", false, true},
		"a line that falls":            {func(n float64) float64 { return 0.01 - 0.001*n }, []int{1, 4, 8}, Line, true, false},
		"two sizes":                    {line, []int{1, 8}, "", false, true},
	} {
		l, ok := Fit(runs(c.latency, c.sizes...), c.shape)
		if ok != c.ok || l.Straight != c.straight {
			t.Errorf("%s: ok %t, straight %t", name, ok, l.Straight)
		}
	}
	l, _ := Fit(runs(line, 4, 8, 16), "")
	if math.Abs(l.Fixed.Value-0.004) > 1e-12 || math.Abs(l.Each.Value-0.001) > 1e-12 || l.Worst() > 1e-9 {
		t.Errorf("the line is %v + %v n, %v off", l.Fixed, l.Each, l.Worst())
	}
	square := func(n float64) float64 { return 0.001 * n * n }
	if l, _ := Fit(runs(square, 1, 4, 8), Line); l.Fixed.Value != 0 || !(l.Each.Value > 0) || l.Worst() < Most {
		t.Errorf("a line cannot begin below 0: %v + %v n, %v off", l.Fixed, l.Each, l.Worst())
	}
}

func TestATableRaisesLatenciesThatFall(t *testing.T) {
	l, _ := Fit(append(runs(func(float64) float64 { return 0.01 }, 1, 2), runs(func(float64) float64 { return 0.008 }, 4)...), Table)
	if falls := l.Falls(); len(falls) != 1 || falls[0].Items != 4 || math.Abs(l.Worst()-0.25) > 1e-9 {
		t.Errorf("%v fall, %v off", falls, l.Worst())
	}
}

func TestASizeIsHeldBackFromBothShapes(t *testing.T) {
	l, _ := Fit(runs(func(n float64) float64 { return n * n }, 1, 2, 4), "")
	mean, n := l.HeldBack()
	if want := (1+15.0/3)/4 - 1; n != 1 || math.Abs(mean-want) > 1e-12 || l.Sizes[1].Table != mean {
		t.Errorf("%d sizes are %v off, not %v", n, mean, want)
	}
	if !math.IsNaN(l.Sizes[0].Table) || math.IsNaN(l.Sizes[0].Line) {
		t.Errorf("the smallest size: table %v, line %v", l.Sizes[0].Table, l.Sizes[0].Line)
	}
}

// TestIntervalsCoverTheTruth draws runs with noise. The share of 95 % intervals with the truth may
// be 2.5 points off, which is 5 standard errors.
func TestIntervalsCoverTheTruth(t *testing.T) {
	const draws = 2000
	r := rand.New(rand.NewPCG(1, 2))
	in := func(i Estimate, v float64) float64 {
		if i.Low <= v && v <= i.High {
			return 1. / draws
		}
		return 0
	}
	fixed, each, mean := 0.0, 0.0, 0.0
	for range draws {
		noisy := func(n float64) float64 { return (0.01 + 0.001*n) * (1 + 0.03*r.NormFloat64()) }
		l, _ := Fit(append(runs(noisy, 1, 4, 8, 16, 32), runs(noisy, 1, 4, 8, 16)...), Line)
		fixed, each, mean = fixed+in(l.Fixed, 0.01), each+in(l.Each, 0.001), mean+in(l.Sizes[4].Mean, 0.042)
	}
	for name, share := range map[string]float64{"fixed": fixed, "each": each, "mean of a single run": mean} {
		if math.Abs(share-0.95) > 0.025 {
			t.Errorf("%s: %.3f of the intervals cover the truth", name, share)
		}
	}
}
