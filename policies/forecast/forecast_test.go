package forecast

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// must returns the result of a constructor, and panics if there is an error.
func must[F any](f F, err error) F {
	if err != nil {
		panic(err)
	}
	return f
}

// all returns one of every forecaster.
func all() []Forecaster {
	ridge := RidgeOptions{Lags: 3, Season: 12, Pairs: 2, Trend: true, Penalty: 0.5, Window: 60}
	return []Forecaster{
		NewLast(), must(NewMovingAverage(4)), must(NewEWMA(0.3)), must(NewHolt(0.5, 0.2)),
		must(NewHoltWinters(6, 0.4, 0.1, 0.2)), must(NewSeasonalNaive(6)), must(NewOLS(8)),
		must(NewRidge(ridge)), must(NewLevelRidge(time.Minute, 3, 1, 60)), must(NewRLS(3, 0.98)), must(NewMargin(must(NewEWMA(0.5)), 0.9, 2)),
	}
}

func near(a, b, tolerance float64) bool { return math.Abs(a-b) <= tolerance*(1+math.Abs(b)) }

func TestOLSOnTheLineOfTheSeed(t *testing.T) {
	f := must(NewOLS(5))
	for x := 1; x <= 5; x++ {
		f.Observe(2 * float64(x))
	}
	for steps, want := range []float64{12, 14, 16, 18, 20} {
		if got := f.Forecast(steps + 1); !near(got, want, 1e-12) {
			t.Errorf("%d steps: %v, want %v", steps+1, got, want)
		}
	}
}

func TestLinesAreExtended(t *testing.T) {
	forecasters := []Forecaster{must(NewHolt(0.3, 0.4)), must(NewHoltWinters(5, 0.3, 0.4, 0.5)), must(NewOLS(7))}
	for _, f := range forecasters {
		for i := range 40 {
			f.Observe(10 + 3*float64(i))
		}
		if got, want := f.Forecast(6), 10+3*float64(39+6); !near(got, want, 1e-9) {
			t.Errorf("%s: %v, want %v", f, got, want)
		}
	}
}

func TestHoltWintersIsExactOnALineWithASeason(t *testing.T) {
	season := []float64{5, -3, 0, 8, -10, 1, -1}
	at := func(i int) float64 { return 100 + 0.7*float64(i) + season[i%len(season)] }
	f := must(NewHoltWinters(len(season), 0.3, 0.2, 0.4))
	for i := range 60 {
		f.Observe(at(i))
		if i+1 < 2*len(season) {
			continue
		}
		for _, steps := range []int{1, 4, 7, 8, 25} {
			if got, want := f.Forecast(steps), at(i+steps); !near(got, want, 1e-9) {
				t.Fatalf("after %d, %d steps: %v, want %v", i, steps, got, want)
			}
		}
	}
}

func TestHoltWintersFollowsItsRecursion(t *testing.T) {
	const m, alpha, beta, gamma = 4, 0.3, 0.2, 0.5
	r := rand.New(rand.NewPCG(3, 4))
	f := must(NewHoltWinters(m, alpha, beta, gamma))
	for range 2 * m {
		f.Observe(50 + 20*r.Float64())
	}
	level, trend, season := f.level, f.trend, slices.Clone(f.season) // s_{t−m} is season[t mod m]
	for i := 2 * m; i < 60; i++ {
		y := 50 + 20*r.Float64()
		f.Observe(y)
		l := alpha*(y-season[i%m]) + (1-alpha)*(level+trend)
		b := beta*(l-level) + (1-beta)*trend
		season[i%m] = gamma*(y-level-trend) + (1-gamma)*season[i%m]
		level, trend = l, b
		for h := 1; h <= 9; h++ {
			want := max(0, l+float64(h)*b+season[(i+h-m*((h-1)/m+1))%m])
			if got := f.Forecast(h); !near(got, want, 1e-12) {
				t.Fatalf("window %d, %d steps: %v, want %v", i, h, got, want)
			}
		}
	}
}

