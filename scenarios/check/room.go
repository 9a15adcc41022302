package check

import (
	"wavetank/sim/fleet"
)

// packing looks for room for one replica of each model at a time, within the most machines of each
// type.
type packing struct {
	catalog *fleet.Spec
	open    []opened // machines in use
	rented  []int    // per machine type
	tries   int
	deepest int // the most models, in their order, that found room together
}

// opened is a machine with what is free of it.
type opened struct {
	kind fleet.TypeID
	free amounts
}

// amounts is cores, host memory, GPUs in thousandths and GPU memory, of all GPUs together. Sums may
// fit where no single GPU has room. If sums do not fit, nothing does.
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

// take takes amounts away, or reports that there are fewer.
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

// mostTries bounds the search of roomless.
const mostTries = 20_000

// roomless returns the first model for which a fleet has no room beside a replica of each model
// before it. Ok is false if each can have one, or where that takes long to find out.
func roomless(c *fleet.Spec) (m fleet.ModelID, ok bool) {
	p := packing{catalog: c, rented: make([]int, len(c.Types))}
	if p.try(0) || p.tries >= mostTries {
		return 0, false
	}
	return fleet.ModelID(p.deepest), true
}

// try places a replica of a model and of all that follow.
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
