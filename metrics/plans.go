package metrics

import (
	"math"

	"wavetank/metrics/rows"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// Plans measures how good the plans of the measured span are, by the proofs of their solvers
// (sim.Optimality). It also measures what more demand or more machines would change. Plans without
// a solver do not count. If no plan has a solver, there are no numbers.
type Plans struct {
	sim.Handlers
	spec                  *fleet.Spec
	span                  MeasuredSpan
	plans, exact, altered int
	gap                   known   // gap of the cost to its bound, in percent
	unserved              known   // gap of what is unserved to its bound, in percent
	demand                []known // per model
	limits                []known // per machine type
}

// known sums a value over the plans in which it is known.
type known struct {
	plans int
	sum   float64
	most  float64
}

// add adds the value of one plan, unless it is NaN.
func (k *known) add(value float64) {
	if math.IsNaN(value) {
		return
	}
	if k.plans == 0 || value > k.most {
		k.most = value
	}
	k.plans++
	k.sum += value
}

// mean returns the mean value, or NaN if no plan has one.
func (k *known) mean() float64 { return k.sum / float64(k.plans) }

// largest returns the largest value, or NaN if no plan has one.
func (k *known) largest() float64 {
	if k.plans == 0 {
		return math.NaN()
	}
	return k.most
}

// NewPlans returns the metric for a spec and a measured span.
func NewPlans(c *fleet.Spec, s MeasuredSpan) *Plans {
	m := &Plans{spec: c, span: s, demand: make([]known, len(c.Models)), limits: make([]known, len(c.Types))}
	m.On(m.decided, sim.Decided)
	return m
}

// decided adds a plan.
func (m *Plans) decided(f *sim.Fact) {
	o := f.Plan.Optimality
	if o == nil || !m.span.Has(f.At) {
		return
	}
	m.plans++
	if o.Exact {
		m.exact++
	}
	if o.Altered {
		m.altered++
	}
	m.gap.add(100 * o.Gap())
	m.unserved.add(100 * o.UnservedGap())
	for i, price := range o.Demand {
		m.demand[i].add(price)
	}
	for i, price := range o.Limits {
		m.limits[i].add(price)
	}
}

// Measures implements Metric.
func (m *Plans) Measures() []rows.Measurement {
	if m.plans == 0 {
		return nil
	}
	list := []rows.Measurement{
		measure(rows.All, "plans", "1", float64(m.plans)),
		measure(rows.All, "plans_exact", "%", percent(float64(m.exact), float64(m.plans))),
		measure(rows.All, "plans_altered", "%", percent(float64(m.altered), float64(m.plans))),
		measure(rows.All, "plan_gap_mean", "%", m.gap.mean()),
		measure(rows.All, "plan_gap_max", "%", m.gap.largest()),
		measure(rows.All, "plan_unserved_gap", "%", m.unserved.mean()),
	}
	for i := range m.demand {
		list = append(list, measure(poolScope(&m.spec.Models[i]), "shadow_price_demand", "$/h per 1/s", m.demand[i].mean()))
	}
	for i := range m.limits {
		list = append(list, measure("machine:"+m.spec.Types[i].Name, "shadow_price_machine", "$/h", m.limits[i].mean()))
	}
	return list
}
