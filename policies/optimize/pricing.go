package optimize

import (
	"cmp"
	"math"
	"slices"
)

// pricing searches for the most valuable fillings of one type of machine. It is a branch and bound
// over the number of replicas of one configuration after the other.
type pricing struct {
	*fillings
	kind   int
	from   int     // group of present machines that the fillings are made from; −1: none
	worth  []worth // per configuration of the type
	order  []int   // configurations of the type, by worth for their size, the best first
	ratios [][]float64
	steps  int // remaining steps

	least  float64 // only fillings that are worth more than this are searched
	all    bool    // whether to find all these fillings, and not only the best
	found  []filling
	missed float64 // largest worth of a filling that was left out; −Inf: none was
}

// worth is the worth of replicas of a configuration on one machine: for the rate that they serve,
// for their number, and for those that stay from the present machine.
type worth struct{ rate, number, kept falling }

// falling is the worth of one replica, and the largest worth of all of them on one machine.
type falling struct{ each, limit float64 }

// of returns the worth of n replicas on one machine.
func (w worth) of(n int) float64 {
	return w.rate.of(n) + w.number.of(n) + w.kept.of(n)
}

// of returns the worth of n replicas.
func (f falling) of(n int) float64 { return min(f.each*float64(n), f.limit) }

// newPricing prepares a search over the machines of type k that are made from a group of present
// ones (−1: none). Worth is per configuration of the problem.
func (l *fillings) newPricing(k, from int, worth []worth, steps int) *pricing {
	p := &pricing{fillings: l, kind: k, from: from, steps: steps, missed: math.Inf(-1)}
	list := l.byType[k]
	size := make([]float64, len(list))
	for i, c := range list {
		w := worth[c]
		w.kept.limit = 0
		if at, ok := l.presence[k].place[c]; ok && from >= 0 {
			w.kept.limit = w.kept.each * float64(l.presence[k].groups[from].counts.of(at))
		}
		p.worth = append(p.worth, w)
		size[i] = 1 / float64(max(1, l.perMachine[c]))
	}
	p.order = indices(len(list))
	slices.SortStableFunc(p.order, func(a, b int) int {
		return cmp.Compare(p.worth[b].of(1)/size[b], p.worth[a].of(1)/size[a])
	})
	t := &l.Types[k]
	for r := range t.Host {
		p.ratio(func(f *Configuration) float64 { return float64(f.Host[r]) })
	}
	for r := range t.Device {
		p.ratio(func(f *Configuration) float64 {
			if len(f.Device) == 0 {
				return 0
			}
			return float64(f.Device[r]) * float64(f.needed())
		})
	}
	return p
}

// ratio computes, for each place in the order, the largest worth per unit of a resource among the
// configurations from this place on.
func (p *pricing) ratio(need func(*Configuration) float64) {
	most := make([]float64, len(p.order)+1)
	for at := len(p.order) - 1; at >= 0; at-- {
		i := p.order[at]
		most[at] = most[at+1]
		if n := need(&p.Configurations[p.byType[p.kind][i]]); n > 0 {
			most[at] = max(most[at], p.worth[i].of(1)/n)
		} else if p.worth[i].of(1) > 0 {
			most[at] = math.Inf(1)
		}
	}
	p.ratios = append(p.ratios, most)
}

// bound returns an upper bound on the worth that configurations from a place of the order on can
// add.
func (p *pricing) bound(m *machineFill, at int) float64 {
	least := math.Inf(1)
	limit := func(r int, left int64) {
		if ratio := p.ratios[r][at]; !math.IsInf(ratio, 1) {
			least = min(least, ratio*float64(left))
		}
	}
	for r, left := range m.host {
		limit(r, left)
	}
	width := len(p.Types[p.kind].Device)
	for r := range width {
		sum := int64(0)
		for d := r; d < len(m.devices); d += width {
			sum += m.devices[d]
		}
		limit(len(m.host)+r, sum)
	}
	if math.IsInf(least, 1) {
		least = 0
		for _, i := range p.order[at:] {
			least += p.worth[i].of(p.useful[p.byType[p.kind][i]])
		}
	}
	return least
}

// best returns the most valuable filling, if it is worth more than least. The result most is an
// upper bound on the worth of all fillings.
func (p *pricing) best(least float64) (f filling, ok bool, most float64) {
	p.least = least
	p.search(newMachineFill(&p.Types[p.kind]), make([]int, len(p.order)), 0, 0)
	most = max(p.least, p.missed)
	if len(p.found) == 0 {
		return f, false, most
	}
	return p.extend(p.found[0]), true, most
}

// above returns all maximal fillings that are worth more than least. It returns false if the search
// was cut short.
func (p *pricing) above(least float64) ([]filling, bool) {
	p.least, p.all = least, true
	p.search(newMachineFill(&p.Types[p.kind]), make([]int, len(p.order)), 0, 0)
	return p.found, math.IsInf(p.missed, -1)
}

// mostFound bounds the fillings that a search returns.
const mostFound = 600

// search continues from a machine with the given counts. It branches on the number of replicas of
// the configuration at a place of the order, the largest number first.
func (p *pricing) search(m *machineFill, counts []int, at int, worth float64) {
	most := worth + p.bound(m, at)
	if most <= p.least+tiny(p.least) {
		return
	}
	if p.steps--; p.steps < 0 || len(p.found) >= mostFound {
		p.missed = max(p.missed, most)
		return
	}
	if at == len(p.order) || !p.all && p.worth[p.order[at]].of(1) <= 0 {
		p.take(m, counts, worth)
		return
	}
	i := p.order[at]
	states, unsure := []*machineFill{m}, p.unsure
	p.unsure = false
	for n := p.useful[p.byType[p.kind][i]]; n > 0; n-- {
		more, ok := p.add(p.kind, states[len(states)-1], counts, i)
		if !ok {
			break
		}
		counts[i]++
		states = append(states, more)
	}
	if p.unsure { // a further replica may fit
		p.missed = max(p.missed, most)
	}
	p.unsure = p.unsure || unsure
	for n := len(states) - 1; n >= 0; n-- {
		counts[i] = n
		p.search(states[n], counts, at+1, worth+p.worth[i].of(n))
	}
}

// take adds a filling to those found.
func (p *pricing) take(m *machineFill, counts []int, worth float64) {
	f := filling{kind: p.kind, from: p.from, counts: slices.Clone(counts), layout: m.clone()}
	switch {
	case !p.all:
		p.found, p.least = append(p.found[:0], f), worth
	case p.maximal(&f):
		p.found = append(p.found, f)
	}
}

// maximal reports whether a filling has no room for a further useful replica.
func (l *fillings) maximal(f *filling) bool {
	for i, c := range l.byType[f.kind] {
		if f.counts[i] < l.useful[c] {
			if _, ok := l.add(f.kind, f.layout, f.counts, i); ok {
				return false
			}
		}
	}
	return true
}
