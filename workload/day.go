package workload

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"wavetank/sim/kernel"
	"wavetank/workload/distribution"
)

// Day describes a rate that rises and falls every day, with flash crowds on top.
//
// The rate is a von Mises bell. At an angle φ from the time of the peak, where a full day is 2π:
//
//	Mean × exp(κ (cos φ − 1)) × Peak
//
// The shape κ follows from Peak, because the mean over the day must be Mean. A Peak of 1 is a
// constant rate. With a Peak of 2 the lowest rate of the night is 0.35 of the mean, with 3 it is
// 0.09. The curve is linear between 1440 knots a day; one of them is the peak. It has exactly this
// mean and this peak. Spikes multiply the curve, and their corners are further knots.
//
// With a CV other than 1, arrivals are a gamma renewal process in operational time, which is the
// integral of the rate over time. So the expected arrivals follow the curve for every CV.
type Day struct {
	Mean   float64       // requests per second over a whole day without spikes
	Peak   float64       // highest rate of the day as a multiple of Mean, 1 to 100
	At     time.Duration // time of the peak, from the beginning of the day
	Length time.Duration // length of a day; 0: 24 hours
	// coefficient of variation of gaps in operational time, 0.01 to 100; 0: 1, Poisson
	CV     float64
	Spikes []Spike
}

// Spike is a flash crowd: the rate rises linearly to a multiple of the curve, stays there, and
// falls back linearly. If spikes overlap, their multiples are multiplied. If a spike has a Latest,
// each realisation draws its start, independently of other spikes.
type Spike struct {
	At     time.Duration // start of the rise, from the start of the run
	Latest time.Duration // the start is drawn uniformly between At and Latest; 0: the start is At
	Height float64       // multiple of the curve, 0 to 1000; below 1 the rate falls
	Rise   time.Duration
	Hold   time.Duration
	Fall   time.Duration
}

const knots = 1440

// DayCurve is the Process of a Day, with the curve computed.
type DayCurve struct {
	day     Day
	gaps    distribution.Service // distribution of gaps in operational time
	table   [knots]float64       // rate at the knots of a day, from the peak on
	corners []kernel.Time        // corners of the spikes, in the order of time
}

// NewDayCurve checks a day and computes its curve.
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
		err = errors.Join(err, fmt.Errorf("at: %v is not a time within a day of %v", day.At, day.Length))
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

// LongestSpike is the upper limit on each time of a spike.
const LongestSpike = 31 * 24 * time.Hour

// check returns an error for an invalid spike. It sets a Rise or Fall of 0 to one nanosecond.
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

// draw fills in the table and the corners.
func (c *DayCurve) draw() {
	c.bell(shapeOf(c.day.Peak))
	for i := range c.table {
		c.table[i] *= c.day.Mean * c.day.Peak
	}
	c.corners = cornersOf(c.day.Spikes)
}

// bell fills in the table with a bell of the shape κ whose peak is 1, and returns its mean.
func (c *DayCurve) bell(shape float64) (mean float64) {
	for i := range c.table {
		c.table[i] = math.Exp(shape * (math.Cos(2*math.Pi*float64(i)/knots) - 1))
		mean += c.table[i] / knots
	}
	return mean
}

// shapes keeps the shape κ of every peak that was asked for. The settings of a sweep have few
// peaks, and finding a shape takes longer than reading the rest of a scenario.
var shapes sync.Map

// shapeOf finds the shape κ of the bell whose peak is so many times its mean, by bisection.
func shapeOf(peak float64) float64 {
	if shape, found := shapes.Load(peak); found {
		return shape.(float64)
	}
	var c DayCurve
	low, high := 0.0, 1e5
	for range 64 { // the mean falls as κ grows
		if middle := (low + high) / 2; c.bell(middle)*peak > 1 {
			low = middle
		} else {
			high = middle
		}
	}
	shapes.Store(peak, low)
	return low
}

// String names the curve with its parameters.
func (c *DayCurve) String() string {
	return fmt.Sprintf("day-curve(%g/s, peak %g at %v, cv %g, %d spikes)",
		c.day.Mean, c.day.Peak, c.day.At, c.day.CV, len(c.day.Spikes))
}

// Rate returns the requests per second at t, with spikes. For a spike whose start is drawn, it
// takes the mean over all starts.
func (c *DayCurve) Rate(t kernel.Time) float64 { return c.rate(t, (*Spike).mean) }

// Highest returns the highest requests per second at t over all draws of the starts of spikes.
func (c *DayCurve) Highest(t kernel.Time) float64 { return c.rate(t, (*Spike).most) }

// rate returns the requests per second at t. Factor returns by how much a spike multiplies the
// curve at t.
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

// knot returns the instant of knot i, counted from the peak of the first day.
func (c *DayCurve) knot(i int64) kernel.Time {
	length := int64(c.day.Length)
	return kernel.Time(int64(c.day.At) + i/knots*length + i%knots*length/knots)
}

// stretch returns the linear piece of the curve that begins at or before t and ends after it, with
// spikes. The starts of all spikes must have been drawn.
func (c *DayCurve) stretch(t kernel.Time) stretch {
	s := c.piece(t)
	if len(c.corners) == 0 {
		return s
	}
	return c.cut(s, t)
}

// piece returns the linear piece around t of the curve without spikes.
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

// cut cuts a piece of the day at the corners of spikes around t, and multiplies it by the spikes.
func (c *DayCurve) cut(s stretch, t kernel.Time) stretch {
	next, _ := slices.BinarySearch(c.corners, t+1) // the first corner after t
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

// stretch is a linear piece of a curve.
type stretch struct {
	from, to  kernel.Time
	low, high float64 // requests per second at from and at to
}

// slope returns the change of the rate, requests per second per nanosecond.
func (s *stretch) slope() float64 { return (s.high - s.low) / float64(s.to-s.from) }

// rate returns the requests per second x nanoseconds after from.
func (s *stretch) rate(x float64) float64 { return s.low + s.slope()*x }
