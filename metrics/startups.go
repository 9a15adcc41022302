package metrics

import (
	"wavetank/metrics/rows"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Startups measures the cost of machines that could not serve yet:
//
//   - booting: machines from their order until they were up,
//   - bare: machines that were up, but had no ready or draining replica,
//   - calledOff: the part of both for boots and loads that were cancelled. The machine was released
//     before it was up, or the replica was removed before it was ready and its machine had no
//     other.
//
// Machines under repair do not count.
type Startups struct {
	sim.Handlers
	spec     *fleet.Spec
	span     MeasuredSpan
	machines []startingMachine
	loading  []kernel.Time // per replica: when its load began

	booting, bare, calledOff float64 // costs so far, $
}

// startingMachine is a machine on its way to its first replica.
type startingMachine struct {
	kind    fleet.TypeID
	state   startState
	since   kernel.Time // when the state began
	counted kernel.Time // instant up to which cancelled loads have been counted
	serving int         // replicas that are ready or draining
}

// startState is the state of a machine for this metric.
type startState uint8

const (
	released startState = iota // released, or under repair
	boots
	bare
	serves
)

// NewStartups returns the metric for a spec and a measured span.
func NewStartups(c *fleet.Spec, s MeasuredSpan) *Startups {
	m := &Startups{spec: c, span: s}
	m.On(m.order, sim.MachineOrdered)
	m.On(func(f *sim.Fact) { m.enter(f, bare) }, sim.MachineUp, sim.MachineRepaired)
	m.On(func(f *sim.Fact) { m.enter(f, released) }, sim.MachineFailed)
	m.On(m.release, sim.MachineReleased)
	m.On(m.load, sim.ReplicaLoading)
	m.On(m.ready, sim.ReplicaReady)
	m.On(m.leave, sim.ReplicaRemoved, sim.ReplicaLost)
	m.On(m.cancel, sim.ReplicaCancelled)
	m.On(m.close, sim.Ended)
	return m
}

func (m *Startups) order(f *sim.Fact) {
	m.machines = fleet.AtLeast(m.machines, f.Machine)
	m.machines[f.Machine].kind = f.Type
	m.enter(f, boots)
}

// enter moves the machine of a fact to a state. It adds the cost of the state before.
func (m *Startups) enter(f *sim.Fact, to startState) {
	one := &m.machines[f.Machine]
	if rent := m.rent(one, one.since, f.At); one.state == boots {
		m.booting += rent
	} else if one.state == bare {
		m.bare += rent
	}
	one.state, one.since = to, f.At
}

// rent returns the cost of a machine between two instants in US dollars, by the prices at that
// time.
func (m *Startups) rent(one *startingMachine, from, until kernel.Time) float64 {
	return m.spec.Types[one.kind].Rent(max(from, m.span.From), min(until, m.span.Until))
}

func (m *Startups) release(f *sim.Fact) {
	if one := &m.machines[f.Machine]; one.state == boots {
		m.calledOff += m.rent(one, one.since, f.At)
	}
	m.enter(f, released)
}

func (m *Startups) load(f *sim.Fact) {
	m.loading = fleet.AtLeast(m.loading, f.Replica)
	m.loading[f.Replica] = f.At
}

func (m *Startups) ready(f *sim.Fact) {
	m.machines[f.Machine].serving++
	m.enter(f, serves)
}

func (m *Startups) leave(f *sim.Fact) {
	one := &m.machines[f.Machine]
	if one.serving--; one.serving == 0 && one.state == serves {
		m.enter(f, bare)
	}
}

// cancel adds the cost of a cancelled load on a machine without a serving replica.
func (m *Startups) cancel(f *sim.Fact) {
	if one := &m.machines[f.Machine]; one.state == bare {
		m.calledOff += m.rent(one, max(one.since, one.counted, m.loading[f.Replica]), f.At)
		one.counted = f.At
	}
}

// close adds the costs until the end of the measured span. If the run ended sooner, its machines
// count until the end of the span.
func (m *Startups) close(f *sim.Fact) {
	for i := range m.machines {
		m.enter(&sim.Fact{At: max(f.At, m.span.Until), Machine: fleet.MachineID(i)}, released)
	}
}

// Measures implements Metric.
func (m *Startups) Measures() []rows.Measurement {
	return []rows.Measurement{
		measure(rows.All, "cost_booting", "$", m.booting), measure(rows.All, "cost_loading", "$", m.bare),
		measure(rows.All, "cost_called_off", "$", m.calledOff),
	}
}
