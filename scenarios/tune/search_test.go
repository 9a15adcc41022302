package tune

import (
	"context"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"

	"wavetank/policies/registry"
	"wavetank/scenarios/reference"
)

// made returns a search in which nothing is simulated. A formula, world, gives the cost of a
// setting of greedy and its share of requests in time.
func made(t testing.TB, budget, replications int, world func(p *registry.Staged, replication int) (cost, share float64)) (*search, func() map[string]int) {
	scenario := read(t, drawn)
	s := &search{scenario: scenario, policy: &scenario.Policies[0], budget: budget, asked: []float64{99}}
	for r := range replications {
		s.replications = append(s.replications, 5+r)
	}
	for _, x := range Space(scenario, s.policy) {
		if strings.HasSuffix(x.Path, ".headroom") || strings.HasSuffix(x.Path, ".hold") || strings.HasSuffix(x.Path, ".alpha") {
			s.space = append(s.space, x)
		}
	}
	var mutex sync.Mutex
	times := map[string]int{}
	s.run = func(_ context.Context, c *setting, replication int) (reference.Measured, error) {
		mutex.Lock()
		defer mutex.Unlock()
		times[fmt.Sprint(c.key, replication)]++
		_, params := c.policy.Allocator.Chosen()
		cost, share := world(params.(*registry.Staged), replication)
		return reference.Measured{Cost: cost, Share: []float64{share}}, nil
	}
	return s, func() map[string]int { return times }
}

// smooth is a world in which more headroom and a longer hold raise both the cost and the share in
// time, and an alpha below 1 lowers both. The replications differ from each other much more than
// the settings do.
func smooth(p *registry.Staged, replication int) (cost, share float64) {
	hold := max(0, float64(p.Hold)/60e9) // in minutes; auto counts as none
	noise := math.Sin(float64(7*replication)) * 3
	capacity := p.Headroom + hold/20 - 0.3*(1-p.Alpha)
	return 10*p.Headroom + hold + 2*p.Alpha + noise, min(100, 97.5+8*(capacity-0.9)-noise/20)
}

// everything judges every setting of the search space and returns the best.
func everything(t testing.TB, s *search, world func(p *registry.Staged, replication int) (cost, share float64)) reference.Appraisal {
	var best *reference.Appraisal
	_, params := s.policy.Allocator.Chosen()
	for _, headroom := range []float64{0.8, 0.9, 0.95, 1, 1.05, 1.1, 1.25, 1.5, 2} {
		for _, hold := range []int64{-1, 0, 2, 5, 10, 20} {
			for _, alpha := range []float64{0.3, 0.5, 1} {
				p := *params.(*registry.Staged)
				p.Headroom, p.Alpha = headroom, alpha
				if hold >= 0 {
					if err := p.Hold.UnmarshalText([]byte(fmt.Sprintf("%dm", hold))); err != nil {
						t.Fatal(err)
					}
				}
				var runs []reference.Measured
				for _, r := range s.replications {
					cost, share := world(&p, r)
					runs = append(runs, reference.Measured{Cost: cost, Share: []float64{share}})
				}
				if v := reference.Appraise(s.asked, runs); best == nil || v.Better(best) {
					best = &v
				}
			}
		}
	}
	return *best
}

