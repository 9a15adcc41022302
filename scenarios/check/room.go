package check

import (
	"wavetank/sim/fleet"
)

// packing searches for room for one replica of each model at a time, within the limits on machines
// of each type.
type packing struct {
	catalog *fleet.Spec
	open    []opened // machines in use
	rented  []int    // number of machines of each type
	tries   int
	deepest int // largest number of first models that found room together
}

// opened is a machine in use, with its free amounts.
type opened struct {
	kind fleet.TypeID
	free amounts
}

// amounts holds cores, host memory in bytes, thousandths of GPUs, and GPU memory in bytes. The last
// two are sums over all GPUs. A replica may not fit on any single GPU although the sums fit. If the
// sums do not fit, the replica does not fit.
type amounts [4]int64

// offers returns the amounts of an empty machine.
func offers(t *fleet.MachineType) amounts {
	return amounts{int64(t.Cores), t.Memory, int64(t.GPUs) * fleet.WholeGPU, int64(t.GPUs) * t.GPUMemory}
}

// asks returns the amounts that a replica takes.
func asks(r *fleet.Resources) amounts {
	n := int64(r.Devices())
	return amounts{int64(r.Cores), r.Memory, n * int64(r.GPUShare), n * r.GPUMemory}
}

// take subtracts amounts. It returns false and changes nothing if there is too little of one.
func (a *amounts) take(b amounts) bool {
	for i := range a {
		if a[i] < b[i] {
			return false
		}
	}
	for i := range a {
		a[i] -= b[i]
	}
	return true
}

// mostTries is the largest number of tries in the search of roomless.
const mostTries = 20_000

// roomless returns the first model for which a fleet has no room in addition to a replica of each
// model before it. Ok is false if each model can have one, or if the search takes too long.
func roomless(c *fleet.Spec) (m fleet.ModelID, ok bool) {
	p := packing{catalog: c, rented: make([]int, len(c.Types))}
	if p.try(0) || p.tries >= mostTries {
		return 0, false
	}
	return fleet.ModelID(p.deepest), true
}

// try places a replica of model m and of each model after it. It reports whether there is room.
func (p *packing) try(m int) bool {
	if p.deepest = max(p.deepest, m); m == len(p.catalog.Models) {
		return true
	}
	for i := range p.catalog.Deployments {
		d := &p.catalog.Deployments[i]
		if p.tries++; int(d.Model) != m || p.tries >= mostTries {
			continue
		}
		for at := range p.open {
			before := p.open[at].free
			if p.open[at].kind != d.Type || !p.open[at].free.take(asks(&d.Need)) {
				continue
			}
			if p.try(m + 1) {
				return true
			}
			p.open[at].free = before
		}
		kind := &p.catalog.Types[d.Type]
		if p.rented[d.Type] >= kind.Max {
			continue
		}
		fresh := opened{d.Type, offers(kind)}
		if !fresh.free.take(asks(&d.Need)) {
			continue
		}
		p.open = append(p.open, fresh)
		p.rented[d.Type]++
		if p.try(m + 1) {
			return true
		}
		p.open = p.open[:len(p.open)-1]
		p.rented[d.Type]--
	}
	return false
}
