package optimize

import (
	"encoding/json"
	"math"
	"math/big"
	"slices"
	"testing"

	"wavetank/policies/optimize/linear"
	"wavetank/policies/optimize/optimizetest"
	"wavetank/policies/optimize/program"
	"wavetank/policies/optimize/vectorpacking"
	"wavetank/sim/simtest/shared"
)

func golden[T any](t *testing.T, family string) []T {
	t.Helper()
	var all map[string]json.RawMessage
	if err := json.NewDecoder(shared.Open(t, "instances", "golden", "golden_alloc.json")).Decode(&all); err != nil {
		t.Fatal(err)
	}
	var list []T
	if err := json.Unmarshal(all[family], &list); err != nil {
		t.Fatal(err)
	}
	if len(list) == 0 {
		t.Fatalf("no instances of %s", family)
	}
	return list
}

// rational reads a fraction such as "25/4".
func rational(t *testing.T, s string) float64 {
	t.Helper()
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		t.Fatalf("%q is not a number", s)
	}
	v, _ := r.Float64()
	return v
}

func close9(a, b float64) bool { return math.Abs(a-b) <= 1e-9*(1+math.Abs(b)) }

type covering struct {
	C       []float64
	A       [][]float64
	B       []float64
	Opt     string  `json:"opt"`
	LP      string  `json:"lp_opt"`
	Best    float64 `json:"ilp_opt"`
	Greedy  float64 `json:"greedy_residual_density"`
	RoundUp float64 `json:"lp_roundup"`
}

func (c covering) program() *program.Program {
	var b program.Builder
	for _, cost := range c.C {
		b.Column(cost, 0, math.Inf(1))
	}
	for i, row := range c.A {
		b.Row(c.B[i], math.Inf(1))
		for j, a := range row {
			b.Add(i, j, a)
		}
	}
	return b.Program()
}

func TestCoveringGoldens(t *testing.T) {
	for i, g := range golden[covering](t, "covering_lp") {
		s, err := linear.Solve(t.Context(), g.program(), linear.Controls{})
		if err != nil || s.Status != linear.Optimal {
			t.Fatal(i, s.Status, err)
		}
		if want := rational(t, g.LP); !close9(s.Objective, want) || !close9(optimizetest.DualBound(g.program(), s.Duals), want) {
			t.Errorf("%d: objective %v, dual bound %v, want %v", i, s.Objective, optimizetest.DualBound(g.program(), s.Duals), want)
		}
		up, positive := 0., 0
		for j, v := range s.X {
			up += g.C[j] * math.Ceil(v-1e-7)
			if v > 1e-7 {
				positive++
			}
		}
		if positive > len(g.A) {
			t.Errorf("%d: %d positive variables for %d rows", i, positive, len(g.A))
		}
		if up < g.Best-1e-9 {
			t.Errorf("%d: a rounding of %v beats the optimum %v", i, up, g.Best)
		}
		if up != g.RoundUp {
			t.Logf("%d: another optimal vertex: rounds up to %v, not %v", i, up, g.RoundUp)
		}
	}
}

func TestSeedProgram(t *testing.T) {
	g := covering{C: []float64{1, 2, 3}, A: [][]float64{{1, 2, 3}, {2, 3, 4}}, B: []float64{5, 6}}
	s, err := linear.Solve(t.Context(), g.program(), linear.Controls{})
	if err != nil || s.Status != linear.Optimal || !close9(s.Objective, 5) {
		t.Fatal(s, err)
	}
	if !slices.EqualFunc(s.Duals, []float64{1, 0}, close9) {
		t.Errorf("duals %v, want 1 and 0", s.Duals)
	}
}

// problem states a covering problem as an allocation problem: a machine of type j has room for one
// replica of every model i, and this replica serves A[i][j].
func (c covering) problem() Problem {
	p := Problem{Demand: c.B, Penalty: 1e6}
	for j, cost := range c.C {
		p.Types = append(p.Types, HostType{Price: cost, Max: 1000, Host: slices.Repeat([]int64{1}, len(c.B))})
		for i, row := range c.A {
			if row[j] > 0 {
				own := make([]int64, len(c.B))
				own[i] = 1
				p.Configurations = append(p.Configurations, Configuration{Model: i, Type: j, Capacity: row[j], Host: own})
			}
		}
	}
	return p
}

