package distribution

import (
	"fmt"
	"math"

	"wavetank/sim/kernel"
)

type gammaService struct {
	shape float64
	name  string
}

// Erlang returns the distribution of the mean of k independent exponential draws. Its SCV is 1/k.
func Erlang(k int) (Service, error) {
	if k < 1 || k > 10_000 {
		return nil, fmt.Errorf("erlang: k: %d lies outside 1 to 10000", k)
	}
	return gammaService{float64(k), fmt.Sprintf("erlang(%d)", k)}, nil
}

// Gamma returns the gamma distribution with an SCV.
func Gamma(scv float64) (Service, error) {
	if err := Within("gamma: scv", scv, 1e-4, 1e4); err != nil {
		return nil, err
	}
	return gammaService{1 / scv, fmt.Sprintf("gamma(%g)", scv)}, nil
}

func (l gammaService) Work(s *kernel.Stream) float64 { return gamma(s, l.shape) / l.shape }
func (l gammaService) String() string                { return l.name }

// Residual uses that a gamma draw, weighted by its size, is a gamma draw with a shape that is
// larger by 1.
func (l gammaService) Residual(s *kernel.Stream) float64 {
	return s.Float64() * gamma(s, l.shape+1) / l.shape
}

// gamma returns a gamma draw with a shape and scale 1, by the rejection method of Marsaglia and
// Tsang, "A simple method for generating gamma variables" (ACM TOMS 2000), with their
// transformation for shapes below 1.
func gamma(s *kernel.Stream, shape float64) float64 {
	if shape < 1 {
		return gamma(s, shape+1) * math.Exp(-s.Exponential()/shape)
	}
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := StandardNormal(s)
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v = v * v * v
		u := 1 - s.Float64()
		if u < 1-0.0331*x*x*x*x || math.Log(u) < x*x/2+d-d*v+d*math.Log(v) {
			return d * v
		}
	}
}
