package workload

import (
	"slices"
	"time"

	"wavetank/sim/kernel"
)

// factor returns by how much the spike multiplies the curve at t, if the spike starts at At.
func (s *Spike) factor(t kernel.Time) float64 { return s.after(t.Sub(kernel.Time(s.At))) }

// after returns by how much the spike multiplies the curve, a time x after its start.
func (s *Spike) after(x time.Duration) float64 {
	switch {
	case x <= 0 || x >= s.Rise+s.Hold+s.Fall:
		return 1
	case x < s.Rise:
		return 1 + (s.Height-1)*float64(x)/float64(s.Rise)
	case x <= s.Rise+s.Hold:
		return s.Height
	}
	return s.Height + (1-s.Height)*float64(x-s.Rise-s.Hold)/float64(s.Fall)
}

// drawn reports whether each realisation draws the start of the spike.
func (s *Spike) drawn() bool { return s.Latest > s.At }

// mean returns the mean factor at t over all starts.
func (s *Spike) mean(t kernel.Time) float64 {
	if !s.drawn() {
		return s.factor(t)
	}
	least, most := t.Sub(kernel.Time(s.Latest)), t.Sub(kernel.Time(s.At))
	return 1 + (s.Height-1)*(s.full(most)-s.full(least))/float64(s.Latest-s.At)
}

// full returns how long the spike has been at full height, a time x after its start, in
// nanoseconds. Rise and fall count in proportion to their height: the result is the integral of
// after − 1 up to x, divided by Height − 1.
func (s *Spike) full(x time.Duration) float64 {
	within := func(span time.Duration) float64 { return float64(max(0, min(x, span))) }
	sum := 0.0
	if up := within(s.Rise); up > 0 {
		sum += up * up / float64(s.Rise) / 2
	}
	x -= s.Rise
	sum += within(s.Hold)
	x -= s.Hold
	if down := within(s.Fall); down > 0 {
		sum += down - down*down/float64(s.Fall)/2
	}
	return sum
}

// most returns the largest factor at t over all starts.
func (s *Spike) most(t kernel.Time) float64 {
	if !s.drawn() {
		return s.factor(t)
	}
	least, most := t.Sub(kernel.Time(s.Latest)), t.Sub(kernel.Time(s.At))
	if least <= s.Rise+s.Hold && most >= s.Rise { // with some start, it is at full height at t
		return max(s.Height, s.after(least), s.after(most))
	}
	return max(s.after(least), s.after(most))
}

// openStarts reports whether some spike has a start that is still to be drawn.
func (c *DayCurve) openStarts() bool {
	return slices.ContainsFunc(c.day.Spikes, func(s Spike) bool { return s.drawn() })
}

// drawStarts returns a copy of the curve with the starts of its spikes drawn. It returns the curve
// itself if no start is to be drawn.
func (c *DayCurve) drawStarts(stream *kernel.Stream) *DayCurve {
	if !c.openStarts() {
		return c
	}
	drawn := *c
	drawn.day.Spikes = slices.Clone(c.day.Spikes)
	for i := range drawn.day.Spikes {
		if s := &drawn.day.Spikes[i]; s.drawn() {
			s.At += time.Duration(stream.Float64() * float64(s.Latest-s.At))
			s.Latest = 0
		}
	}
	drawn.corners = cornersOf(drawn.day.Spikes)
	return &drawn
}

// cornersOf returns the instants at which rises and falls of spikes begin and end, in the order of
// time.
func cornersOf(spikes []Spike) (corners []kernel.Time) {
	for _, s := range spikes {
		at := kernel.Time(s.At)
		corners = append(corners, at, at.Add(s.Rise), at.Add(s.Rise+s.Hold), at.Add(s.Rise+s.Hold+s.Fall))
	}
	slices.Sort(corners)
	return corners
}