// grown returns the cost of a greedy cover before it gives anything back.
func grown(p Problem, whole bool) float64 {
	pk := newPacking(newIndex(p))
	pk.grow(whole)
	var found Solution
	pk.state(&found)
	return found.Objective
}

// TestCoveringsAreSolved: the first steps of greedy follow the residual density, and milp proves
// the optimum.
func TestCoveringsAreSolved(t *testing.T) {
	for i, g := range golden[covering](t, "covering_lp") {
		p := g.problem()
		if cost := grown(p, false); cost != g.Greedy {
			t.Errorf("%d: the residual density costs %v, want %v", i, cost, g.Greedy)
		}
		if a, err := Solve(GreedyCover{}, p); err != nil || a.Cost > g.Greedy || a.Cost < g.Best {
			t.Errorf("%d: greedy costs %v (%v), not from %v to %v", i, a.Cost, err, g.Best, g.Greedy)
		}
		if a, err := Solve(MILP{}, p); err != nil || !a.Exact || !close9(a.Cost, g.Best) {
			t.Errorf("%d: milp costs %v (exact %v, %v), want %v", i, a.Cost, a.Exact, err, g.Best)
		}
	}
}

func TestKnapsackCoverGoldens(t *testing.T) {
	type instance struct {
		Throughput []int
		Price      []float64
		Demand     int
		LP         string  `json:"lp_opt"`
		Best       float64 `json:"dp_opt"`
		Density    float64 `json:"greedy_best_density"`
	}
	for i, g := range golden[instance](t, "unbounded_knapsack_cover") {
		a, err := DP{}.Solve(coverProblem(g.Throughput, g.Price, g.Demand))
		if err != nil || !a.Exact || a.Cost != g.Best {
			t.Errorf("%d: dp costs %v (exact %v, %v), want %v", i, a.Cost, a.Exact, err, g.Best)
		}
		if cost := grown(coverProblem(g.Throughput, g.Price, g.Demand), true); cost != g.Density {
			t.Errorf("%d: the best density costs %v, want %v", i, cost, g.Density)
		}
		x := newIndex(coverProblem(g.Throughput, g.Price, g.Demand))
		r, err := x.relax().solve(x)
		if err != nil || !close9(r.bound, rational(t, g.LP)) {
			t.Errorf("%d: bound of the relaxation %v, want %v (%v)", i, r.bound, g.LP, err)
		}
		l, err := LP{}.Solve(x.Problem)
		if err != nil || l.Bound < r.bound || l.Bound > g.Best+1e-9 {
			t.Errorf("%d: lp bound %v, want at least %v and at most %v (%v)", i, l.Bound, r.bound, g.Best, err)
		}
	}
}

// coverProblem returns a problem of one model on unlimited machines that hold one replica each.
func coverProblem(throughput []int, price []float64, demand int) Problem {
	p := Problem{Demand: []float64{float64(demand)}, Penalty: 1e5}
	for j := range throughput {
		p.Types = append(p.Types, HostType{Price: price[j], Max: 100000, Host: []int64{1}})
		p.Configurations = append(p.Configurations, Configuration{Type: j, Capacity: float64(throughput[j]), Host: []int64{1}})
	}
	return p
}

// TestMultipleChoiceKnapsacksAreSolved: each group is a model, each choice is a variant on its own
// machine, and the budget is the capacity. The value of a variant is its accuracy, which counts
// more than any rent.
func TestMultipleChoiceKnapsacksAreSolved(t *testing.T) {
	type instance struct {
		Budget float64
		Groups [][][2]float64 // cost and value
		Best   float64        `json:"opt"`
		LP     float64        `json:"lp_float"`
	}
	const weight = 1e6
	for i, g := range golden[instance](t, "mckp") {
		p := Problem{AccuracyWeight: weight, Budget: g.Budget}
		for m, group := range g.Groups {
			p.Demand = append(p.Demand, 1)
			for _, choice := range group {
				if choice[0] > 0 { // a choice of cost 0 takes nothing
					p.Configurations = append(p.Configurations, Configuration{Model: m, Type: len(p.Types), Capacity: 1, Accuracy: choice[1], Host: []int64{1}})
					p.Types = append(p.Types, HostType{Price: choice[0], Max: 1, Host: []int64{1}})
				}
			}
		}
		a, err := Solve(DP{}, p)
		if value := (a.Cost - a.Objective) / weight; err != nil || !a.Exact || !close9(value, g.Best) {
			t.Errorf("%d: dp takes %v (exact %v, %v), want %v", i, value, a.Exact, err, g.Best)
		}
		r, err := newIndex(p).relax().solve(newIndex(p))
		if bound := -r.bound / weight; err != nil || math.Abs(bound-g.LP) > 1e-4 {
			t.Errorf("%d: the relaxation is %v (%v), want %v", i, bound, err, g.LP)
		}
	}
}

