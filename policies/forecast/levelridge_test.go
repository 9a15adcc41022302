package forecast

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"
)

// observed returns a level-ridge and a level that have both seen a series.
func observed(lags int, penalty float64, series []float64) (*LevelRidge, *Level) {
	f, level := must(NewLevelRidge(time.Minute, lags, penalty, 60)), NewLevel(time.Minute)
	for _, v := range series {
		f.Observe(v)
		level.Observe(v)
	}
	return f, level
}

// noisy returns a series that swings, with noise.
func noisy(n int) []float64 {
	r, list := rand.New(rand.NewPCG(4, 2)), make([]float64, n)
	for i := range list {
		list[i] = 5 + 3*math.Sin(float64(i)) + 0.4*r.NormFloat64()
	}
	return list
}

// TestLevelRidgeIsWeightedLeastSquares compares the change without a penalty with that of a QR
// decomposition of the same examples, each divided by the root of its load.
func TestLevelRidgeIsWeightedLeastSquares(t *testing.T) {
	const lags, steps = 3, 2
	series := noisy(50)
	f, _ := observed(lags, 0, series)
	levels, level := make([]float64, len(series)), NewLevel(time.Minute)
	for i, v := range series {
		level.Observe(v)
		levels[i] = level.Present()
	}
	features := func(i int, scale float64) []float64 {
		row := make([]float64, lags)
		for lag := range row {
			row[lag] = (series[i-lag] - levels[i]) * scale
		}
		return row
	}
	x, y := mat.NewDense(len(series)-lags+1-steps, lags, nil), mat.NewVecDense(len(series)-lags+1-steps, nil)
	for e := range y.Len() {
		i := e + lags - 1
		scale := 1 / math.Sqrt(max(levels[i], series[i+steps]))
		x.SetRow(e, features(i, scale))
		y.SetVec(e, (series[i+steps]-levels[i])*scale)
	}
	var weights mat.VecDense
	if err := weights.SolveVec(x, y); err != nil {
		t.Fatal(err)
	}
	want := mat.Dot(&weights, mat.NewVecDense(lags, features(len(series)-1, 1)))
	if got := f.change(steps); !near(got, want, 1e-9) || math.Abs(want) < 0.1 {
		t.Errorf("a change of %v, want %v", got, want)
	}
}

// TestLevelRidgeLearnsASwing compares the errors with those of the level alone on a load that
// swings within a few windows. The penalty is small.
func TestLevelRidgeLearnsASwing(t *testing.T) {
	series := noisy(200)
	f, level := observed(3, 0.01, nil)
	var regressed, plain float64
	for i, v := range series {
		if i > 50 && i+1 < len(series) {
			regressed += math.Abs(f.Forecast(2) - series[i+1])
			plain += math.Abs(level.Forecast(2) - series[i+1])
		}
		f.Observe(v)
		level.Observe(v)
	}
	if regressed > 0.5*plain {
		t.Errorf("errors sum up to %.0f, those of the level to %.0f", regressed, plain)
	}
}

// TestLevelRidgeIsTheLevelWhereNothingIsLearnt tries a load without a history, one that never
// changes, none, and a penalty that allows no weights.
func TestLevelRidgeIsTheLevelWhereNothingIsLearnt(t *testing.T) {
	for name, c := range map[string]struct {
		penalty float64
		series  []float64
	}{
		"two windows": {0, []float64{10, 20}}, "constant": {0, []float64{7, 7, 7, 7, 7, 7, 7, 7}},
		"nothing": {0, make([]float64, 20)}, "penalty": {1e15, noisy(40)},
	} {
		f, level := observed(3, c.penalty, c.series)
		for steps := range 4 {
			if got, want := f.Forecast(steps+1), level.Forecast(steps+1); !near(got, want, 1e-9) {
				t.Errorf("%s: %d steps ahead %v, want %v", name, steps+1, got, want)
			}
		}
	}
}

// TestLevelRidgeIsClamped lets a load grow fourfold each window. The regression would follow it.
func TestLevelRidgeIsClamped(t *testing.T) {
	series := []float64{1, 4, 16, 64, 256, 1024, 4096, 16384, 65536}
	f, level := observed(2, 0, series)
	for _, steps := range []int{1, 2, 4} {
		if got, most := f.Forecast(steps), 2*level.Forecast(steps); !near(got, most, 1e-12) || f.change(steps) < most {
			t.Errorf("%d steps ahead %v, want the clamp at %v; the change is %v", steps, got, most, f.change(steps))
		}
	}
}

func TestLevelRidgeAllocatesLittle(t *testing.T) {
	f, _ := observed(3, 1, noisy(100))
	value := 50.
	if n := testing.AllocsPerRun(100, func() {
		value = 100 - value
		f.Observe(value)
		f.Forecast(2)
	}); n > 3 { // the solver makes them
		t.Errorf("%v allocations", n)
	}
}
