package optimize

import (
	"math"
	"sort"
)

// The covering program is min c·x, A x ≥ b, x whole and at least 0, with nothing negative in it.

// CoverGreedily adds one unit of the variable that covers most of the residual right side per cost until all is
// covered, ties lowest first. Its cost is at most H(max_j Σ_i A_ij) times the optimum (Dobson 1982). It returns
// nil where the residual cannot be covered. A variable that costs nothing and covers something comes first.
func CoverGreedily(c []float64, a [][]float64, b []float64) []int {
	x, residual := make([]int, len(c)), append([]float64(nil), b...)
	for {
		left := 0.
		for _, r := range residual {
			left += max(r, 0)
		}
		if left == 0 {
			return x
		}
		best, most := -1, 0.
		for j, price := range c {
			covered := 0.
			for i, r := range residual {
				covered += min(max(r, 0), a[i][j])
			}
			if covered > 0 && covered/price > most {
				best, most = j, covered/price
			}
		}
		if best < 0 {
			return nil
		}
		x[best]++
		for i := range residual {
			residual[i] -= a[i][best]
		}
	}
}

// Cover returns the cheapest counts of items whose throughputs add up to at least the demand, each of any
// number: f[u] = min over j of price_j + f[max(u − throughput_j, 0)], in O(demand × items). Ties go to the
// lowest item. It returns nil where no item has a throughput and the demand is positive.
func Cover(throughput []int, price []float64, demand int) []int {
	cost, choice := make([]float64, max(demand, 0)+1), make([]int, max(demand, 0)+1)
	for u := 1; u <= demand; u++ {
		cost[u], choice[u] = math.Inf(1), -1
		for j, t := range throughput {
			if t > 0 && price[j]+cost[max(u-t, 0)] < cost[u] {
				cost[u], choice[u] = price[j]+cost[max(u-t, 0)], j
			}
		}
		if choice[u] < 0 {
			return nil
		}
	}
	x := make([]int, len(throughput))
	for u := demand; u > 0; u = max(u-throughput[choice[u]], 0) {
		x[choice[u]]++
	}
	return x
}

// CoverByDensity takes the item with the lowest price per throughput as often as needed. Its cost is less than
// the linear optimum plus that item's price.
func CoverByDensity(throughput []int, price []float64, demand int) []int {
	best := -1
	for j, t := range throughput {
		if t > 0 && (best < 0 || price[j]*float64(throughput[best]) < price[best]*float64(t)) {
			best = j
		}
	}
	if best < 0 && demand > 0 {
		return nil
	}
	x := make([]int, len(throughput))
	if demand > 0 {
		x[best] = (demand + throughput[best] - 1) / throughput[best]
	}
	return x
}

// Choice is one alternative of a group.
type Choice struct {
	Cost  int
	Value float64
}

// ChooseOne takes exactly one choice of every group so that the costs stay within the budget and the value is
// largest (the multiple-choice knapsack), exactly, in O(budget × choices). Ties go to the lowest choice. ok is
// false where not even the cheapest choices fit.
func ChooseOne(groups [][]Choice, budget int) (taken []int, value float64, ok bool) {
	if budget < 0 {
		return nil, 0, false
	}
	best := make([]float64, budget+1)
	choice := make([][]int, len(groups))
	for g, group := range groups {
		next := make([]float64, budget+1)
		choice[g] = make([]int, budget+1)
		for w := range next {
			next[w], choice[g][w] = math.Inf(-1), -1
			for i, c := range group {
				if c.Cost <= w && best[w-c.Cost]+c.Value > next[w] {
					next[w], choice[g][w] = best[w-c.Cost]+c.Value, i
				}
			}
		}
		best = next
	}
	if math.IsInf(best[budget], -1) {
		return nil, 0, false
	}
	taken = make([]int, len(groups))
	for g, w := len(groups)-1, budget; g >= 0; g-- {
		taken[g] = choice[g][w]
		w -= groups[g][taken[g]].Cost
	}
	return taken, best[budget], true
}

// ChooseOneBound returns the optimum of the linear relaxation of ChooseOne, an upper bound: of every group the
// upper convex hull is kept, and the hulls' steps are taken in the order of value per cost until the budget is
// spent, the last one in part (Sinha and Zoltners 1979). It is −Inf where not even the cheapest choices fit.
func ChooseOneBound(groups [][]Choice, budget int) float64 {
	var steps []Choice
	value, left := 0., budget
	for _, group := range groups {
		hull := upperHull(group)
		if len(hull) == 0 {
			return math.Inf(-1)
		}
		value += hull[0].Value
		left -= hull[0].Cost
		for i := 1; i < len(hull); i++ {
			steps = append(steps, Choice{hull[i].Cost - hull[i-1].Cost, hull[i].Value - hull[i-1].Value})
		}
	}
	if left < 0 {
		return math.Inf(-1)
	}
	sort.SliceStable(steps, func(i, j int) bool {
		return steps[i].Value*float64(steps[j].Cost) > steps[j].Value*float64(steps[i].Cost)
	})
	for _, s := range steps {
		if s.Cost > left {
			return value + s.Value*float64(left)/float64(s.Cost)
		}
		left -= s.Cost
		value += s.Value
	}
	return value
}

// upperHull returns the choices on the upper convex hull of value over cost, from the cheapest to the one of
// largest value.
func upperHull(group []Choice) []Choice {
	sorted := append([]Choice(nil), group...)
	sort.SliceStable(sorted, func(i, j int) bool {
		if sorted[i].Cost != sorted[j].Cost {
			return sorted[i].Cost < sorted[j].Cost
		}
		return sorted[i].Value > sorted[j].Value
	})
	var hull []Choice
	for _, c := range sorted {
		if n := len(hull); n > 0 && c.Value <= hull[n-1].Value {
			continue
		}
		for n := len(hull); n > 1; n = len(hull) {
			a, b := hull[n-2], hull[n-1]
			if (b.Value-a.Value)*float64(c.Cost-b.Cost) > (c.Value-b.Value)*float64(b.Cost-a.Cost) {
				break
			}
			hull = hull[:n-1]
		}
		hull = append(hull, c)
	}
	return hull
}