func TestSeasonalNaiveRepeatsTheSeason(t *testing.T) {
	f := must(NewSeasonalNaive(3))
	for _, v := range []float64{9, 9, 9, 1, 2, 3, 4} {
		f.Observe(v)
	}
	for steps, want := range []float64{2, 3, 4, 2, 3} {
		if got := f.Forecast(steps + 1); got != want {
			t.Errorf("%d steps: %v, want %v", steps+1, got, want)
		}
	}
}

func TestAveragesByHand(t *testing.T) {
	f, e := must(NewMovingAverage(3)), must(NewEWMA(0.25))
	for _, v := range []float64{100, 4, 8, 12} {
		f.Observe(v)
		e.Observe(v)
	}
	if got := f.Forecast(1); got != 8 {
		t.Errorf("moving average %v, want 8", got)
	}
	if got, want := e.Forecast(1), 100*0.421875+4*0.140625+8*0.1875+12*0.25; !near(got, want, 1e-12) {
		t.Errorf("ewma %v, want %v", got, want)
	}
}

// sample draws examples of a noisy linear relation.
func sample(n, columns int, seed uint64) (examples, targets []float64) {
	r := rand.New(rand.NewPCG(seed, 1))
	for range n {
		y := 4.
		for j := range columns {
			x := 10*r.Float64() + float64(j)
			examples = append(examples, x)
			y += x * float64(j-1)
		}
		targets = append(targets, y+r.NormFloat64())
	}
	return examples, targets
}

func TestRidgeWithoutPenaltyIsLeastSquares(t *testing.T) {
	const n, columns = 40, 4
	examples, targets := sample(n, columns, 1)
	design := mat.NewDense(n, columns+1, nil)
	for i := range n {
		design.Set(i, 0, 1)
		for j := range columns {
			design.Set(i, j+1, examples[i*columns+j])
		}
	}
	var want mat.VecDense
	if err := want.SolveVec(design, mat.NewVecDense(n, targets)); err != nil {
		t.Fatal(err)
	}
	model, ok := fitRidge(slices.Clone(examples), targets, columns, 0)
	if !ok {
		t.Fatal("the ridge regression has no solution")
	}
	for j := range columns {
		if !near(model.weights[j], want.AtVec(j+1), 1e-9) {
			t.Errorf("weight %d: %v, want %v", j, model.weights[j], want.AtVec(j+1))
		}
	}
	if got := model.predict(make([]float64, columns)); !near(got, want.AtVec(0), 1e-9) {
		t.Errorf("intercept %v, want %v", got, want.AtVec(0))
	}
}

func TestRidgeWithAHugePenaltyIsTheMean(t *testing.T) {
	examples, targets := sample(40, 4, 2)
	model, ok := fitRidge(examples, targets, 4, 1e15)
	if got := model.predict([]float64{3, 1, 4, 1}); !ok || !near(got, mean(targets), 1e-9) {
		t.Errorf("%v, want %v", got, mean(targets))
	}
}

func TestRidgeByHand(t *testing.T) {
	// The feature −1, 1, −1, 1 is standardised already: weight Σxy/(Σx² + κ) = 12/(4 + 2),
	// intercept 10.
	model, ok := fitRidge([]float64{-1, 1, -1, 1}, []float64{7, 13, 7, 13}, 1, 2)
	if !ok || !near(model.weights[0], 2, 1e-12) || model.intercept != 10 {
		t.Errorf("%+v", model)
	}
}

func TestRidgeShrinksWithItsPenalty(t *testing.T) {
	before := math.Inf(1)
	for _, penalty := range []float64{0, 0.1, 1, 10, 100, 1000} {
		examples, targets := sample(40, 4, 3)
		model, ok := fitRidge(examples, targets, 4, penalty)
		_, scale := standardise(func() []float64 { e, _ := sample(40, 4, 3); return e }(), 40, 4)
		norm := 0.
		for j, w := range model.weights {
			norm += w * scale[j] * w * scale[j]
		}
		if !ok || norm >= before {
			t.Errorf("penalty %v: squared weights %v after %v", penalty, norm, before)
		}
		before = norm
	}
}

