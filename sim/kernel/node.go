package kernel

type node[E any] struct {
	at    Time
	order uint64
	event E
}

func (a *node[E]) before(b *node[E]) bool {
	return a.at < b.at || a.at == b.at && a.order < b.order
}

// open is the edge while the wheel is empty: every instant lies before it.
const open = uint64(Never) + 1
