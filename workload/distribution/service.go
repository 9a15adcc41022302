package distribution

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"wavetank/sim/kernel"
)

// Service is the law of Request.Work: how much longer or shorter than its latency law says a request takes.
// It also serves as the law of gaps and of patience. Every law has mean 1. SCV stands for the squared coefficient of variation, variance over squared mean.
type Service interface {
	// Work draws one value; equal streams give equal values.
	Work(s *kernel.Stream) float64
	// String names the law with its parameters, for example "lognormal(2)".
	String() string
	// residual draws what is left of a value at a random instant within it: a uniform part of a value that is met
	// in proportion to its size.
	Residual(s *kernel.Stream) float64
}

type deterministic struct{}

// Deterministic returns the law without spread: every request has work 1.
func Deterministic() Service { return deterministic{} }

func (deterministic) Work(*kernel.Stream) float64       { return 1 }
func (deterministic) String() string                    { return "deterministic" }
func (deterministic) Residual(s *kernel.Stream) float64 { return s.Float64() }

type exponential struct{}

// Exponential returns the exponential law, drawn by inversion.
func Exponential() Service { return exponential{} }

func (exponential) Work(s *kernel.Stream) float64     { return s.Exponential() }
func (exponential) String() string                    { return "exponential" }
func (exponential) Residual(s *kernel.Stream) float64 { return s.Exponential() } // it has no memory

type gammaService struct {
	shape float64
	name  string
}

// Erlang returns the law of the mean of k exponential stages; its SCV is 1/k.
func Erlang(k int) (Service, error) {
	if k < 1 || k > 10_000 {
		return nil, fmt.Errorf("erlang: k: %d lies outside 1 to 10000", k)
	}
	return gammaService{float64(k), fmt.Sprintf("erlang(%d)", k)}, nil
}

// Gamma returns the gamma law of the given SCV.
func Gamma(scv float64) (Service, error) {
	if err := Within("gamma: scv", scv, 1e-4, 1e4); err != nil {
		return nil, err
	}
	return gammaService{1 / scv, fmt.Sprintf("gamma(%g)", scv)}, nil
}

func (l gammaService) Work(s *kernel.Stream) float64 { return gamma(s, l.shape) / l.shape }
func (l gammaService) String() string                { return l.name }

// residual: a gamma that is met in proportion to its size has one more shape.
func (l gammaService) Residual(s *kernel.Stream) float64 {
	return s.Float64() * gamma(s, l.shape+1) / l.shape
}

type hyperexponential struct{ p, scv float64 }

// Hyperexponential returns the law of two exponential branches with balanced means: each branch carries half
// of the work. Its SCV must be at least 1.
func Hyperexponential(scv float64) (Service, error) {
	if err := Within("hyperexponential: scv", scv, 1, 1e4); err != nil {
		return nil, err
	}
	return hyperexponential{(1 + math.Sqrt((scv-1)/(scv+1))) / 2, scv}, nil
}

func (l hyperexponential) Work(s *kernel.Stream) float64 {
	p := l.p
	if s.Float64() >= p {
		p = 1 - p
	}
	return s.Exponential() / (2 * p)
}

// residual: both branches carry half of the work, and neither has a memory.
func (l hyperexponential) Residual(s *kernel.Stream) float64 {
	p := l.p
	if s.Float64() >= 0.5 {
		p = 1 - p
	}
	return s.Exponential() / (2 * p)
}

func (l hyperexponential) String() string { return fmt.Sprintf("hyperexponential(%g)", l.scv) }

type lognormal struct{ mu, sigma, scv float64 }

// Lognormal returns the lognormal law of the given SCV, drawn by inversion.
func Lognormal(scv float64) (Service, error) {
	if err := Within("lognormal: scv", scv, 0, 1e4); err != nil {
		return nil, err
	}
	variance := math.Log1p(scv)
	return lognormal{-variance / 2, math.Sqrt(variance), scv}, nil
}

func (l lognormal) Work(s *kernel.Stream) float64 { return math.Exp(l.mu + l.sigma*StandardNormal(s)) }

// residual: a lognormal that is met in proportion to its size has σ² added to μ.
func (l lognormal) Residual(s *kernel.Stream) float64 {
	return s.Float64() * math.Exp(l.mu+l.sigma*(l.sigma+StandardNormal(s)))
}

func (l lognormal) String() string { return fmt.Sprintf("lognormal(%g)", l.scv) }

type weibull struct{ shape, scale float64 }

