package workload

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"wavetank/sim/kernel"
	"wavetank/workload/distribution"
)

// Day describes a rate that rises and falls every day, with flash crowds on top.
//
// At an angle φ from the time of the peak, a full day being 2π, the rate is the bell of von Mises:
//
//	Mean × exp(κ (cos φ − 1)) × Peak
//
// Its shape κ follows from Peak, as the day must have the given mean. A Peak of 1 is a constant
// rate; with a Peak of 2 the lowest rate of the night is 0.35 of the mean, and with 3 it is 0.09.
// The curve is straight between 1440 knots a day, of which the peak is one. It has exactly that
// mean and that peak. Spikes multiply it, and their corners are further knots.
//
// Gaps with a CV other than 1 are those of a gamma renewal process in operational time, which runs
// at the pace of the rate. So the expected arrivals follow the curve whatever the CV.
type Day struct {
	Mean   float64       // requests per second over a whole day without spikes
	Peak   float64       // highest rate of the day as a multiple of Mean, 1 to 100
	At     time.Duration // time of the peak, since the day began
	Length time.Duration // of a day; 0 stands for 24 hours
	CV     float64       // of the gaps in operational time, 0.01 to 100; 0 stands for 1, Poisson
	Spikes []Spike
}

// Spike is a flash crowd: the rate climbs to a multiple of the curve, stays, and falls back, in
// straight lines. If spikes overlap, their multiples multiply. Each realisation draws the start
// of a spike that has a Latest, independently of the others.
type Spike struct {
	At     time.Duration // start of the climb, since the run began
	Latest time.Duration // the start is uniform between At and this; 0: it is At
	Height float64       // multiple of the curve, 0 to 1000; below 1 it is a dip
	Rise   time.Duration
	Hold   time.Duration
	Fall   time.Duration
}

const knots = 1440

// DayCurve is a day that has been checked and drawn. It is a Process.
type DayCurve struct {
	day     Day
	gaps    distribution.Service // in operational time
	table   [knots]float64       // rate at the knots, from the peak on
	corners []kernel.Time        // of the spikes, sorted
}

// NewDayCurve checks a day and draws its curve.
func NewDayCurve(day Day) (*DayCurve, error) {
	if day.Length == 0 {
		day.Length = 24 * time.Hour
	}
	if day.CV == 0 {
		day.CV = 1
	}
	err := errors.Join(distribution.Within("mean", day.Mean, 0, MaxRate/1000), distribution.Within("peak", day.Peak, 1, 100))
	gaps, wrong := gapsOf(day.CV)
	err = errors.Join(err, wrong)
	if day.Length < 10*time.Second || day.Length > 31*24*time.Hour {
		err = errors.Join(err, fmt.Errorf("day: %v lies outside 10s to 31 days", day.Length))
	} else if day.Mean > 0 && day.Mean*day.Length.Seconds() < 1e-3 {
		err = errors.Join(err, fmt.Errorf("mean: %g is less than a request in a thousand days", day.Mean))
	} else if day.At < 0 || day.At >= day.Length {
		err = errors.Join(err, fmt.Errorf("at: %v is no time within a day of %v", day.At, day.Length))
	}
	day.Spikes = slices.Clone(day.Spikes)
	for i := range day.Spikes {
		if fault := day.Spikes[i].check(); fault != nil {
			err = errors.Join(err, fmt.Errorf("spikes[%d]: %w", i, fault))
		}
	}
	if err != nil {
		return nil, err
	}
	c := &DayCurve{day: day, gaps: gaps}
	c.draw()
	return c, nil
}

// LongestSpike bounds the times of a spike.
const LongestSpike = 31 * 24 * time.Hour

// check returns an error for a spike that is not valid, and widens a vertical flank to one
// nanosecond.
func (s *Spike) check() error {
	err := distribution.Within("height", s.Height, 0, 1000)
	for _, span := range []struct {
		field string
		value time.Duration
	}{{"at", s.At}, {"at", s.Latest}, {"rise", s.Rise}, {"hold", s.Hold}, {"fall", s.Fall}} {
		if span.value < 0 || span.value > LongestSpike {
			err = errors.Join(err, fmt.Errorf("%s: %v lies outside 0s to 31 days", span.field, span.value))
		}
	}
	if s.Latest != 0 && s.Latest <= s.At {
		err = errors.Join(err, fmt.Errorf("at: the latest start, %v, is not after the earliest, %v", s.Latest, s.At))
	}
	s.Rise, s.Fall = max(s.Rise, 1), max(s.Fall, 1)
	return err
}

