package optimize

// firstFillings remembers the fillings of a new machine before any replica runs. All covers of a
// problem begin with them, whatever the order in which they take steps.
type firstFillings struct {
	list []firstFilling // per lead, in the order of index.byType
	adds []int          // replicas of all fillings, one after the other
}

// forget forgets all fillings, and keeps the memory.
func (m *firstFillings) forget() *firstFillings {
	clear(m.list)
	m.adds = m.adds[:0]
	return m
}

// firstFilling is what growth.filling returned.
type firstFilling struct {
	gain, price float64
	alone       bool
	from, to    int // its replicas are adds[from:to]; both are 0: not known
}

// mostRemembered bounds the memory for replicas of first fillings.
const mostRemembered = 1 << 18

// begins reports whether no replica runs, and only machines are rented that must be.
func (g *growth) begins() bool {
	for k, list := range g.machines {
		if len(list) != g.Types[k].least() {
			return false
		}
	}
	for _, n := range g.replicas {
		if n > 0 {
			return false
		}
	}
	return true
}

// firstFilling returns the same as filling, for a growth that begins. The lead has index i in the
// order of types.
func (g *growth) firstFilling(i int, top lead) step {
	m := g.first
	if m.list == nil {
		m.list = make([]firstFilling, len(g.leads.heap))
	}
	if known := &m.list[i]; known.to > 0 {
		s := step{rents: top.kind, lead: top.configuration, adds: m.adds[known.from:known.to], gain: known.gain, price: known.price, alone: known.alone}
		g.order(&s)
		return s
	}
	s := g.filling(top.kind, top.configuration)
	if n := len(m.adds); len(s.adds) > 0 && n+len(s.adds) <= mostRemembered {
		m.adds = append(m.adds, s.adds...)
		m.list[i] = firstFilling{s.gain, s.price, s.alone, n, len(m.adds)}
	}
	return s
}
