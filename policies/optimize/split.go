package optimize

import (
	"cmp"
	"slices"
	"sort"
)

// index is a problem with tables that all solvers use.
type index struct {
	Problem
	byModel    [][]int // per model, configurations that can serve, the most accurate first
	byType     [][]int // per type, configurations that can serve
	inOrder    [][]int // per model, configurations that can serve, in the order of byType
	perMachine []int
	left       float64 // money that the budget leaves for machines, in $ per hour; +Inf: no budget
	plain      []bool  // per model: only rates count, not the accuracy or the replicas
	minimum
	fillers  []filler
	dearest  []int // types by price, the highest first
	first    *firstFillings
	current  []int       // per configuration, number of replicas that run now
	presence []*presence // per type
	*scratch
}

// scratch is memory that the solvers of one problem reuse.
type scratch struct {
	growth growth
	other  *packing // second packing of improve; nil: not allocated yet
	models []int

	spare       []*machineFill // machines that are no longer needed
	scaledFirst firstFillings  // of scaled problems, one after the other

	fairest   float64    // largest least share that the relaxation serves; 1: not known
	generated *generated // for searches over fillings; nil: there are none
}

// empty returns an empty machine of a type.
func (s *scratch) empty(t *HostType) *machineFill {
	last := len(s.spare) - 1
	if last < 0 {
		return newMachineFill(t)
	}
	p := s.spare[last]
	s.spare = s.spare[:last]
	p.clear(t)
	return p
}

func newIndex(p Problem) *index {
	x := &index{
		Problem:    p,
		byModel:    make([][]int, len(p.Demand)),
		byType:     make([][]int, len(p.Types)),
		perMachine: make([]int, len(p.Configurations)),
		left:       p.money(),
		plain:      make([]bool, len(p.Demand)),
		inOrder:    make([][]int, len(p.Demand)),
		dearest:    indices(len(p.Types)),
		first:      &firstFillings{},
		scratch:    &scratch{fairest: 1},
	}
	for c, f := range p.Configurations {
		x.perMachine[c] = p.PerMachine(c)
		if x.perMachine[c] == 0 || f.Capacity == 0 {
			continue
		}
		x.byModel[f.Model] = append(x.byModel[f.Model], c)
		x.byType[f.Type] = append(x.byType[f.Type], c)
	}
	for _, list := range x.byModel {
		sort.SliceStable(list, func(i, j int) bool {
			return p.Configurations[list[i]].Accuracy > p.Configurations[list[j]].Accuracy
		})
	}
	for _, list := range x.byType {
		for _, c := range list {
			m := p.Configurations[c].Model
			x.inOrder[m] = append(x.inOrder[m], c)
		}
	}
	x.minimum = newMinimum(x)
	for m := range x.byModel {
		x.plain[m] = p.AccuracyWeight == 0 && x.floor(m) == 0 && x.least[m] == 0
	}
	x.current = p.running()
	for k := range p.Types {
		x.presence = append(x.presence, newPresence(x, k))
	}
	for k := range x.byType {
		x.fillers = append(x.fillers, newFiller(x, k))
	}
	slices.SortStableFunc(x.dearest, func(a, b int) int { return cmp.Compare(p.Types[b].Price, p.Types[a].Price) })
	return x
}

// split divides the demand of model m among the replicas. It writes the rates into rates if that is
// not nil. It returns the served rate and its worth: the avoided Penalty plus the reward for
// accuracy. The most accurate replicas are filled first. Less accurate replicas serve only as much
// as the floor of the mean accuracy allows. No other split is worth more: moving rate from a less
// accurate replica to a more accurate one raises both the worth and the mean accuracy.
func (x *index) split(m int, replicas []int, rates []float64) (served, worth float64) {
	floor, surplus, left := x.floor(m), 0., x.Demand[m]
	for _, c := range x.byModel[m] {
		f := &x.Configurations[c]
		rate := min(left, float64(replicas[c])*f.Capacity)
		if f.Accuracy < floor {
			// Rounding errors may make the surplus negative.
			rate = min(rate, max(0, surplus)/(floor-f.Accuracy))
		}
		surplus += float64((f.Accuracy - floor) * rate)
		left -= rate
		served += rate
		worth += float64((x.Penalty + float64(x.AccuracyWeight*f.Accuracy)) * rate)
		if rates != nil {
			rates[c] = rate
		}
	}
	return served, worth
}
