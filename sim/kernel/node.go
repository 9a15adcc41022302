package kernel

import "math/bits"

type node[E any] struct {
	at    Time
	order uint64
	event E
}

func (a *node[E]) before(b *node[E]) bool { return a.ahead(b) == 1 }

// ahead is 1 if a comes before b, else 0. It compares instants, then orders, as one number of 128
// bits. The code has no branch, because a processor could not predict which of two events comes
// first.
func (a *node[E]) ahead(b *node[E]) uint64 {
	_, less := bits.Sub64(a.order, b.order, 0)
	_, less = bits.Sub64(uint64(a.at), uint64(b.at), less)
	return less
}

// open is the value of Queue.edge while the wheel is empty: every instant lies before it.
const open = uint64(Never) + 1