// draw finds the shape by bisection and fills in the table and the corners.
func (c *DayCurve) draw() {
	bell := func(shape float64) (mean float64) {
		for i := range c.table {
			c.table[i] = math.Exp(shape * (math.Cos(2*math.Pi*float64(i)/knots) - 1))
			mean += c.table[i] / knots
		}
		return mean
	}
	low, high := 0.0, 1e5
	for range 64 { // the mean falls as the shape grows
		if middle := (low + high) / 2; bell(middle)*c.day.Peak > 1 {
			low = middle
		} else {
			high = middle
		}
	}
	bell(low)
	for i := range c.table {
		c.table[i] *= c.day.Mean * c.day.Peak
	}
	c.corners = cornersOf(c.day.Spikes)
}

// String names the curve with its parameters.
func (c *DayCurve) String() string {
	return fmt.Sprintf("day-curve(%g/s, peak %g at %v, cv %g, %d spikes)",
		c.day.Mean, c.day.Peak, c.day.At, c.day.CV, len(c.day.Spikes))
}

// Rate returns the requests per second at t, with spikes. If starts of spikes are drawn, it
// is the mean over all draws.
func (c *DayCurve) Rate(t kernel.Time) float64 { return c.rate(t, (*Spike).mean) }

// Highest returns the largest requests per second at t over all draws.
func (c *DayCurve) Highest(t kernel.Time) float64 { return c.rate(t, (*Spike).most) }

// rate returns the requests per second at t, with what each spike multiplies the curve with.
func (c *DayCurve) rate(t kernel.Time, factor func(*Spike, kernel.Time) float64) float64 {
	if !c.openStarts() {
		s := c.stretch(t)
		return s.rate(float64(t - s.from))
	}
	s := c.piece(t)
	rate := s.rate(float64(t - s.from))
	for i := range c.day.Spikes {
		rate *= factor(&c.day.Spikes[i], t)
	}
	return rate
}

// knot returns the instant of the knot with number i, counted from the peak of the first day.
func (c *DayCurve) knot(i int64) kernel.Time {
	length := int64(c.day.Length)
	return kernel.Time(int64(c.day.At) + i/knots*length + i%knots*length/knots)
}

// stretch returns the straight piece of the curve that begins at or before t and ends after it,
// spikes included. No start of a spike must be open to be drawn.
func (c *DayCurve) stretch(t kernel.Time) stretch {
	s := c.piece(t)
	if len(c.corners) == 0 {
		return s
	}
	return c.cut(s, t)
}

// piece returns the straight piece around t of the curve without spikes.
func (c *DayCurve) piece(t kernel.Time) stretch {
	i := int64(math.Floor(float64(t-kernel.Time(c.day.At)) / float64(c.day.Length) * knots))
	for c.knot(i) > t {
		i--
	}
	for c.knot(i+1) <= t {
		i++
	}
	return stretch{c.knot(i), c.knot(i + 1), c.height(i), c.height(i + 1)}
}

// height returns the rate without spikes at knot i.
func (c *DayCurve) height(i int64) float64 { return c.table[((i%knots)+knots)%knots] }

// cut narrows a stretch of the day to the corners around t and multiplies it with the spikes.
func (c *DayCurve) cut(s stretch, t kernel.Time) stretch {
	next, _ := slices.BinarySearch(c.corners, t+1) // the first corner behind t
	from, to := s.from, s.to
	if next > 0 {
		from = max(from, c.corners[next-1])
	}
	if next < len(c.corners) {
		to = min(to, c.corners[next])
	}
	cut := stretch{from, to, s.rate(float64(from - s.from)), s.rate(float64(to - s.from))}
	for i := range c.day.Spikes {
		cut.low *= c.day.Spikes[i].factor(from)
		cut.high *= c.day.Spikes[i].factor(to)
	}
	return cut
}

// stretch is a straight piece of a curve.
type stretch struct {
	from, to  kernel.Time
	low, high float64 // requests per second at from and at to
}

// slope returns the change of the rate, requests per second per nanosecond.
func (s *stretch) slope() float64 { return (s.high - s.low) / float64(s.to-s.from) }

// rate returns the requests per second x nanoseconds after from.
func (s *stretch) rate(x float64) float64 { return s.low + s.slope()*x }