func TestRidgeLearnsASeasonWithATrend(t *testing.T) {
	f := must(NewRidge(RidgeOptions{Lags: 1, Season: 24, Pairs: 2, Trend: true, Penalty: 1e-9, Window: 96}))
	at := func(i int) float64 {
		angle := 2 * math.Pi * float64(i%24) / 24
		return 200 + 0.5*float64(i) + 60*math.Sin(angle) + 20*math.Cos(2*angle)
	}
	for i := range 300 {
		f.Observe(at(i))
	}
	for _, steps := range []int{1, 6, 24} {
		if got, want := f.Forecast(steps), at(299+steps); !near(got, want, 1e-4) {
			t.Errorf("%d steps: %v, want %v", steps, got, want)
		}
	}
}

func TestRidgeIsClamped(t *testing.T) {
	f := must(NewRidge(RidgeOptions{Lags: 1, Trend: true, Penalty: 1e-6, Window: 50}))
	for i := range 30 {
		f.Observe(float64(i * i))
	}
	if got := f.Forecast(20); got > 3*29*29 {
		t.Errorf("%v is over 3 times the most seen", got)
	}
	g := must(NewRidge(RidgeOptions{Lags: 1, Trend: true, Penalty: 1e-6, Window: 50}))
	for i := range 30 {
		g.Observe(float64(300 - 10*i))
	}
	if got := g.Forecast(9); got != 0 {
		t.Errorf("%v below zero load", got)
	}
}

func TestRecursiveEqualsTheBatchFit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		columns := rapid.IntRange(1, 4).Draw(t, "columns")
		n := rapid.IntRange(1, 40).Draw(t, "examples")
		forgetting := rapid.Float64Range(0.8, 1).Draw(t, "forgetting")
		const prior = 50.
		r := NewRecursive(columns, forgetting, prior)
		gram, moment := mat.NewSymDense(columns, nil), mat.NewVecDense(columns, nil)
		for j := range columns {
			gram.SetSym(j, j, 1/prior)
		}
		row := make([]float64, columns)
		for range n {
			for j := range row {
				row[j] = rapid.Float64Range(-3, 3).Draw(t, "x")
			}
			y := rapid.Float64Range(-10, 10).Draw(t, "y")
			r.Update(row, y)
			gram.ScaleSym(forgetting, gram)
			moment.ScaleVec(forgetting, moment)
			x := mat.NewVecDense(columns, slices.Clone(row))
			gram.SymRankOne(gram, 1, x)
			moment.AddScaledVec(moment, y, x)
		}
		var factor mat.Cholesky
		var want mat.VecDense
		if !factor.Factorize(gram) || factor.SolveVecTo(&want, moment) != nil {
			t.Skip("the batch fit is singular")
		}
		for j := range columns {
			if !near(r.weights[j], want.AtVec(j), 1e-9*max(1, factor.Cond())) {
				t.Fatalf("weight %d: %v, want %v", j, r.weights[j], want.AtVec(j))
			}
		}
	})
}

func TestRLSLearnsAnAutoregression(t *testing.T) {
	f := must(NewRLS(2, 0.995))
	a, b := 120., 80.
	for range 400 {
		f.Observe(a)
		// An oscillation around 100 that does not decay, because the roots of the recursion have
		// modulus 1.
		a, b = 100+1.6*(a-100)-(b-100), a
	}
	want, other := a, b
	for steps := 1; steps <= 8; steps++ {
		if got := f.Forecast(steps); !near(got, want, 1e-4) {
			t.Errorf("%d steps: %v, want %v", steps, got, want)
		}
		want, other = 100+1.6*(want-100)-(other-100), want
	}
}

