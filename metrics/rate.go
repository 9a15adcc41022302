package metrics

import (
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// rate is the cost of all machines over time, in US dollars per hour, by the bills of all machine
// types. It changes when a machine is ordered or released, when a price changes, and when the last
// billing unit of a released machine ends.
type rate struct {
	grid    grid
	bills   []fleet.Bill // per machine type
	ordered map[fleet.MachineID]kernel.Time
	steps   integralSeries // $ per hour × seconds, per step of the grid
}

func newRate(c *fleet.Spec, g grid) rate {
	r := rate{grid: g, ordered: map[fleet.MachineID]kernel.Time{}, steps: integralSeries{cells: make([]float64, g.count())}}
	for t := range c.Types {
		r.bills = append(r.bills, fleet.NewBill(&c.Types[t], 0, g.until))
		r.steps.level += float64(r.bills[t].Paid()) * r.bills[t].Price()
	}
	return r
}

// rent handles a machine that is ordered or released.
func (r *rate) rent(f *sim.Fact) {
	r.advance(f.At)
	r.change(&r.bills[f.Type], f.At, func(b *fleet.Bill) {
		if f.Kind == sim.MachineOrdered {
			r.ordered[f.Machine] = f.At
			b.Order(f.At)
			return
		}
		b.Release(r.ordered[f.Machine], f.At)
		delete(r.ordered, f.Machine)
	})
}

// advance applies the changes of the rate until now that happen without an order or release.
func (r *rate) advance(now kernel.Time) {
	for {
		first, at := 0, kernel.Never
		for t := range r.bills {
			if next := r.bills[t].Next(); next < at {
				first, at = t, next
			}
		}
		if at > now {
			return
		}
		r.change(&r.bills[first], at, func(b *fleet.Bill) { b.Advance(at) })
	}
}

// change changes a bill, and updates the rate.
func (r *rate) change(b *fleet.Bill, at kernel.Time, do func(*fleet.Bill)) {
	paid, price := b.Paid(), b.Price()
	do(b)
	change := float64(b.Paid()-paid) * price
	if b.Price() != price {
		change = float64(b.Paid())*b.Price() - float64(paid)*price
	}
	r.steps.add(r.grid, at, change)
}

// close counts the rate until the end of the last step of the grid.
func (r *rate) close() {
	r.advance(r.grid.until)
	r.steps.advance(r.grid, r.grid.until)
}
