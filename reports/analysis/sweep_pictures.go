package analysis

import (
	"fmt"
	"math"
	"slices"

	"wavetank/metrics/rows"
)

// Metrics returns the metrics that pictures of a sweep show: those with a finite value.
func (s *Sweep) Metrics() (list []*SweptMetric) {
	for _, m := range []*SweptMetric{&s.InTime, &s.Price} {
		if !math.IsNaN(m.At(s, func(*SweepPoint) bool { return true })) {
			list = append(list, m)
		}
	}
	return list
}

// PolicyNames lists the policies of all points.
func (s *Sweep) PolicyNames() (names []string) {
	for _, p := range s.Points {
		if !slices.Contains(names, p.Policy) {
			names = append(names, p.Policy)
		}
	}
	return names
}

// Letter names the i-th point of the frontier: A, B, …, Z, A1, B1, ….
func Letter(i int) string {
	letter := string(rune('A' + i%26))
	if i >= 26 {
		letter += fmt.Sprint(i / 26)
	}
	return letter
}

// FactorPair is two factors: one along an axis, and one with a line for each level.
type FactorPair struct{ Along, Lines int }

// Pairs returns the pairs of factors with the largest effects, at most so many, whose second factor
// has at most so many levels. A sweep of a single factor has one pair without a second (−1).
func (s *Sweep) Pairs(most, mostLines int) (list []FactorPair) {
	if len(s.Factors) == 1 {
		return []FactorPair{{0, -1}}
	}
	order := s.Ordered(s.Metrics()...)
	for i, a := range order {
		for _, b := range order[i+1:] {
			p := FactorPair{a, b}
			if s.Factors[a].Name == PolicyFactor || s.Factors[b].Name != PolicyFactor && len(s.Factors[a].Levels) < len(s.Factors[b].Levels) {
				p = FactorPair{b, a}
			}
			if len(list) < most && len(s.Factors[p.Lines].Levels) <= mostLines {
				list = append(list, p)
			}
		}
	}
	return list
}

// In reports whether a point has a level of the factor along the axis, and one of the other factor.
func (p FactorPair) In(along, line int) func(*SweepPoint) bool {
	return func(one *SweepPoint) bool {
		return one.Levels[p.Along] == along && (p.Lines < 0 || one.Levels[p.Lines] == line)
	}
}

// Ends returns the ends of the interval of a point and its mean, in the unit of the title. The ends
// are cut to possible values: at least 0, and at most 100 %. An interval that comes from a formula
// may go beyond these.
func (m *SweptMetric) Ends(point int) (low, mean, high float64) {
	i := m.Of[point]
	low, high = i.Mean, i.Mean
	if i.Defined() {
		low, high = max(i.Low, min(0, i.Mean)), min(i.High, max(rows.Whole(m.Metric, m.Unit), i.Mean))
	}
	return low * m.Factor, i.Mean * m.Factor, high * m.Factor
}

// Extent returns the range of a metric in a picture of points, in the unit of its title. It has all
// means. It has the ends of their intervals, too, if these lie outside the means by at most half of
// the range of the means; so a few wide intervals do not press all points together.
func (m *SweptMetric) Extent(points []int) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	widest := 0.0
	for _, i := range points {
		from, mean, to := m.Ends(i)
		low, high = min(low, mean), max(high, mean)
		if Finite(from) && Finite(to) {
			widest = max(widest, mean-from, to-mean)
		}
	}
	room := (high - low) / 2
	if room == 0 {
		room = widest
	}
	least, most := low, high
	for _, i := range points {
		from, _, to := m.Ends(i)
		least, most = min(least, max(from, low-room)), max(most, min(to, high+room))
	}
	return least, most
}

// Drawn lists the points with finite means of both metrics.
func (s *Sweep) Drawn() (list []int) {
	for i := range s.Points {
		if Finite(s.Price.Of[i].Mean) && Finite(s.InTime.Of[i].Mean) {
			list = append(list, i)
		}
	}
	return list
}

// CutOff reports whether the interval of some point goes beyond a picture of all points.
func (s *Sweep) CutOff() bool {
	points := s.Drawn()
	for _, m := range s.Metrics() {
		low, high := m.Extent(points)
		if slices.ContainsFunc(points, func(i int) bool { from, _, to := m.Ends(i); return from < low || to > high }) {
			return true
		}
	}
	return false
}
