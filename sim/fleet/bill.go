package fleet

import (
	"fmt"
	"slices"

	"wavetank/sim/kernel"
)

// Bill adds up what machines of one type cost within a span. A machine is paid from its order to
// its release, and the last started unit of MachineType.Billing whole. At an instant the type costs
// its price, times the machines that are paid then, or times MachineType.Reserved where that is
// more. Instants must not go back from call to call.
type Bill struct {
	kind    *MachineType
	from    kernel.Time // of the span
	until   kernel.Time
	paid    int           // machines that are paid now
	ends    []kernel.Time // of the started units of machines that were released, ascending
	passed  int           // points of the timeline of prices
	since   kernel.Time
	seconds float64 // machine-seconds that were paid in the span at the present price
	before  float64 // machine-seconds at earlier prices
	dollars float64 // for those
}

// NewBill returns the bill of no machine.
func NewBill(t *MachineType, from, until kernel.Time) Bill {
	return Bill{kind: t, from: from, until: until}
}

// PriceAt returns the price of a machine at an instant, in US dollars per hour.
func (t *MachineType) PriceAt(at kernel.Time) float64 { return t.Prices.At(at, t.Price) }

// Rent returns what a machine costs between two instants by its prices then, paid by the second, in
// US dollars.
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

// PaidUntil returns the instant until which a machine is paid that was ordered and released.
func (t *MachineType) PaidUntil(ordered, released kernel.Time) kernel.Time {
	if t.Billing <= 0 {
		return released
	}
	units := (released.Sub(ordered) + t.Billing - 1) / t.Billing
	return ordered.Add(units * t.Billing)
}

// Order adds a machine that is ordered.
func (b *Bill) Order(now kernel.Time) {
	b.Advance(now)
	b.paid++
}

// Release takes a machine off that is released, at the end of the unit that it has started.
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

// Total returns what the machines have cost until the last instant, in US dollars.
func (b *Bill) Total() float64 { return b.dollars + b.seconds/3600*b.Price() }

// TotalAt returns what the machines will have cost at an instant, in US dollars, if none is ordered
// or released until then. The bill stays as it is.
func (b Bill) TotalAt(now kernel.Time) float64 {
	b.Advance(now)
	return b.Total()
}

// MeanPrice returns the price that was paid in the mean until the last instant, in US dollars per
// machine and hour; the present one where nothing was paid.
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

// Next returns the next instant at which a machine may cease to be paid, or the price may change,
// without an order or a release: a started unit ends, or a point of the timeline comes.
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

// Advance adds up until an instant.
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

// add adds up until an instant before which nothing changes.
func (b *Bill) add(now kernel.Time) {
	if from, until := max(b.since, b.from), min(now, b.until); until > from {
		b.seconds += float64(b.Paid()) * until.Sub(from).Seconds()
	}
	b.since = now
}

// checkPay returns the first fault in what a machine type costs and how many of it are kept.
func (t *MachineType) checkPay() error {
	if err := t.Prices.check(); err != nil {
		return fmt.Errorf("machine type %s: a price of %w", t.Name, err)
	}
	if t.Min < 0 || t.Min > t.Max || t.Reserved < 0 || t.Billing < 0 {
		return fmt.Errorf("machine type %s: at least %d of at most %d machines, %d reserved, paid by %v", t.Name, t.Min, t.Max, t.Reserved, t.Billing)
	}
	return nil
}
