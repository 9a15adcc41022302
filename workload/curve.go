package workload

import (
	"math"

	"wavetank/sim/kernel"
)

// Start begins a realisation. It draws the starts of spikes first. A Poisson process (CV 1) is then
// drawn by thinning, any other in operational time.
func (c *DayCurve) Start(s *kernel.Stream) Instants {
	if c.day.Mean == 0 {
		return silence{}
	}
	c = c.drawStarts(s)
	walk := walk{curve: c, piece: c.stretch(0)}
	if c.day.CV == 1 {
		return &thinned{walk: walk, stream: s}
	}
	return &rescaled{walk: walk, gaps: gaps{stream: s, distribution: c.gaps}}
}

// walk is a position on a curve.
type walk struct {
	curve interface{ stretch(t kernel.Time) stretch }
	clock Clock
	piece stretch // the piece of the curve that contains the clock
}

// passed returns the nanoseconds since the piece began.
func (w *walk) passed() float64 { return float64(w.clock.now-w.piece.from) + w.clock.rest }

// turn moves the clock to the end of the piece, where the next piece begins. It returns false at
// the end of time.
func (w *walk) turn() bool {
	if w.piece.to >= horizon/2 {
		return false
	}
	w.clock = Clock{now: w.piece.to}
	w.piece = w.curve.stretch(w.piece.to)
	return true
}

// thinned is an inhomogeneous Poisson process after Lewis and Shedler, "Simulation of
// nonhomogeneous Poisson processes by thinning" (Naval Research Logistics 1979). Candidates come at
// the highest rate of each piece. A candidate is kept with probability rate/highest rate.
type thinned struct {
	walk
	stream *kernel.Stream
}

func (p *thinned) Next() kernel.Time {
	for {
		need := p.stream.Exponential() // integral of the highest rate until the next candidate
		bound := max(p.piece.low, p.piece.high) / 1e9
		for {
			room := bound * (float64(p.piece.to-p.piece.from) - p.passed())
			if need < room {
				break
			}
			need -= max(room, 0)
			if !p.turn() {
				return kernel.Never
			}
			bound = max(p.piece.low, p.piece.high) / 1e9
		}
		at := p.clock.Advance(need / bound)
		if p.stream.Float64()*bound*1e9 < p.piece.rate(p.passed()) {
			return at
		}
	}
}

// rescaled is a renewal process of rate 1 in operational time. Operational time is the integral of
// the rate over time, that is, the expected number of arrivals so far.
type rescaled struct {
	walk
	gaps gaps
}

func (p *rescaled) Next() kernel.Time {
	need := p.gaps.next() // operational time until the next arrival
	for {
		x := p.passed()
		left := float64(p.piece.to-p.piece.from) - x
		rate, slope := p.piece.rate(x)/1e9, p.piece.slope()/1e9
		if need < left*(rate+p.piece.high/1e9)/2 {
			return p.clock.Advance(min(crossing(need, rate, slope), left))
		}
		need -= max(left*(rate+p.piece.high/1e9)/2, 0)
		if !p.turn() {
			return kernel.Never
		}
	}
}

// crossing returns x with rate × x + slope × x²/2 = need. Its formula is numerically stable for
// every slope.
func crossing(need, rate, slope float64) float64 {
	if need <= 0 {
		return 0
	}
	return 2 * need / (rate + math.Sqrt(max(rate*rate+2*slope*need, 0)))
}