// TestSearchFindsTheBestOfASmoothWorld compares the found setting with the best of all 162
// settings.
func TestSearchFindsTheBestOfASmoothWorld(t *testing.T) {
	for _, replications := range []int{1, 3, 5} {
		s, _ := made(t, 50*replications, replications, smooth)
		want := everything(t, s, smooth)
		written, err := s.find(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		got := s.appraise(s.best, replications)
		if math.Abs(got.Cost-want.Cost) > 1e-9 || got.Worst() != 0 || want.Worst() != 0 {
			t.Errorf("%d replications: %v costs %v and misses %v, the best %v", replications, s.best.changes, got.Cost, got.Worst(), want.Cost)
		}
		if v := s.appraise(written, replications); v.Worst() == 0 {
			t.Error("the policy as written keeps the objective: the world shows nothing")
		}
	}
}

// TestSearchKeepsTheBudgetOfTheMachines: the rent of the cheapest settings is above the budget, as
// they boot and stop machines too often. The policy as written is one of them.
func TestSearchKeepsTheBudgetOfTheMachines(t *testing.T) {
	over := func(p *registry.Staged) float64 { return max(0, 15-float64(p.Hold)/60e9) }
	s, _ := made(t, 150, 3, smooth)
	plain := s.run
	s.run = func(ctx context.Context, c *setting, replication int) (reference.Measured, error) {
		out, err := plain(ctx, c, replication)
		_, params := c.policy.Allocator.Chosen()
		out.Over = over(params.(*registry.Staged))
		return out, err
	}
	written, err := s.find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, params := s.best.policy.Allocator.Chosen()
	if best := s.appraise(s.best, 3); best.Worst() != 0 || over(params.(*registry.Staged)) != 0 {
		t.Errorf("the best misses %v, and is %v %% above the budget", best.Worst(), best.Over)
	}
	if s.appraise(written, 3).Over == 0 {
		t.Error("the policy as written keeps the budget: the world shows nothing")
	}
}

// TestSearchSpendsNoMoreThanItsBudget counts the runs and checks that none is made twice. What is
// left of the budget must be less than one run per replication. The runs of the policy as written
// count as well.
func TestSearchSpendsNoMoreThanItsBudget(t *testing.T) {
	for _, budget := range []int{5, 6, 17, 60, 100_000} {
		s, times := made(t, budget, 5, smooth)
		if _, err := s.find(t.Context()); err != nil {
			t.Fatal(err)
		}
		all := 0
		for key, n := range times() {
			if all += n; n > 1 {
				t.Errorf("%s is simulated %d times", key, n)
			}
		}
		if all != s.spent || all > budget || budget < 100 && all < budget-4 {
			t.Errorf("%d runs, told %d, of a budget of %d", all, s.spent, budget)
		}
		if most := 5 * 9 * 6 * 3; budget > most && all > most {
			t.Errorf("%d runs of %d that there are", all, most)
		}
	}
}

// TestLeastIsMissedWhereNothingIsKept: if no setting reaches the objective, the search chooses the
// one that misses it by the least. The cost does not matter.
func TestLeastIsMissedWhereNothingIsKept(t *testing.T) {
	world := func(p *registry.Staged, _ int) (float64, float64) { return 100 * p.Headroom, 90 + p.Headroom }
	s, _ := made(t, 200, 2, world)
	_, err := s.find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, params := s.best.policy.Allocator.Chosen(); params.(*registry.Staged).Headroom != 2 {
		t.Errorf("found %v", s.best.changes)
	}
}

// TestWhatIsNoBetterChangesNothing: a setting that is equally good as the policy as written does
// not replace it.
func TestWhatIsNoBetterChangesNothing(t *testing.T) {
	s, _ := made(t, 200, 2, func(*registry.Staged, int) (float64, float64) { return 1, 99.5 })
	written, err := s.find(t.Context())
	if err != nil || s.best != written || len(s.needed(s.best)) > 0 {
		t.Errorf("found %v, %v", s.best.changes, err)
	}
}

// TestARareMissIsSeen: the objective is missed in only one replication, the last. The search tries
// settings in this replication first.
func TestARareMissIsSeen(t *testing.T) {
	world := func(p *registry.Staged, replication int) (float64, float64) {
		if replication == 8 && p.Headroom < 1.5 {
			return 10 * p.Headroom, 90
		}
		return 10 * p.Headroom, 100
	}
	s, _ := made(t, 40, 4, world)
	_, err := s.find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, params := s.best.policy.Allocator.Chosen(); params.(*registry.Staged).Headroom != 1.5 {
		t.Errorf("found %v", s.best.changes)
	}
}

// TestADearWayOutIsNotTaken: more headroom brings the policy nearer to the objective at a high
// price, and even the greatest headroom does not suffice. The reserve can reach the objective at a
// low price. A search that only looked at how far the objective is missed would first choose the
// greatest headroom and then never lower it again.
func TestADearWayOutIsNotTaken(t *testing.T) {
	world := func(p *registry.Staged, _ int) (float64, float64) {
		return 10*p.Headroom + p.Reserve.Factor, min(99.5, 97+0.5*p.Headroom+0.6*(p.Reserve.Factor-1))
	}
	s, _ := made(t, 90, 2, world)
	for _, x := range Space(s.scenario, s.policy) {
		if strings.HasSuffix(x.Path, ".factor") {
			s.space = append(s.space, x)
		}
	}
	if _, err := s.find(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := s.appraise(s.best, 2); got.Worst() > 0 || got.Cost > 14 {
		t.Errorf("%v costs %v and misses %v", s.best.changes, got.Cost, got.Worst())
	}
}

// TestInterruptedSearchReturnsTheBestSoFar ends the context in the middle of a search.
func TestInterruptedSearchReturnsTheBestSoFar(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	s, _ := made(t, 500, 2, smooth)
	run, n := s.run, 0
	var mutex sync.Mutex
	s.run = func(ctx context.Context, c *setting, replication int) (reference.Measured, error) {
		mutex.Lock()
		defer mutex.Unlock()
		if n++; n > 30 {
			stop()
			return reference.Measured{}, context.Canceled
		}
		return run(ctx, c, replication)
	}
	written, err := s.find(ctx)
	if err == nil || written == nil || s.best == nil || s.best == written {
		t.Fatalf("%v and %v, %v", written, s.best, err)
	}
	if one, other := s.appraise(s.best, 2), s.appraise(written, 2); !one.Better(other) {
		t.Errorf("%+v is no better than %+v", one, other)
	}
}

// TestRacesRankByDifferences: settings that were simulated only in one replication, an expensive
// one, are judged by their differences from the best setting in that replication.
func TestRacesRankByDifferences(t *testing.T) {
	s := &search{asked: []float64{99}, replications: []int{0, 1}}
	best := &setting{runs: []reference.Measured{{Cost: 20, Share: []float64{98.9}}, {Cost: 10, Share: []float64{99.3}}}}
	cheaper := &setting{runs: []reference.Measured{{Cost: 19, Share: []float64{98.85}}}}
	v := s.likely(cheaper, best, 1)
	if math.Abs(v.Cost-14) > 1e-9 || v.Worst() != 0 || math.Abs(v.Missed[0]+0.05) > 1e-9 {
		t.Errorf("likely %+v", v)
	}
	if !v.Better(s.appraise(best, 2)) {
		t.Error("it costs less and keeps the objective, but is no better")
	}
}

// BenchmarkSearch measures the time of a search without its simulations.
func BenchmarkSearch(b *testing.B) {
	for b.Loop() {
		s, _ := made(b, 250, 5, smooth)
		if _, err := s.find(b.Context()); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(s.spent), "runs/op")
	}
}
