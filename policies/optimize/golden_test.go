package optimize

import (
	"encoding/json"
	"math"
	"math/big"
	"slices"
	"testing"

	"wavetank/policies/optimize/linear"
	"wavetank/policies/optimize/program"
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

// rational reads "25/4".
func rational(t *testing.T, s string) float64 {
	t.Helper()
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		t.Fatalf("%q is no number", s)
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
		if want := rational(t, g.LP); !close9(s.Objective, want) || !close9(linear.DualBound(g.program(), s.Duals), want) {
			t.Errorf("%d: objective %v, dual bound %v, want %v", i, s.Objective, linear.DualBound(g.program(), s.Duals), want)
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

func TestKnapsackCoverGoldens(t *testing.T) {
	type instance struct {
		Throughput []int
		Price      []float64
		Demand     int
		LP         string  `json:"lp_opt"`
		Best       float64 `json:"dp_opt"`
	}
	for i, g := range golden[instance](t, "unbounded_knapsack_cover") {
		a, err := DP{}.Solve(coverProblem(g.Throughput, g.Price, g.Demand))
		if err != nil || !a.Exact || a.Cost != g.Best {
			t.Errorf("%d: dp costs %v (exact %v, %v), want %v", i, a.Cost, a.Exact, err, g.Best)
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

// coverProblem is one model on machines that hold one replica each, without limits.
func coverProblem(throughput []int, price []float64, demand int) Problem {
	p := Problem{Demand: []float64{float64(demand)}, Penalty: 1e5}
	for j := range throughput {
		p.Types = append(p.Types, HostType{Price: price[j], Max: 100000, Host: []int64{1}})
		p.Configurations = append(p.Configurations, Configuration{Type: j, Capacity: float64(throughput[j]), Host: []int64{1}})
	}
	return p
}
