package allocation

import "wavetank/sim/fleet"

// Misjudged returns a capacity that is wrong by a factor for each deployment. Plans count with it;
// what replicas serve does not change.
func Misjudged(of Capacity, factor []float64) Capacity {
	m := misjudged{of, factor}
	if s, ok := of.(Sampled); ok {
		return &misjudgedSamples{m, s}
	}
	return &m
}

type misjudged struct {
	of     Capacity
	factor []float64
}

// Rate implements Capacity.
func (m *misjudged) Rate(d fleet.DeploymentID, n int) (float64, error) {
	rate, err := m.of.Rate(d, n)
	return rate * m.factor[d], err
}

// misjudgedSamples is misjudged for a Sampled.
type misjudgedSamples struct {
	misjudged
	samples Sampled
}

// Lengths implements Sampled.
func (m *misjudgedSamples) Lengths(of fleet.ModelID) (fleet.PlannedLengths, error) {
	return m.samples.Lengths(of)
}

// RateFor implements Sampled.
func (m *misjudgedSamples) RateFor(d fleet.DeploymentID, n int, mean fleet.PlannedLengths) (rate float64, near fleet.PlannedLengths, err error) {
	rate, near, err = m.samples.RateFor(d, n, mean)
	return rate * m.factor[d], near, err
}

// First implements Sampled.
func (m *misjudgedSamples) First(n int) int { return m.samples.First(n) }
