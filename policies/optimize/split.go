package optimize

import (
	"cmp"
	"slices"
	"sort"
)

// index is what every solver looks up in a problem.
type index struct {
	Problem
	byModel    [][]int // per model, configurations that can serve, the most accurate first
	byType     [][]int // per type, configurations that can serve
	perMachine []int
	left       float64 // what the budget leaves for machines, +Inf without one
	plain      []bool  // per model: only the rate counts, not the accuracy or the replicas
	minimum
	fillers []filler
	dearest []int // the types by price, the highest first
	*scratch
}

// scratch is memory that solvers of one problem use again and again.
type scratch struct {
	growth growth
	other  *packing // for improve; nil: there is none
	models []int

	generated *generated // for searches over fillings; nil: there are none
}

func newIndex(p Problem) *index {
	x := &index{
		Problem:    p,
		byModel:    make([][]int, len(p.Demand)),
		byType:     make([][]int, len(p.Types)),
		perMachine: make([]int, len(p.Configurations)),
		left:       p.money(),
		plain:      make([]bool, len(p.Demand)),
		dearest:    indices(len(p.Types)),
		scratch:    &scratch{},
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
	x.minimum = newMinimum(x)
	for m := range x.byModel {
		x.plain[m] = p.AccuracyWeight == 0 && x.floor(m) == 0 && x.least[m] == 0
	}
	for _, list := range x.byType {
		x.fillers = append(x.fillers, newFiller(x, list))
	}
	slices.SortStableFunc(x.dearest, func(a, b int) int { return cmp.Compare(p.Types[b].Price, p.Types[a].Price) })
	return x
}

// split gives the demand of model m to the replicas, into rates if that is not nil. It returns
// the rate served and what that is worth: Penalty avoided and accuracy rewarded. The most accurate
// replicas are filled first, as long as the mean accuracy stays at its floor. No other split is
// worth more: to hand rate from a less to a more accurate replica raises the worth and loosens the
// floor.
func (x *index) split(m int, replicas []int, rates []float64) (served, worth float64) {
	floor, surplus, left := x.floor(m), 0., x.Demand[m]
	for _, c := range x.byModel[m] {
		f := &x.Configurations[c]
		rate := min(left, float64(replicas[c])*f.Capacity)
		if f.Accuracy < floor {
			// Rounding may leave a surplus below 0.
			rate = min(rate, max(0, surplus)/(floor-f.Accuracy))
		}
		surplus += (f.Accuracy - floor) * rate
		left -= rate
		served += rate
		worth += (x.Penalty + x.AccuracyWeight*f.Accuracy) * rate
		if rates != nil {
			rates[c] = rate
		}
	}
	return served, worth
}
