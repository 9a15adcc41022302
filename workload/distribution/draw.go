package distribution

import (
	"math"

	"wavetank/sim/kernel"
)

// normal returns a standard normal draw by inversion. The uniform is taken at the middle of its 2⁻⁵³ cell,
// so that the draw is finite.
func StandardNormal(s *kernel.Stream) float64 {
	return math.Sqrt2 * math.Erfinv(2*(s.Float64()+1.0/(1<<54))-1)
}

// gamma returns a gamma draw of the given shape and scale 1, by the rejection method of Marsaglia and Tsang,
// "A simple method for generating gamma variables" (ACM TOMS 2000), with their lift for shapes below 1.
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
