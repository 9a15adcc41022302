package optimize

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// shared opens a file of the shared folder beside the repository, or skips the test.
func shared(t *testing.T, name string) *os.File {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "..", "shared", filepath.FromSlash(name)))
	if err != nil {
		t.Skipf("no shared instances: %v", err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func golden[T any](t *testing.T, family string) []T {
	t.Helper()
	var all map[string]json.RawMessage
	if err := json.NewDecoder(shared(t, "instances/golden/golden_alloc.json")).Decode(&all); err != nil {
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
	Greedy  float64 `json:"greedy_residual_density"`
	RoundUp float64 `json:"lp_roundup"`
}

func (c covering) program() Program {
	p := Program{Cost: c.C}
	for i, row := range c.A {
		p.Rows = append(p.Rows, Row{row, AtLeast, c.B[i]})
	}
	return p
}

func price(c []float64, x []int) float64 {
	total := 0.
	for j, n := range x {
		total += c[j] * float64(n)
	}
	return total
}

func TestCoveringGoldens(t *testing.T) {
	for i, g := range golden[covering](t, "covering_lp") {
		s, err := Minimize(g.program())
		if err != nil || s.Status != Optimal {
			t.Fatal(i, s.Status, err)
		}
		if want := rational(t, g.LP); !close9(s.Objective, want) || !close9(g.program().DualBound(s.Duals), want) {
			t.Errorf("%d: objective %v, dual bound %v, want %v", i, s.Objective, g.program().DualBound(s.Duals), want)
		}
		if got := price(g.C, CoverGreedily(g.C, g.A, g.B)); got != g.Greedy {
			t.Errorf("%d: greedy costs %v, want %v", i, got, g.Greedy)
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
		if up < g.Best-1e-9 || g.Greedy < g.Best {
			t.Errorf("%d: a rounding of %v or a greedy of %v beats the optimum %v", i, up, g.Greedy, g.Best)
		}
		if up != g.RoundUp {
			t.Logf("%d: another optimal vertex: rounds up to %v, not %v", i, up, g.RoundUp)
		}
	}
}

func TestSeedProgram(t *testing.T) {
	g := covering{C: []float64{1, 2, 3}, A: [][]float64{{1, 2, 3}, {2, 3, 4}}, B: []float64{5, 6}}
	s, err := Minimize(g.program())
	if err != nil || s.Status != Optimal || !close9(s.Objective, 5) {
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
		Dense      float64 `json:"greedy_best_density"`
	}
	for i, g := range golden[instance](t, "unbounded_knapsack_cover") {
		if got := price(g.Price, Cover(g.Throughput, g.Price, g.Demand)); got != g.Best {
			t.Errorf("%d: cover costs %v, want %v", i, got, g.Best)
		}
		if got := price(g.Price, CoverByDensity(g.Throughput, g.Price, g.Demand)); got != g.Dense {
			t.Errorf("%d: by density %v, want %v", i, got, g.Dense)
		}
		a, err := DP{}.Solve(coverProblem(g.Throughput, g.Price, g.Demand))
		if err != nil || !a.Exact || a.Cost != g.Best {
			t.Errorf("%d: dp costs %v (exact %v, %v), want %v", i, a.Cost, a.Exact, err, g.Best)
		}
		l, err := LP{}.Solve(coverProblem(g.Throughput, g.Price, g.Demand))
		if err != nil || !close9(l.Bound, rational(t, g.LP)) {
			t.Errorf("%d: lp bound %v, want %v (%v)", i, l.Bound, g.LP, err)
		}
	}
}

// coverProblem is one model on machines that hold one replica each, without limits.
func coverProblem(throughput []int, price []float64, demand int) Problem {
	p := Problem{Demand: []float64{float64(demand)}, Penalty: 1e5}
	for j := range throughput {
		p.Types = append(p.Types, MachineType{Price: price[j], Max: 100000, Host: []int64{1}})
		p.Configurations = append(p.Configurations, Configuration{Type: j, Capacity: float64(throughput[j]), Host: []int64{1}})
	}
	return p
}

func TestMultipleChoiceGoldens(t *testing.T) {
	type instance struct {
		Budget int
		Groups [][][2]int
		Opt    float64
		LP     string `json:"lp_opt"`
	}
	for i, g := range golden[instance](t, "mckp") {
		groups := make([][]Choice, len(g.Groups))
		for n, group := range g.Groups {
			for _, c := range group {
				groups[n] = append(groups[n], Choice{c[0], float64(c[1])})
			}
		}
		taken, value, ok := ChooseOne(groups, g.Budget)
		cost, sum := 0, 0.
		for n, c := range taken {
			cost += groups[n][c].Cost
			sum += groups[n][c].Value
		}
		if !ok || value != g.Opt || sum != value || cost > g.Budget {
			t.Errorf("%d: value %v (sum %v, cost %d of %d), want %v", i, value, sum, cost, g.Budget, g.Opt)
		}
		if bound := ChooseOneBound(groups, g.Budget); !close9(bound, rational(t, g.LP)) {
			t.Errorf("%d: bound %v, want %v", i, bound, g.LP)
		}
	}
}

func TestRightSizingGoldens(t *testing.T) {
	type instance struct {
		Load        []int
		E, Delay    float64
		Beta        float64
		M           int
		Opt         float64
		OptPath     []int   `json:"opt_path"`
		LazyCost    float64 `json:"lcp_cost"`
		LazyPath    []int   `json:"lcp_path"`
		StaticPrice float64 `json:"static_opt"`
	}
	for i, g := range golden[instance](t, "right_sizing") {
		running := func(epoch, servers int) float64 {
			return g.E*float64(servers) + g.Delay*float64(max(0, g.Load[epoch]-servers))
		}
		path, cost := RightSize(len(g.Load), g.M, g.Beta, running)
		if cost != g.Opt || SwitchingCost(path, g.Beta, running) != cost {
			t.Errorf("%d: cost %v (path %v), want %v", i, cost, SwitchingCost(path, g.Beta, running), g.Opt)
		}
		lazy := NewLazyCapacity(g.M, g.Beta)
		var lazyPath []int
		for epoch := range g.Load {
			lazyPath = append(lazyPath, lazy.Next(func(x int) float64 { return running(epoch, x) }))
		}
		if got := SwitchingCost(lazyPath, g.Beta, running); got != g.LazyCost || !slices.Equal(lazyPath, g.LazyPath) {
			t.Errorf("%d: lazy path %v costs %v, want %v and %v", i, lazyPath, got, g.LazyPath, g.LazyCost)
		}
		if g.LazyCost < cost || g.LazyCost > 3*cost {
			t.Errorf("%d: the lazy cost %v is not between 1 and 3 times %v", i, g.LazyCost, cost)
		}
	}
}

// parameters reads "c=8;lam=7.2;mu=1".
func parameters(t *testing.T, s string) map[string]float64 {
	t.Helper()
	values := map[string]float64{}
	for _, part := range strings.Split(s, ";") {
		name, text, _ := strings.Cut(part, "=")
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		values[name] = v
	}
	return values
}

func TestErlangTheory(t *testing.T) {
	rows, err := csv.NewReader(shared(t, "spec/theory.csv")).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	tested := 0
	for _, r := range rows {
		var p map[string]float64
		if r[0] == "M/M/c" || r[0] == "M/G/c/c(ErlangB)" || strings.HasPrefix(r[0], "ErlangC sizing") {
			p = parameters(t, r[1])
		}
		servers := int(p["c"])
		var got float64
		switch r[0] + " " + r[2] {
		case "M/M/c P(wait)=ErlangC":
			got = ErlangC(servers, p["lam"]/p["mu"])
		case "M/M/c P(Wq>0.5)":
			got = WaitTail(servers, p["lam"], p["mu"], 0.5)
		case "M/M/c P(W<=3)":
			got = 1 - ResponseTail(servers, p["lam"], p["mu"], 3)
		case "M/G/c/c(ErlangB) P_block":
			got = ErlangB(servers, p["a"])
		case "ErlangC sizing: min c s.t. P(wait)<=eps c":
			got = float64(MinServers(p["a"], p["eps"]))
		case "ErlangC sizing: min c s.t. P(Wq>t)<=eps c":
			got = float64(MinServersForWait(p["lam"], p["mu"], p["t"], p["eps"]))
		default:
			continue
		}
		tested++
		want, err := strconv.ParseFloat(r[3], 64)
		if err != nil || !close9(got, want) {
			t.Errorf("%s: got %v", fmt.Sprint(r), got)
		}
	}
	if tested < 10 {
		t.Errorf("only %d rows were tested", tested)
	}
}
