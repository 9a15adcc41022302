package distribution

import (
	"math"
	"testing"

	"wavetank/sim/kernel"
)

func TestServicesHaveMeanOneAndTheirVariance(t *testing.T) {
	const n = 200_000
	for _, c := range []struct {
		of     Service
		scv    float64
		fourth float64 // upper limit on the kurtosis, for the tolerance of the variance
	}{
		{Deterministic(), 0, 0},
		{Exponential(), 1, 9},
		{must(Erlang(1)), 1, 9},
		{must(Erlang(4)), 0.25, 4.5},
		{must(Gamma(4)), 4, 27},
		{must(Gamma(0.5)), 0.5, 6},
		{must(Hyperexponential(1)), 1, 9},
		{must(Hyperexponential(4)), 4, 40},
		{must(Lognormal(0)), 0, 0},
		{must(Lognormal(0.25)), 0.25, 8},
		{must(Lognormal(1)), 1, 41},
		{must(Weibull(1)), 1, 9},
		{must(Weibull(2)), 4/math.Pi - 1, 4},
		{must(Weibull(0.5)), 5, 90},
		{must(Uniform(1, 3)), 1.0 / 12, 2},
		{must(Uniform(0, 5)), 1.0 / 3, 2},
		{must(Bimodal(0.1, 10)), 0.1 * 0.9 * 81 / (1.9 * 1.9), 9},
		{must(Bimodal(0, 10)), 0, 0},
		{must(Empirical([]float64{8, 1, 3})), 2.0 / 3 * 13 / 16, 2}, // squares 16, 9 and 1
		{must(Empirical([]float64{7})), 0, 0},
	} {
		t.Run(c.of.String(), func(t *testing.T) {
			s := kernel.NewStream(11, 0, c.of.String(), 0)
			x := make([]float64, n)
			for i := range x {
				x[i] = c.of.Work(s)
				if !(x[i] >= 0) || math.IsInf(x[i], 0) {
					t.Fatalf("draw %d is %g", i, x[i])
				}
			}
			mean, deviation := moments(x)
			if band := 4*math.Sqrt(c.scv/n) + 1e-9; math.Abs(mean-1) > band {
				t.Errorf("mean %g, band %g", mean, band)
			}
			if band := 4*c.scv*math.Sqrt(c.fourth/n) + 1e-9; math.Abs(deviation*deviation-c.scv) > band {
				t.Errorf("squared cv %g, want %g ± %g", deviation*deviation, c.scv, band)
			}
		})
	}
}

func TestGammaDrawsFollowTheGammaDistribution(t *testing.T) {
	erlang2 := func(x float64) float64 { return 1 - math.Exp(-x)*(1+x) }
	half := func(x float64) float64 { return math.Erf(math.Sqrt(x)) } // shape 1/2
	for _, c := range []struct {
		shape float64
		of    func(float64) float64
	}{{2, erlang2}, {1, func(x float64) float64 { return -math.Expm1(-x) }}, {0.5, half}} {
		s := kernel.NewStream(3, 0, "gamma", 0)
		x := make([]float64, 200_000)
		for i := range x {
			x[i] = gamma(s, c.shape)
		}
		if d := smirnov(x, c.of) * math.Sqrt(float64(len(x))); d > 1.63 { // 99 % quantile
			t.Errorf("shape %g: distance %g", c.shape, d)
		}
	}
}

func TestEqualStreamsGiveEqualWork(t *testing.T) {
	for _, of := range []Service{Exponential(), must(Gamma(3)), must(Hyperexponential(3)), must(Lognormal(2))} {
		a, b := kernel.NewStream(5, 1, "work", 0), kernel.NewStream(5, 1, "work", 0)
		for range 1000 {
			if x, y := of.Work(a), of.Work(b); x != y {
				t.Fatalf("%s: %g and %g", of, x, y)
			}
		}
	}
}

func TestServiceParametersAreChecked(t *testing.T) {
	for name, err := range map[string]error{
		"erlang: k":             second(Erlang(0)),
		"gamma: scv":            second(Gamma(0)),
		"hyperexponential: scv": second(Hyperexponential(0.5)),
		"lognormal: scv":        second(Lognormal(math.NaN())),
		"weibull: shape":        second(Weibull(0)),
		"uniform: high":         second(Uniform(2, 1)),
		"uniform: low":          second(Uniform(-1, 1)),
		"bimodal: share":        second(Bimodal(2, 2)),
		"bimodal: ratio":        second(Bimodal(0.5, math.Inf(1))),
		"empirical: values: 0":  second(Empirical(nil)),
		"empirical: values[1]":  second(Empirical([]float64{1, math.NaN()})),
		"empirical: values: al": second(Empirical([]float64{0, 0})),
	} {
		mentions(t, err, name)
	}
}
