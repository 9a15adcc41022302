package distribution

import (
	"math"

	"wavetank/sim/kernel"
)

// StandardNormal returns a standard normal draw, by inversion. The uniform draw is taken at the
// middle of its 2⁻⁵³ cell, so that the draw is finite.
func StandardNormal(s *kernel.Stream) float64 {
	return math.Sqrt2 * math.Erfinv(2*(s.Float64()+1.0/(1<<54))-1)
}
