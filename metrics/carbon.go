package metrics

import (
	"math"

	"wavetank/metrics/rows"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Carbon measures the CO2 emissions of the energy of all machines, in grams: the integral over the
// measured span of power times carbon intensity (fleet.Spec.Carbon). Power is computed as in
// Provision. There is not a number if the intensity, or the power of a rented machine, is unknown.
type Carbon struct {
	sim.Handlers
	spec    *fleet.Spec
	span    MeasuredSpan
	watts   float64 // present power of all machines
	passed  int     // how many points of the timeline of the intensity have passed
	since   kernel.Time
	grams   float64
	unknown bool // a machine with unknown power was rented
}

// NewCarbon returns the metric for a spec and a measured span.
func NewCarbon(c *fleet.Spec, s MeasuredSpan) *Carbon {
	m := &Carbon{spec: c, span: s}
	if len(c.Carbon) == 0 {
		return m
	}
	m.On(func(f *sim.Fact) { m.rent(f, 1) }, sim.MachineOrdered)
	m.On(func(f *sim.Fact) { m.rent(f, -1) }, sim.MachineReleased)
	m.On(func(f *sim.Fact) { m.work(f, 1) }, sim.BatchStarted)
	m.On(func(f *sim.Fact) { m.work(f, -1) }, sim.BatchFinished)
	m.On(func(f *sim.Fact) { m.work(f, -float64(f.Count)) }, sim.BatchesLost)
	m.On(func(f *sim.Fact) { m.advance(max(f.At, m.span.Until)) }, sim.Ended)
	return m
}

// rent adds the idle power of a number of machines; the number is negative if they are released.
func (m *Carbon) rent(f *sim.Fact, machines float64) {
	m.advance(f.At)
	kind := &m.spec.Types[f.Type]
	m.unknown = m.unknown || kind.PeakWatts == 0
	m.watts += machines * kind.IdleWatts
}

// work adds the power of busy devices above idle power, for a number of slots; the number is
// negative if they become free.
func (m *Carbon) work(f *sim.Fact, slots float64) {
	m.advance(f.At)
	kind := &m.spec.Types[f.Type]
	_, busy := busyDevices(&m.spec.Deployments[f.Deployment])
	_, all := devicesOf(m.spec, f.Type)
	m.watts += slots * busy / all * (kind.PeakWatts - kind.IdleWatts)
}

// advance integrates up to an instant.
func (m *Carbon) advance(now kernel.Time) {
	for points := m.spec.Carbon; m.passed < len(points) && points[m.passed].From <= now; m.passed++ {
		m.add(points[m.passed].From)
	}
	m.add(now)
}

// add integrates up to an instant. The intensity must not change before it.
func (m *Carbon) add(now kernel.Time) {
	if m.passed > 0 {
		m.grams += m.watts / 3.6e6 * m.spec.Carbon[m.passed-1].Value * m.span.within(m.since, now)
	}
	m.since = now
}

// Measures implements Metric. It returns none if the intensity is unknown.
func (m *Carbon) Measures() []rows.Measurement {
	if len(m.spec.Carbon) == 0 {
		return nil
	}
	grams := m.grams
	if m.unknown {
		grams = math.NaN()
	}
	return []rows.Measurement{measure(rows.All, "carbon", "g", grams)}
}
