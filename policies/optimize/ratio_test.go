package optimize

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// TestGreedyIsWithinTheRatioOfResidualDensity: in a covering program with whole coefficients,
// greedy costs at most H(d) times the optimum. Here d is the largest sum of a column, and H(d) = 1
// + 1/2 + … + 1/d (Dobson, "Worst-case analysis of greedy heuristics for integer programming with
// nonnegative data", Mathematics of Operations Research, 1982).
func TestGreedyIsWithinTheRatioOfResidualDensity(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := func(low, high int, name string) float64 { return float64(rapid.IntRange(low, high).Draw(t, name)) }
		var g covering
		for range rapid.IntRange(1, 5).Draw(t, "columns") {
			g.C = append(g.C, whole(1, 100, "cost"))
		}
		sums := make([]float64, len(g.C))
		for range rapid.IntRange(1, 3).Draw(t, "rows") {
			row := make([]float64, len(g.C))
			for j := range row {
				row[j] = whole(0, 3, "coefficient")
				sums[j] += row[j]
			}
			row[0], sums[0] = row[0]+1, sums[0]+1 // so that the program has a solution
			g.A, g.B = append(g.A, row), append(g.B, whole(1, 12, "demand"))
		}
		judge, err := Solve(MILP{Nodes: 1000}, g.problem())
		if err != nil || !judge.Exact {
			t.Fatalf("milp proves nothing: %v", err)
		}
		ratio, most := 0., 0.
		for _, s := range sums {
			most = max(most, s)
		}
		for i := 1.; i <= most; i++ {
			ratio += 1 / i
		}
		if cost := grown(g.problem(), false); cost > ratio*judge.Cost+1e-6 {
			t.Fatalf("the residual density costs %v, more than %v times the optimum %v", cost, ratio, judge.Cost)
		}
	})
}

// knapsack states a knapsack problem as an allocation problem: each item is a model on its own
// machine. The weight is the price of the machine, the value is the accuracy, and the capacity is
// the budget.
func knapsack(weights, values []int, capacity int) Problem {
	p := Problem{AccuracyWeight: 1e4, Budget: float64(capacity)}
	for m, w := range weights {
		p.Demand = append(p.Demand, 1)
		p.Types = append(p.Types, HostType{Price: float64(w), Max: 1, Host: []int64{1}})
		p.Configurations = append(p.Configurations, Configuration{Model: m, Type: m, Capacity: 1, Accuracy: float64(values[m]), Host: []int64{1}})
	}
	return p
}

// TestGreedyTakesHalfOfWhatABudgetCanBuy: one of two choices is worth at least half of the best
// choice: the items in order of density, or the item of the largest value (Kellerer, Pferschy and
// Pisinger, Knapsack Problems, 2004, section 2.5). The instances have items of high density but
// little value, which mislead the first choice.
func TestGreedyTakesHalfOfWhatABudgetCanBuy(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		capacity := rapid.IntRange(20, 200).Draw(t, "capacity")
		var weights, values []int
		for range rapid.IntRange(1, 30).Draw(t, "items") {
			weight := rapid.SampledFrom([]int{1, 1 + capacity/9, 1 + capacity/2, capacity}).Draw(t, "weight")
			weights, values = append(weights, weight), append(values, weight+rapid.IntRange(0, 2).Draw(t, "more"))
		}
		best := make([]int, capacity+1)
		for i, w := range weights {
			for at := capacity; at >= w; at-- {
				best[at] = max(best[at], best[at-w]+values[i])
			}
		}
		a, err := Solve(GreedyCover{}, knapsack(weights, values, capacity))
		if err != nil {
			t.Fatal(err)
		}
		if value := math.Round((a.Cost - a.Objective) / 1e4); 2*value < float64(best[capacity]) {
			t.Fatalf("greedy takes %v of %d, from weights %v and values %v, capacity %d", value, best[capacity], weights, values, capacity)
		}
	})
}