// Weibull returns the Weibull law of the given shape, drawn by inversion.
func Weibull(shape float64) (Service, error) {
	if err := Within("weibull: shape", shape, 0.05, 1e4); err != nil {
		return nil, err
	}
	return weibull{shape, 1 / math.Gamma(1+1/shape)}, nil
}

func (l weibull) Work(s *kernel.Stream) float64 {
	return l.scale * math.Pow(s.Exponential(), 1/l.shape)
}

// residual: the power of a Weibull that is met in proportion to its size is a gamma of shape 1 + 1/shape.
func (l weibull) Residual(s *kernel.Stream) float64 {
	return s.Float64() * l.scale * math.Pow(gamma(s, 1+1/l.shape), 1/l.shape)
}

func (l weibull) String() string { return fmt.Sprintf("weibull(%g)", l.shape) }

type uniform struct{ low, high float64 }

// Uniform returns the uniform law on [low, high], scaled to mean 1.
func Uniform(low, high float64) (Service, error) {
	err := errors.Join(Within("uniform: low", low, 0, math.MaxFloat64/4), Within("uniform: high", high, 0, math.MaxFloat64/4))
	if err == nil && (high < low || high == 0) {
		err = fmt.Errorf("uniform: high: %g must be above 0 and not below low %g", high, low)
	}
	if err != nil {
		return nil, err
	}
	return uniform{low, high}, nil
}

func (l uniform) Work(s *kernel.Stream) float64 {
	return (l.low + (l.high-l.low)*s.Float64()) / ((l.low + l.high) / 2)
}

func (l uniform) Residual(s *kernel.Stream) float64 {
	part, low, u := s.Float64(), l.low/l.high, s.Float64()
	return part * math.Sqrt(low*low+u*(1-low*low)) / ((low + 1) / 2)
}

func (l uniform) String() string { return fmt.Sprintf("uniform(%g, %g)", l.low, l.high) }

type bimodal struct{ share, ratio, small float64 }

// Bimodal returns the law of two sizes: a share of the requests is ratio times as large as the others.
func Bimodal(share, ratio float64) (Service, error) {
	if err := errors.Join(Within("bimodal: share", share, 0, 1), Within("bimodal: ratio", ratio, 1e-6, 1e6)); err != nil {
		return nil, err
	}
	return bimodal{share, ratio, 1 / (1 - share + share*ratio)}, nil
}

func (l bimodal) Work(s *kernel.Stream) float64 {
	if s.Float64() < l.share {
		return l.small * l.ratio
	}
	return l.small
}

func (l bimodal) Residual(s *kernel.Stream) float64 {
	if s.Float64() < l.share*l.ratio*l.small {
		return s.Float64() * l.small * l.ratio
	}
	return s.Float64() * l.small
}

func (l bimodal) String() string { return fmt.Sprintf("bimodal(%g, %g)", l.share, l.ratio) }

type empirical struct {
	values []float64 // ascending, of mean 1
	sums   []float64 // their running sums
}

// mostValues bounds the values of an empirical law.
const mostValues = 100_000

// Empirical returns the law that takes each of the values with the same chance, scaled to mean 1.
func Empirical(values []float64) (Service, error) {
	if len(values) == 0 || len(values) > mostValues {
		return nil, fmt.Errorf("empirical: values: %d of them lie outside 1 to %d", len(values), mostValues)
	}
	sum := 0.0
	for i, v := range values {
		if err := Within(fmt.Sprintf("empirical: values[%d]", i), v, 0, 1e12); err != nil {
			return nil, err
		}
		sum += v
	}
	if sum == 0 {
		return nil, errors.New("empirical: values: all are 0")
	}
	l := empirical{values: slices.Sorted(slices.Values(values))}
	part := 0.0
	for i := range l.values {
		l.values[i] *= float64(len(values)) / sum
		part += l.values[i]
		l.sums = append(l.sums, part)
	}
	return l, nil
}

func (l empirical) Work(s *kernel.Stream) float64 { return l.values[s.IntN(len(l.values))] }

func (l empirical) Residual(s *kernel.Stream) float64 {
	i, _ := slices.BinarySearch(l.sums, s.Float64()*l.sums[len(l.sums)-1])
	return s.Float64() * l.values[i]
}

func (l empirical) String() string { return fmt.Sprintf("empirical(%d values)", len(l.values)) }

// within faults a number that is not in [low, high], NaN included.
func Within(field string, v, low, high float64) error {
	if v >= low && v <= high {
		return nil
	}
	return fmt.Errorf("%s: %g lies outside %g to %g", field, v, low, high)
}
