package distribution

import (
	"math"

	"wavetank/sim/kernel"
)

// StandardNormal returns a standard normal draw, by inversion. Uniform draws are multiples of 2⁻⁵³.
// Half of that is added, so that the normal draw is finite.
func StandardNormal(s *kernel.Stream) float64 {
	return math.Sqrt2 * math.Erfinv(2*(s.Float64()+1.0/(1<<54))-1)
}
