package classic

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"wavetank/sim/simtest/shared"
)

// sizing is a published instance. Its costs are e for each server, delay for each unit of load that
// no server serves, and beta for each added server.
type sizing struct {
	Load       []int
	E          float64
	Delay      float64
	Beta       float64
	M          int
	Opt        float64
	OptPath    []int   `json:"opt_path"`
	LCPCost    float64 `json:"lcp_cost"`
	LCPPath    []int   `json:"lcp_path"`
	StaticOpt  float64 `json:"static_opt"`
	FollowLoad float64 `json:"follow_load"`
}

func (s *sizing) cost(t, x int) float64 {
	return s.E*float64(x) + s.Delay*float64(max(0, s.Load[t]-x))
}

// of returns the cost of a path that begins without servers.
func (s *sizing) of(path []int) (sum float64) {
	was := 0
	for t, x := range path {
		sum += s.cost(t, x) + s.Beta*float64(max(0, x-was))
		was = x
	}
	return sum
}

func (s *sizing) problem() *RightSizing {
	return &RightSizing{Periods: len(s.Load), Most: s.M, Cost: s.cost, Switch: s.Beta}
}

func (s *sizing) lazy() []int {
	l, path := NewLazy(s.M, s.Beta), []int(nil)
	for t := range s.Load {
		path = append(path, l.Next(func(x int) float64 { return s.cost(t, x) }))
	}
	return path
}

func TestRightSizingSolvesTheGoldenInstances(t *testing.T) {
	var all struct {
		RightSizing []sizing `json:"right_sizing"`
	}
	if err := json.NewDecoder(shared.Open(t, "instances", "golden", "golden_alloc.json")).Decode(&all); err != nil {
		t.Fatal(err)
	}
	for i, s := range all.RightSizing {
		path, cost := s.problem().Solve()
		if cost != s.Opt || s.of(path) != s.Opt {
			t.Errorf("instance %d costs %v by %v, want %v", i, cost, path, s.Opt)
		}
		if !slices.Equal(path, s.OptPath) {
			t.Errorf("instance %d goes %v, want %v", i, path, s.OptPath)
		}
		if got := s.lazy(); !slices.Equal(got, s.LCPPath) || s.of(got) != s.LCPCost {
			t.Errorf("instance %d goes %v lazily for %v, want %v for %v", i, got, s.of(got), s.LCPPath, s.LCPCost)
		}
		if s.FollowLoad != s.of(s.Load) {
			t.Errorf("instance %d: following the load costs %v, want %v", i, s.of(s.Load), s.FollowLoad)
		}
	}
	if len(all.RightSizing) < 10 {
		t.Errorf("only %d instances", len(all.RightSizing))
	}
}

// TestLazinessCostsAtMostThreeTimesTheOptimum tries random instances. For small ones it also tries
// every path.
func TestLazinessCostsAtMostThreeTimesTheOptimum(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		s := sizing{E: float64(r.IntN(6)), Delay: float64(r.IntN(20)), Beta: float64(r.IntN(30)), M: 1 + r.IntN(7)}
		for range 1 + r.IntN(20) {
			s.Load = append(s.Load, r.IntN(s.M+1))
		}
		path, opt := s.problem().Solve()
		lazy := s.of(s.lazy())
		if s.of(path) != opt || lazy < opt || lazy > 3*opt {
			t.Fatalf("%+v: optimum %v, its path %v, lazily %v", s, opt, s.of(path), lazy)
		}
	}
}

func TestRightSizingIsTheLeastOfAllPaths(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		s := sizing{E: float64(1 + r.IntN(5)), Delay: float64(r.IntN(20)), Beta: float64(r.IntN(12)), M: 3}
		for range 4 {
			s.Load = append(s.Load, r.IntN(4))
		}
		least := math.Inf(1)
		for code := range 256 {
			least = min(least, s.of([]int{code & 3, code >> 2 & 3, code >> 4 & 3, code >> 6}))
		}
		if _, cost := s.problem().Solve(); cost != least {
			t.Fatalf("%+v costs %v, want %v", s, cost, least)
		}
	}
}

func TestNothingAllowedHasNoPath(t *testing.T) {
	p := RightSizing{Periods: 2, Most: 3, Cost: func(t, x int) float64 { return math.Inf(1) }}
	if path, cost := p.Solve(); path != nil || !math.IsInf(cost, 1) {
		t.Errorf("path %v for %v", path, cost)
	}
}
