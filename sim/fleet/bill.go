package fleet

import (
	"fmt"
	"slices"

	"wavetank/sim/kernel"
)

// Bill sums the cost of the machines of one type within a span. A machine is paid from its order to
// its release. The last started unit of MachineType.Billing is paid in full. The cost per hour at
// an instant is the price times the number of machines that are paid then, which is at least
// MachineType.Reserved. Instants must not decrease from call to call.
type Bill struct {
	kind    *MachineType
	from    kernel.Time   // start of the span
	until   kernel.Time   // end of the span
	paid    int           // machines that are paid now
	ends    []kernel.Time // ends of the started units of released machines, ascending
	passed  int           // how many points of the timeline of prices have passed
	since   kernel.Time
	seconds float64 // machine-seconds paid in the span at the present price
	before  float64 // machine-seconds paid at earlier prices
	dollars float64 // cost of the machine-seconds before
}

// NewBill returns a bill without machines.
func NewBill(t *MachineType, from, until kernel.Time) Bill {
	return Bill{kind: t, from: from, until: until}
}

// PriceAt returns the price of a machine at an instant, in US dollars per hour.
func (t *MachineType) PriceAt(at kernel.Time) float64 { return t.Prices.At(at, t.Price) }

// Rent returns the cost of a machine between two instants, paid by the second, in US dollars.
// Prices may change between the instants.
func (t *MachineType) Rent(from, until kernel.Time) (dollars float64) {
	for _, p := range t.Prices {
		if p.From > from && p.From < until {
			dollars += p.From.Sub(from).Seconds() / 3600 * t.PriceAt(from)
			from = p.From
		}
	}
	return dollars + max(0, until.Sub(from).Seconds())/3600*t.PriceAt(from)
}

// PriceBetween returns the mean price of a machine between two instants, in US dollars per hour.
func (t *MachineType) PriceBetween(from, until kernel.Time) float64 {
	if len(t.Prices) == 0 || until <= from {
		return t.PriceAt(from)
	}
	return t.Rent(from, until) / until.Sub(from).Hours()
}

// PaidUntil returns the instant until which a machine is paid, from the instants of its order and
// its release.
func (t *MachineType) PaidUntil(ordered, released kernel.Time) kernel.Time {
	if t.Billing <= 0 {
		return released
	}
	units := (released.Sub(ordered) + t.Billing - 1) / t.Billing
	return ordered.Add(units * t.Billing)
}

// Order adds a machine that is ordered now.
func (b *Bill) Order(now kernel.Time) {
	b.Advance(now)
	b.paid++
}

// Release removes a machine that is released now. It is paid until the end of the unit that it has
// started.
func (b *Bill) Release(ordered, now kernel.Time) {
	b.Advance(now)
	end := b.kind.PaidUntil(ordered, now)
	if end <= now {
		b.paid--
		return
	}
	at, _ := slices.BinarySearch(b.ends, end)
	b.ends = slices.Insert(b.ends, at, end)
}

// Total returns the cost of the machines until the instant of the last call, in US dollars.
func (b *Bill) Total() float64 { return b.dollars + b.seconds/3600*b.Price() }

// TotalAt returns the cost of the machines until a later instant, in US dollars, if none is ordered
// or released before. It does not change the bill.
func (b Bill) TotalAt(now kernel.Time) float64 {
	b.Advance(now)
	return b.Total()
}

// MeanPrice returns the mean price paid so far, in US dollars per machine and hour. It returns the
// present price if nothing was paid.
func (b *Bill) MeanPrice() float64 {
	if b.before == 0 {
		return b.Price()
	}
	return b.Total() / (b.before + b.seconds) * 3600
}

// Paid returns how many machines are paid now, reserved ones included.
func (b *Bill) Paid() int { return max(b.paid, b.kind.Reserved) }

// Price returns the present price.
func (b *Bill) Price() float64 {
	if b.passed == 0 {
		return b.kind.Price
	}
	return b.kind.Prices[b.passed-1].Value
}

// Next returns the next instant at which the cost per hour may change without an order or a
// release: the end of a started unit, or a point of the timeline of prices.
func (b *Bill) Next() kernel.Time {
	next := kernel.Never
	if b.passed < len(b.kind.Prices) {
		next = b.kind.Prices[b.passed].From
	}
	if len(b.ends) > 0 {
		next = min(next, b.ends[0])
	}
	return next
}

// Advance sums the cost until an instant.
func (b *Bill) Advance(now kernel.Time) {
	for next := b.Next(); next <= now; next = b.Next() {
		b.add(next)
		for len(b.ends) > 0 && b.ends[0] == next {
			b.ends = b.ends[1:]
			b.paid--
		}
		if b.passed < len(b.kind.Prices) && b.kind.Prices[b.passed].From == next {
			b.dollars += b.seconds / 3600 * b.Price()
			b.before += b.seconds
			b.seconds = 0
			b.passed++
		}
	}
	b.add(now)
}

// add sums the cost until an instant. The cost per hour must not change before it.
func (b *Bill) add(now kernel.Time) {
	if from, until := max(b.since, b.from), min(now, b.until); until > from {
		b.seconds += float64(b.Paid()) * until.Sub(from).Seconds()
	}
	b.since = now
}

// checkPay returns the first fault in the prices, the limits and the billing of a machine type.
func (t *MachineType) checkPay() error {
	if err := t.Prices.check(); err != nil {
		return fmt.Errorf("machine type %s: a price of %w", t.Name, err)
	}
	if t.Min < 0 || t.Min > t.Max || t.Reserved < 0 || t.Billing < 0 {
		return fmt.Errorf("machine type %s: min %d, max %d, reserved %d, billing %v: none may be negative, and min may not exceed max", t.Name, t.Min, t.Max, t.Reserved, t.Billing)
	}
	return nil
}
