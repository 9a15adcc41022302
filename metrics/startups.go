package metrics

import (
	"wavetank/metrics/rows"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Startups measures what was paid for machines that could not serve yet:
//
//   - machines that booted, from their order until they were up,
//   - machines that were up without a replica that was ready or drained: one loads, or none is
//     there,
//   - of both, boots and loads that came to nothing: the machine was released before it was up, or
//     the replica left before it was ready, and its machine had no other.
//
// Machines under repair count in none of these.
type Startups struct {
	sim.Handlers
	spec     *fleet.Spec
	span     MeasuredSpan
	machines []startingMachine
	loading  []kernel.Time // per replica: since when

	booting, bare, calledOff float64 // $
}

// startingMachine is a machine on its way to its first replica.
type startingMachine struct {
	kind    fleet.TypeID
	state   startState
	since   kernel.Time // when that began
	counted kernel.Time // until when loads that were called off have been counted
	serving int         // replicas that are ready or drain
}

// startState is what a machine is paid for.
type startState uint8

const (
	released startState = iota // or under repair
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

// enter lets the machine of a fact go on to a state, and charges the one that it was in.
func (m *Startups) enter(f *sim.Fact, to startState) {
	one := &m.machines[f.Machine]
	if rent := m.rent(one, one.since, f.At); one.state == boots {
		m.booting += rent
	} else if one.state == bare {
		m.bare += rent
	}
	one.state, one.since = to, f.At
}

// rent returns what a machine cost between two instants, by the prices of that time.
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

// cancel charges a load that came to nothing on a machine that served nothing meanwhile.
func (m *Startups) cancel(f *sim.Fact) {
	if one := &m.machines[f.Machine]; one.state == bare {
		m.calledOff += m.rent(one, max(one.since, one.counted, m.loading[f.Replica]), f.At)
		one.counted = f.At
	}
}

// close charges until the end of the measured span. A run that ended sooner keeps its machines
// until then.
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
