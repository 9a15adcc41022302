package engine

import (
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// bills folds facts into what machines have cost since the start of the run, per type.
type bills struct {
	sim.Handlers
	types   []fleet.Bill
	ordered []kernel.Time // per machine
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
	b.ordered = append(b.ordered, f.At) // machines are numbered in the order of their orders
	b.types[f.Type].Order(f.At)
}