// TestVariantsOfReplicasAreSolved: the optimum serves as much as possible, and does so as
// accurately as possible.
func TestVariantsOfReplicasAreSolved(t *testing.T) {
	type instance struct {
		Devices  int
		Families [][]struct{ Acc, Thr float64 }
		Lam      []float64
		Served   float64 `json:"max_served"`
		Accuracy float64 `json:"max_acc_sum"`
	}
	for i, g := range golden[instance](t, "replica_variant") {
		p := Problem{Demand: g.Lam, Penalty: 1e4, AccuracyWeight: 1, Types: []HostType{{Max: g.Devices, Host: []int64{1}}}}
		for m, family := range g.Families {
			for _, v := range family {
				p.Configurations = append(p.Configurations, Configuration{Model: m, Capacity: v.Thr, Accuracy: v.Acc, Host: []int64{1}})
			}
		}
		a, err := Solve(DP{}, p)
		served, accuracy := 0., 0.
		for c, rate := range a.Rates {
			served += rate
			accuracy += rate * p.Configurations[c].Accuracy
		}
		if err != nil || !a.Exact || !close9(served, g.Served) || !close9(accuracy, g.Accuracy) {
			t.Errorf("%d: dp serves %v with %v (exact %v, %v), want %v with %v", i, served, accuracy, a.Exact, err, g.Served, g.Accuracy)
		}
	}
}

// packingProblem returns a problem with a model for each different item, and one type of machine.
func packingProblem(capacity []int64, items [][]int64) Problem {
	p := Problem{Penalty: 1000, Types: []HostType{{Price: 1, Max: len(items), Host: capacity}}}
	for _, item := range items {
		same := func(f Configuration) bool { return slices.Equal(f.Host, item) }
		m := slices.IndexFunc(p.Configurations, same)
		if m < 0 {
			m = len(p.Demand)
			p.Demand = append(p.Demand, 0)
			p.Configurations = append(p.Configurations, Configuration{Model: m, Capacity: 1, Host: item})
		}
		p.Demand[m]++
	}
	return p
}

func TestVectorPackingsAreSolved(t *testing.T) {
	type instance struct {
		Cap   []int64
		Items [][]int64
		Best  float64 `json:"opt"`
		FFD   int     `json:"FFD_sum"`
		BFD   int     `json:"BFD_sum"`
		Dot   int     `json:"dotprod"`
	}
	for i, g := range golden[instance](t, "vector_packing") {
		p := packingProblem(g.Cap, g.Items)
		for _, rule := range vectorpacking.Rules {
			want := map[string]int{"ffd-sum": g.FFD, "bfd-sum": g.BFD, "dot-product": g.Dot}[rule.Name]
			if bins := packedBy(p, rule); want > 0 && len(bins) != want {
				t.Errorf("%d: %s packs %d machines, want %d", i, rule.Name, len(bins), want)
			}
		}
		a, err := Solve(MILP{}, p)
		if err != nil || !a.Exact || !close9(a.Cost, g.Best) {
			t.Errorf("%d: milp rents %v machines (exact %v, %v), want %v", i, a.Cost, a.Exact, err, g.Best)
		}
	}
}

// TestPublishedBinPackingsAreSolved: lp finds the fewest machines for the problems u120.
func TestPublishedBinPackingsAreSolved(t *testing.T) {
	for _, g := range optimizetest.Falkenauer(t) {
		var items [][]int64
		for _, size := range g.Sizes {
			items = append(items, []int64{int64(size)})
		}
		a, err := Solve(LP{}, packingProblem([]int64{int64(g.Capacity)}, items))
		if err != nil || a.Cost != float64(g.Fewest) || math.Ceil(a.Bound-1e-6) != a.Cost {
			t.Errorf("%s: lp rents %v machines with bound %v (%v), want %v", g.Name, a.Cost, a.Bound, err, g.Fewest)
		}
	}
}
