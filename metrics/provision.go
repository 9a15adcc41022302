package metrics

import (
	"math"

	"wavetank/metrics/rows"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Provision measures the rented machines, and how much of them was used.
//
//   - Utilization is device time in service over rented device time. Devices are rented from order
//     to release, even under repair. A kind that was never rented has no utilization. A token
//     replica counts as in service by its Deployment.Utilization.
//   - A machine counts under the kind of its GPUs. A machine without GPU counts under "cpu", and
//     its devices are cores. Over all kinds, devices are weighted by their price. If the price
//     changes, it is the mean over the machines and the time that were paid.
//   - Cost is the sum of fleet.Bill over the measured span.
//   - Power goes linearly from idle to peak with the share of the machine's devices that work. A
//     token replica works while any request runs.
type Provision struct {
	sim.Handlers
	spec    *fleet.Spec
	span    MeasuredSpan
	kinds   []kindUse
	types   []typeUse
	bills   []fleet.Bill                    // per machine type
	ordered map[fleet.MachineID]kernel.Time // when each rented machine was ordered
	stock   stock
	cold    int64    // replicas that loaded, without the first fleet
	deficit integral // demand that plans leave unserved, requests per second
	failed  int64    // machines that failed
	taken   int64    // machines that were reclaimed
	down    integral // machines under repair
	broken  map[fleet.MachineID]bool
}

// kindUse is the use of the devices of a kind, in device-seconds. Rented is the rented time, busy
// the time in service of batch replicas, load the time in service of token replicas.
type kindUse struct {
	busy, rented integral
	load         float64
}

// typeUse is the use of the machines of a type. Rented counts machines. Busy and load count their
// devices as in kindUse, and working counts the devices that work.
type typeUse struct {
	busy, working, rented integral
	load                  float64
}

// NewProvision returns the metric for a spec and a measured span.
func NewProvision(c *fleet.Spec, s MeasuredSpan) *Provision {
	m := &Provision{
		spec: c, span: s,
		kinds:   make([]kindUse, len(c.Kinds)),
		types:   make([]typeUse, len(c.Types)),
		stock:   newStock(c),
		broken:  map[fleet.MachineID]bool{},
		ordered: map[fleet.MachineID]kernel.Time{},
	}
	for t := range c.Types {
		m.bills = append(m.bills, fleet.NewBill(&c.Types[t], s.From, s.Until))
	}
	m.On(m.order, sim.MachineOrdered)
	m.On(m.release, sim.MachineReleased)
	m.On(m.fail, sim.MachineFailed)
	m.On(m.mend, sim.MachineRepaired)
	m.On(func(f *sim.Fact) { m.taken += m.measured(f) }, sim.MachineReclaiming)
	m.On(m.load, sim.ReplicaLoading)
	m.On(func(f *sim.Fact) { m.stock.count(m.span, f) }, sim.ReplicaReady, sim.ReplicaDraining)
	m.On(func(f *sim.Fact) { m.work(f, 1) }, sim.BatchStarted)
	m.On(func(f *sim.Fact) { m.work(f, -1) }, sim.BatchFinished)
	m.On(func(f *sim.Fact) { m.work(f, -float64(f.Count)) }, sim.BatchesLost)
	m.On(m.step, sim.StepsTaken)
	m.On(m.decided, sim.Decided)
	m.On(m.close, sim.Ended)
	return m
}

func (m *Provision) order(f *sim.Fact) {
	m.ordered[f.Machine] = f.At
	m.bills[f.Type].Order(f.At)
	m.rent(f, 1)
}

func (m *Provision) release(f *sim.Fact) {
	m.bills[f.Type].Release(m.ordered[f.Machine], f.At)
	delete(m.ordered, f.Machine)
	m.rent(f, -1)
	m.mend(f)
}

func (m *Provision) rent(f *sim.Fact, machines float64) {
	kind, devices := devicesOf(m.spec, f.Type)
	m.kinds[kind].rented.add(m.span, f.At, machines*devices)
	m.types[f.Type].rented.add(m.span, f.At, machines)
	m.stock.count(m.span, f)
}

func (m *Provision) fail(f *sim.Fact) {
	m.broken[f.Machine] = true
	m.down.add(m.span, f.At, 1)
	m.failed += m.measured(f)
}

// load counts a replica that loads, unless it belongs to the first fleet.
func (m *Provision) load(f *sim.Fact) {
	if f.At > 0 {
		m.cold += m.measured(f)
	}
}

// decided records the demand that a plan leaves unserved.
func (m *Provision) decided(f *sim.Fact) {
	sum := 0.0
	for _, s := range f.Plan.Shortfall {
		sum += s
	}
	m.deficit.add(m.span, f.At, sum-m.deficit.level)
}

// mend ends the repair of a machine, if it was under repair.
func (m *Provision) mend(f *sim.Fact) {
	if m.broken[f.Machine] {
		delete(m.broken, f.Machine)
		m.down.add(m.span, f.At, -1)
	}
}

// measured returns 1 for a fact in the measured span, else 0.
func (m *Provision) measured(f *sim.Fact) int64 {
	if m.span.Has(f.At) {
		return 1
	}
	return 0
}

func (m *Provision) work(f *sim.Fact, slots float64) {
	d := &m.spec.Deployments[f.Deployment]
	kind, devices := busyDevices(d)
	m.types[f.Type].working.add(m.span, f.At, slots*devices)
	if d.Tokens == nil {
		m.kinds[kind].busy.add(m.span, f.At, slots*devices)
		m.types[f.Type].busy.add(m.span, f.At, slots*devices)
	}
}

// step adds the service of a run of steps.
func (m *Provision) step(f *sim.Fact) {
	d := &m.spec.Deployments[f.Deployment]
	kind, devices := busyDevices(d)
	engines, running := f.Steps.Alike()
	load := devices / float64(engines) * d.Utilization(running) * m.span.within(f.Steps.Begin, f.Steps.Begin.Add(f.Steps.Span))
	m.kinds[kind].load += load
	m.types[f.Type].load += load
}

// close integrates to the end of the measured span. If the run ended sooner, its levels count until
// the end of the span.
func (m *Provision) close(f *sim.Fact) {
	end := max(f.At, m.span.Until)
	for i := range m.kinds {
		m.kinds[i].busy.advance(m.span, end)
		m.kinds[i].rented.advance(m.span, end)
	}
	for i := range m.types {
		t := &m.types[i]
		t.rented.advance(m.span, end)
		t.busy.advance(m.span, end)
		t.working.advance(m.span, end)
	}
	for i := range m.bills {
		m.bills[i].Advance(end)
	}
	m.stock.close(m.span, end)
	m.deficit.advance(m.span, end)
	m.down.advance(m.span, end)
}

// Cost returns the cost of the measured time, in US dollars.
func (m *Provision) Cost() float64 {
	cost := 0.0
	for t := range m.bills {
		cost += m.bills[t].Total()
	}
	return cost
}

// Energy returns the energy used in the measured time, in kilowatt-hours. It returns NaN if a
// machine with unknown power was rented.
func (m *Provision) Energy() float64 {
	joules := 0.0
	for t := range m.types {
		kind, use := &m.spec.Types[t], &m.types[t]
		if use.rented.total > 0 && kind.PeakWatts == 0 {
			return math.NaN()
		}
		_, devices := devicesOf(m.spec, fleet.TypeID(t))
		joules += use.rented.total*kind.IdleWatts + use.working.total/devices*(kind.PeakWatts-kind.IdleWatts)
	}
	return joules / 3.6e6
}

// utilization returns the share of the cost that was paid for devices in service. It returns NaN if
// nothing was paid.
func (m *Provision) utilization() float64 {
	worked := 0.0
	for t := range m.types {
		_, devices := devicesOf(m.spec, fleet.TypeID(t))
		worked += (m.types[t].busy.total + m.types[t].load) / devices / 3600 * m.bills[t].MeanPrice()
	}
	return worked / m.Cost()
}

// Measures implements Metric.
func (m *Provision) Measures() []rows.Measurement {
	seconds := m.span.Length().Seconds()
	machines := 0.0
	for t := range m.types {
		machines += m.types[t].rented.total
	}
	rate := m.Cost() / seconds * 3600
	list := []rows.Measurement{
		measure(rows.All, "utilization", "%", percent(m.utilization(), 1)),
		measure(rows.All, "cost", "$", m.Cost()),
		measure(rows.All, "cost_rate", "$/h", rate),
		measure(rows.All, "cost_month", "$", rate*24*30),
		measure(rows.All, "energy", "kWh", m.Energy()),
		measure(rows.All, "machines", "1", machines/seconds),
		measure(rows.All, "cold_starts", "1", float64(m.cold)),
		measure(rows.All, "shortfall", "1/s", m.deficit.total/seconds),
	}
	if m.spec.CanLoseMachines() {
		list = append(list, measure(rows.All, "machine_failures", "1", float64(m.failed)), measure(rows.All, "reclaims", "1", float64(m.taken)),
			measure(rows.All, "machines_down", "1", m.down.total/seconds))
	}
	for k, name := range m.spec.Kinds {
		if use := &m.kinds[k]; use.rented.total > 0 {
			list = append(list, measure(name, "utilization", "%", percent(use.busy.total+use.load, use.rented.total)))
		}
	}
	return append(list, m.stock.measures(m.span)...)
}