func TestRecursiveUpdateAllocatesNothing(t *testing.T) {
	r, row := NewRecursive(5, 0.99, 100), []float64{1, 2, 3, 4, 5}
	if n := testing.AllocsPerRun(100, func() { r.Update(row, 3) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestMarginCoversItsShare(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	f := must(NewMargin(must(NewMovingAverage(20)), 0.9, 3))
	values, forecasts := []float64{}, []float64{}
	for range 4000 {
		values = append(values, 100+10*r.NormFloat64())
		f.Observe(values[len(values)-1])
		forecasts = append(forecasts, f.Forecast(3))
	}
	covered, counted := 0, 0
	for i := 500; i+3 < len(values); i++ {
		counted++
		if values[i+3] <= forecasts[i] {
			covered++
		}
	}
	if share := float64(covered) / float64(counted); math.Abs(share-0.9) > 0.02 {
		t.Errorf("covered %v", share)
	}
}

func TestMarginByHand(t *testing.T) {
	f := must(NewMargin(NewLast(), 0.5, 1))
	for _, v := range []float64{10, 14, 15, 17, 16} {
		f.Observe(v) // errors 4, 1, 2, −1
	}
	// The margin is the error of rank ⌈5·0.5⌉ = 3 among −1, 1, 2, 4.
	if got := f.Forecast(1); got != 18 {
		t.Errorf("%v, want 18", got)
	}
	down := must(NewMargin(NewLast(), 0.5, 1))
	for _, v := range []float64{10, 8, 6} {
		down.Observe(v)
	}
	if got := down.Forecast(1); got != 6 {
		t.Errorf("%v, want 6: a margin is never below 0", got)
	}
}

func TestFaultyParametersAreNamed(t *testing.T) {
	for want, err := range map[string]error{
		"moving average: window": second(NewMovingAverage(0)),
		"ewma: alpha":            second(NewEWMA(math.NaN())),
		"holt: beta":             second(NewHolt(0.5, 2)),
		"holt-winters: season":   second(NewHoltWinters(1, 0.5, 0.5, 0.5)),
		"seasonal naive: season": second(NewSeasonalNaive(1 << 30)),
		"ols: window":            second(NewOLS(1)),
		"ridge: penalty":         second(NewRidge(RidgeOptions{Lags: 1, Window: 9, Penalty: -1})),
		"Fourier pairs":          second(NewRidge(RidgeOptions{Lags: 1, Window: 9, Pairs: 2, Season: 4})),
		"level-ridge: penalty":   second(NewLevelRidge(time.Minute, 1, -1, 9)),
		"level-ridge: 600 lags":  second(NewLevelRidge(time.Minute, 600, 1, 9)),
		"level-ridge: window":    second(NewLevelRidge(time.Minute, 1, 1, 3)),
		"rls: lags":              second(NewRLS(0, 1)),
		"margin: quantile":       second(NewMargin(NewLast(), 1, 1)),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func second[F any](_ F, err error) error { return err }

func TestNamesCompose(t *testing.T) {
	names := map[string]bool{}
	for _, f := range all() {
		names[f.String()] = true
	}
	for _, want := range []string{"last", "ols(8)", "ewma(0.5)+q0.9", "ridge(lags=3,season=12,pairs=2,trend,penalty=0.5,window=60)"} {
		if !names[want] {
			t.Errorf("no %s among %v", want, names)
		}
	}
}

func BenchmarkObserveAndForecast(b *testing.B) {
	forecasters := append(all(), must(NewRidge(RidgeOptions{Lags: 6, Season: 288, Pairs: 3, Trend: true, Penalty: 1, Window: 288})))
	for _, f := range forecasters {
		b.Run(fmt.Sprint(f), func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				f.Observe(100 + 30*math.Sin(float64(i)/10))
				f.Forecast(2)
			}
		})
	}
}
