// Package vectorpacking holds the rules of vector packing: which item goes into which bin, where
// items need several resources. All needs, and all that is left in a bin, are shares of an empty
// bin. Ties go to the lowest index.
package vectorpacking

// Score rates an item in a bin that has room for it, by one resource: what the item needs, and what
// is left of it in the bin before. The scores of all resources are added; the least sum is best.
type Score func(need, left float64) float64

// First rates all alike. So the first bin with room is taken.
func First(_, _ float64) float64 { return 0 }

// Best is what the item would leave. So the fullest bin is taken.
func Best(need, left float64) float64 { return left - need }

// DotProduct is less, the more of what is left most is needed: the product of need and left, with a
// minus sign (Panigrahy, Talwar, Uyeda and Wieder, "Heuristics for vector bin packing", Microsoft
// Research, 2011; Grandl et al., "Multi-resource packing for cluster schedulers", SIGCOMM 2014).
func DotProduct(need, left float64) float64 { return -need * left }

// Norm is the square of what the item would leave (the norm-based greedy rule, with the norm L2, of
// Panigrahy et al. 2011).
func Norm(need, left float64) float64 { return (left - need) * (left - need) }

// Sum returns the score of an item in a bin.
func (s Score) Sum(need, left []float64) (sum float64) {
	for r, n := range need {
		sum += s(n, left[r])
	}
	return sum
}

// Size says how large an item is that needs these shares.
type Size func(need []float64) float64

// Sum is the sum of the shares.
func Sum(need []float64) (sum float64) {
	for _, n := range need {
		sum += n
	}
	return sum
}

// Product is the product of the shares.
func Product(need []float64) float64 {
	product := 1.
	for _, n := range need {
		product *= n
	}
	return product
}

// Rule is a way to pack all items. With a size, the largest items come first, and each goes into
// the bin with the least score; a new bin is opened for what fits into none. Without a size, one
// bin after another is filled, each time with the item of the least score.
type Rule struct {
	Name  string
	Size  Size // nil: bin by bin
	Score Score
}

// Rules are those of Panigrahy et al. 2011, and best fit. For one resource the first two use at
// most 11/9 times the fewest bins and 6/9 of a bin (Dósa, "The tight bound of first fit decreasing
// bin-packing algorithm", 2007), and the third 11/9 times the fewest bins and four more (Johnson et
// al., SIAM Journal on Computing 3, 1974). For d resources the first two use at most d + 7/10 times
// the fewest bins and a constant more (Garey, Graham, Johnson and Yao, Journal of Combinatorial
// Theory A 21, 1976).
var Rules = []Rule{
	{"ffd-sum", Sum, First},
	{"ffd-prod", Product, First},
	{"bfd-sum", Sum, Best},
	{"dot-product", nil, DotProduct},
	{"norm", nil, Norm},
}
