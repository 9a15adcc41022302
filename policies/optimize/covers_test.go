package optimize

import (
	"testing"

	"pgregory.net/rapid"
)

// TestNoWholeNumbersViolateAnInequality makes inequalities for random fractions, and checks them at
// all whole numbers of replicas, covers or not.
func TestNoWholeNumbersViolateAnInequality(t *testing.T) {
	made := 0
	rapid.Check(t, func(t *rapid.T) {
		p := Problem{Demand: []float64{rapid.Float64Range(1, 60).Draw(t, "demand")}, Penalty: 100, Types: []HostType{{Price: 1, Max: 99, Host: []int64{1}}}}
		for range rapid.IntRange(1, 4).Draw(t, "configurations") {
			p.Configurations = append(p.Configurations, Configuration{Capacity: rapid.Float64Range(5, 40).Draw(t, "capacity"), Host: []int64{1}})
		}
		x := newIndex(p)
		c := newCovers(x, 0)
		if c == nil {
			t.Fatal("no covers")
		}
		at, left := make([]float64, len(c.list)), p.Demand[0]
		for i, k := range c.list { // covers the demand in fractions
			share := 1.
			if i < len(c.list)-1 {
				share = rapid.Float64Range(0, 1).Draw(t, "share")
			}
			at[i] = share * left / p.Configurations[k].Capacity
			left -= share * left
		}
		cut, ok, _ := c.separate(at)
		if !ok {
			return
		}
		made++
		if sum := fractions(cut.weights, at); sum >= 1 {
			t.Fatalf("%v satisfies %v, which comes to %v", at, cut.weights, sum)
		}
		counts := make([]int, len(at))
		var check func(i int)
		check = func(i int) {
			if i < len(counts) {
				for counts[i] = 0; counts[i] <= 13; counts[i]++ {
					check(i + 1)
				}
				return
			}
			rest := p.Demand[0]
			for j, k := range c.list {
				rest -= float64(counts[j]) * p.Configurations[k].Capacity
			}
			if sum := cut.sum(counts) + cut.unserved*max(0, rest); sum < 1-1e-9 {
				t.Fatalf("%v with %v unserved comes to %v, by %v and %v", counts, rest, sum, cut.weights, cut.unserved)
			}
		}
		check(0)
	})
	if made == 0 {
		t.Error("no inequality was made")
	}
}

func fractions(weights, at []float64) (sum float64) {
	for i, w := range weights {
		sum += w * at[i]
	}
	return sum
}

// TestTheBoundIsNearTheOptimum: on fleets that stand, lp's bound is at most 5 % below the optimum
// in the mean.
func TestTheBoundIsNearTheOptimum(t *testing.T) {
	gap, most, n := 0., 0., 0.
	for seed := range uint64(30) {
		p := standing(randomFleet(seed))
		a, err := Solve(LP{}, p)
		if err != nil {
			t.Fatal(err)
		}
		best, err := Solve(MILP{}, p)
		if err != nil {
			t.Fatal(err)
		}
		if best.Share < 1 {
			continue
		}
		n++
		below := 1 - a.Bound/best.Objective
		gap, most = gap+below, max(most, below)
	}
	t.Logf("the bound is %.2f %% below the best solution in the mean, %.2f %% at most", 100*gap/n, 100*most)
	if n < 20 || gap/n > 0.05 {
		t.Errorf("of %v, the bound is %.2f %% below the best solution in the mean", n, 100*gap/n)
	}
}
