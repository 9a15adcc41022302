package metrics

import (
	"math"

	"wavetank/metrics/rows"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Overrun measures the share of the measured time in which the rent of all machines was above the
// budget of the scenario, and the largest excess. The rent at an instant is a sum over machine
// types: the present price times the number of rented machines, or of reserved machines if that is
// larger. A rent between two changes at the same instant does not count.
type Overrun struct {
	sim.Handlers
	spec   *fleet.Spec
	span   MeasuredSpan
	rented []int // per machine type
	since  kernel.Time
	over   float64 // seconds above the budget
	most   float64 // largest excess over the budget, $ per hour
}

// NewOverrun returns the metric for a spec and a measured span. Without a budget it wants no facts.
func NewOverrun(c *fleet.Spec, s MeasuredSpan) *Overrun {
	m := &Overrun{spec: c, span: s, rented: make([]int, len(c.Types))}
	if c.Budget == 0 {
		return m
	}
	m.On(func(f *sim.Fact) { m.rent(f, 1) }, sim.MachineOrdered)
	m.On(func(f *sim.Fact) { m.rent(f, -1) }, sim.MachineReleased)
	m.On(func(f *sim.Fact) { m.advance(max(f.At, m.span.Until)) }, sim.Ended)
	return m
}

func (m *Overrun) rent(f *sim.Fact, machines int) {
	m.advance(f.At)
	m.rented[f.Type] += machines
}

// advance integrates up to an instant, from one change of a price to the next.
func (m *Overrun) advance(now kernel.Time) {
	for m.since < now {
		next := now
		for t := range m.spec.Types {
			next = min(next, m.spec.Types[t].Prices.Next(m.since))
		}
		m.add(next)
	}
}

// add integrates up to an instant. The rent must not change before it.
func (m *Overrun) add(now kernel.Time) {
	over := -m.spec.Budget
	for t := range m.spec.Types {
		kind := &m.spec.Types[t]
		over += float64(max(m.rented[t], kind.Reserved)) * kind.PriceAt(m.since)
	}
	if seconds := m.span.within(m.since, now); seconds > 0 && over > 1e-9*m.spec.Budget {
		m.over += seconds
		m.most = math.Max(m.most, over)
	}
	m.since = now
}

// Percent returns by how many percent of the budget the rent was above it at most; 0 if it never
// was.
func (m *Overrun) Percent() float64 {
	if m.spec.Budget == 0 {
		return 0
	}
	return 100 * m.most / m.spec.Budget
}

// Measures implements Metric. It returns none without a budget.
func (m *Overrun) Measures() []rows.Measurement {
	if m.spec.Budget == 0 {
		return nil
	}
	return []rows.Measurement{
		measure(rows.All, "over_budget", "%", percent(m.over, m.span.Length().Seconds())),
		measure(rows.All, "over_budget_max", "$/h", m.most),
	}
}
