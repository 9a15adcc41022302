package fleet

import "wavetank/sim/kernel"

// Bill adds up what machines of one type cost within a span. A machine is paid from its order to
// its release. Instants must not go back from call to call.
type Bill struct {
	kind    *MachineType
	from    kernel.Time // of the span
	until   kernel.Time
	paid    int // machines that are paid now
	since   kernel.Time
	seconds float64 // for which machines were paid in the span, of all together
}

// NewBill returns the bill of no machine.
func NewBill(t *MachineType, from, until kernel.Time) Bill {
	return Bill{kind: t, from: from, until: until}
}

// Order adds a machine that is ordered.
func (b *Bill) Order(now kernel.Time) {
	b.advance(now)
	b.paid++
}

// Release takes a machine off that is released.
func (b *Bill) Release(now kernel.Time) {
	b.advance(now)
	b.paid--
}

// Total returns what the machines have cost until an instant, in US dollars.
func (b Bill) Total(now kernel.Time) float64 {
	b.advance(now)
	return b.seconds / 3600 * b.kind.Price
}

// advance adds up until an instant.
func (b *Bill) advance(now kernel.Time) {
	if from, until := max(b.since, b.from), min(now, b.until); until > from {
		b.seconds += float64(b.paid) * until.Sub(from).Seconds()
	}
	b.since = now
}
