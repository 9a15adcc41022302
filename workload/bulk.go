package workload

import (
	"fmt"
	"math"

	"wavetank/sim/kernel"
	"wavetank/workload/distribution"
)

// Bulk is a process whose requests come in bulks. All requests of a bulk come at one instant. With
// Poisson instants it is the arrival process of an M^X queue.
type Bulk struct {
	instants Process
	size     int     // size of every bulk; 0: sizes are geometric
	mean     float64 // mean size of a bulk
}

const largestBulk = 1_000_000

// Bulks returns the process with n requests at every instant of another process.
func Bulks(instants Process, n int) (*Bulk, error) {
	if n < 1 || n > largestBulk {
		return nil, fmt.Errorf("size: %d lies outside 1 to %d", n, largestBulk)
	}
	return &Bulk{instants, n, float64(n)}, nil
}

// GeometricBulks returns the process with a geometric number of requests, 1 or more, at every
// instant of another process. The number n has the probability (1 − 1/mean)ⁿ⁻¹/mean.
func GeometricBulks(instants Process, mean float64) (*Bulk, error) {
	if err := distribution.Within("mean-size", mean, 1, largestBulk); err != nil {
		return nil, err
	}
	return &Bulk{instants, 0, mean}, nil
}

// Rate returns the expected requests per second at an instant.
func (p *Bulk) Rate(t kernel.Time) float64 { return p.instants.Rate(t) * p.mean }

// Highest returns the highest expected requests per second at an instant over all draws of the
// rate.
func (p *Bulk) Highest(t kernel.Time) float64 { return Highest(p.instants, t) * p.mean }

// String names the process with its parameters.
func (p *Bulk) String() string {
	if p.size == 0 {
		return fmt.Sprintf("bulk(%s, geometric size %g)", p.instants, p.mean)
	}
	return fmt.Sprintf("bulk(%s, size %d)", p.instants, p.size)
}

// Start begins a realisation. The sizes have a random stream of their own, so that the instants do
// not depend on them.
func (p *Bulk) Start(s *kernel.Stream) Instants {
	sizes := kernel.NewStream(s.Uint64(), 0, "bulk sizes", 0)
	return &bulk{process: p, instants: p.instants.Start(s), sizes: sizes}
}

type bulk struct {
	process  *Bulk
	instants Instants
	sizes    *kernel.Stream
	at       kernel.Time
	left     int // requests of the present bulk
}

func (b *bulk) Next() kernel.Time {
	if b.left == 0 {
		b.at = b.instants.Next()
		b.left = b.size()
	}
	if b.at < kernel.Never {
		b.left--
	}
	return b.at
}

func (b *bulk) size() int {
	if b.process.size > 0 {
		return b.process.size
	}
	return geometric(b.sizes, b.process.mean)
}

// geometric draws a geometric number, at least 1, with a mean, by inversion.
func geometric(s *kernel.Stream, mean float64) int {
	if mean == 1 {
		return 1
	}
	return 1 + int(s.Exponential()/-math.Log1p(-1/mean))
}
