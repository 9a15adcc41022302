package engine

import (
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// bills folds facts into the cost of machines since the start of the run, per machine type.
type bills struct {
	sim.Handlers
	types   []fleet.Bill
	ordered []kernel.Time // per machine: when it was ordered
}

func newBills(c *fleet.Spec) *bills {
	b := &bills{}
	for t := range c.Types {
		b.types = append(b.types, fleet.NewBill(&c.Types[t], 0, kernel.Never))
	}
	b.On(b.order, sim.MachineOrdered)
	b.On(func(f *sim.Fact) { b.types[f.Type].Release(b.ordered[f.Machine], f.At) }, sim.MachineReleased)
	return b
}

func (b *bills) order(f *sim.Fact) {
	b.ordered = append(b.ordered, f.At) // machine identities count up in the order of these facts
	b.types[f.Type].Order(f.At)
}
