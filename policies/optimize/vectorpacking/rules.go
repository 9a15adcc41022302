// Package vectorpacking holds rules of vector packing: they say which item goes into which bin if
// items need several resources. Needs of items and free resources of bins are shares of an empty
// bin. Ties go to the lowest index.
package vectorpacking

// Score rates an item in a bin with room for it, by one resource: need is the need of the item, and
// left the free share of the bin before the item is added. The scores of all resources are summed.
// The least sum is best.
type Score func(need, left float64) float64

// First gives all bins the same score, so that the first bin with room is taken.
func First(_, _ float64) float64 { return 0 }

// Best returns the share that the item would leave free, so that the fullest bin is taken.
func Best(need, left float64) float64 { return left - need }

// DotProduct returns the negative product of need and left. It is least for items that need most of
// the resources with most left (Panigrahy, Talwar, Uyeda and Wieder, "Heuristics for vector bin
// packing", Microsoft Research, 2011; Grandl et al., "Multi-resource packing for cluster
// schedulers", SIGCOMM 2014).
func DotProduct(need, left float64) float64 { return -need * left }

// Norm returns the square of the share that the item would leave free (the norm-based greedy rule
// of Panigrahy et al. 2011 with the norm L2).
func Norm(need, left float64) float64 { return (left - need) * (left - need) }

// Sum returns the sum of an item's scores in a bin over all resources.
func (s Score) Sum(need, left []float64) (sum float64) {
	for r, n := range need {
		sum += s(n, left[r])
	}
	return sum
}

// Size returns the size of an item with the given needs.
type Size func(need []float64) float64

// Sum is the Size that adds the needs.
func Sum(need []float64) (sum float64) {
	for _, n := range need {
		sum += n
	}
	return sum
}

// leastNeed is the share of a bin that Product takes for smaller needs.
const leastNeed = 1e-6

// Product is the Size that multiplies the needs. A need of 0 counts as a millionth of a bin.
// Otherwise all items that lack one of the resources would have the size 0, however large they are
// in the others.
func Product(need []float64) float64 {
	product := 1.
	for _, n := range need {
		product *= max(n, leastNeed)
	}
	return product
}

// Rule is a way to pack all items:
//
//   - If it has a Size, the largest items come first. Each goes into the bin with the least score.
//     If it fits into no bin, it opens a new one.
//   - If Size is nil, one bin after the other is filled, each time with the item of the least
//     score.
type Rule struct {
	Name  string
	Size  Size // nil: one bin after the other
	Score Score
}

// Rules are those of Panigrahy et al. 2011, and best fit. For one resource, the first two rules use
// at most 11/9 times the fewest bins plus 6/9 of a bin (Dósa, "The tight bound of first fit
// decreasing bin-packing algorithm", 2007), and the third at most 11/9 times the fewest bins plus
// four (Johnson et al., SIAM Journal on Computing 3, 1974). For d resources, the first two use at
// most d + 7/10 times the fewest bins plus a constant (Garey, Graham, Johnson and Yao, Journal of
// Combinatorial Theory A 21, 1976).
var Rules = []Rule{
	{"ffd-sum", Sum, First},
	{"ffd-prod", Product, First},
	{"bfd-sum", Sum, Best},
	{"dot-product", nil, DotProduct},
	{"norm", nil, Norm},
}
