package compare

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

func TestMeanOfHandComputedCases(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range []struct {
		name       string
		values     []float64
		mean, half float64
		warned     bool
	}{
		{"none", nil, nan, nan, true},
		{"one", []float64{3}, 3, nan, true},
		// s² = 2, standard error 1; Student's t with one degree of freedom is the Cauchy
		// distribution
		{"two", []float64{2, 4}, 3, math.Tan(math.Pi / 2 * 0.95), false},
		// s² = 10/4; t with 4 degrees of freedom at 97.5 % is 2.7764451052 in tables
		{"five", []float64{1, 2, 3, 4, 5}, 3, 2.7764451052 * math.Sqrt(0.5), false},
		{"constant", []float64{0.1, 0.1, 0.1}, 0.1, 0, false},
		{"infinite", []float64{1, inf, 2}, inf, nan, true},
		{"infinite first", []float64{inf, 1}, inf, nan, true},
		{"both infinities", []float64{inf, -inf}, nan, nan, true},
		{"undefined", []float64{1, nan}, nan, nan, true},
	} {
		got := Mean(c.values)
		if !near(got.Mean, c.mean) || !near(got.Half(), c.half) || (got.Warning != "") != c.warned {
			t.Errorf("%s: got %+v, want mean %v ± %v, warned %v", c.name, got, c.mean, c.half, c.warned)
		}
		if got.N != len(c.values) || got.Level != 0.95 {
			t.Errorf("%s: got n %d at level %v", c.name, got.N, got.Level)
		}
	}
}

func TestIntervalCoversTheMeanAsOftenAsItSays(t *testing.T) {
	source := rand.New(rand.NewPCG(1, 2))
	const trials = 2000
	for _, n := range []int{2, 5, 20} {
		covered := 0
		for range trials {
			values := make([]float64, n)
			for i := range values {
				values[i] = 7 + 3*source.NormFloat64()
			}
			if i := Mean(values); math.Abs(i.Mean-7) <= i.Half() {
				covered++
			}
		}
		if share := float64(covered) / trials; share < 0.93 || share > 0.97 {
			t.Errorf("n = %d: covered in %.1f %% of %d trials", n, 100*share, trials)
		}
	}
}

func TestShiftingMovesTheMeanOnly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(-1e3, 1e3), 2, 20).Draw(t, "values")
		shift := rapid.Float64Range(-1e3, 1e3).Draw(t, "shift")
		shifted := make([]float64, len(values))
		for i, v := range values {
			shifted[i] = v + shift
		}
		a, b := Mean(values), Mean(shifted)
		if math.Abs(a.Mean+shift-b.Mean) > 1e-9 || math.Abs(a.Half()-b.Half()) > 1e-6 {
			t.Fatalf("%+v became %+v", a, b)
		}
	})
}

func near(a, b float64) bool {
	return a == b || math.IsNaN(a) && math.IsNaN(b) || math.Abs(a-b) <= 1e-8*max(1, math.Abs(b))
}
