package metrics_test

import (
	"math"
	"strings"
	"testing"

	"wavetank/sim"
	"wavetank/sim/fleet"

	"pgregory.net/rapid"
)

// judged is an allocator that keeps one machine. Its plans have the listed optimalities, one after
// the other.
type judged []*sim.Optimality

func (a *judged) Allocate(v *sim.View) (p sim.Plan, err error) {
	if v.Live() == 0 {
		p.Boot, p.Load = []fleet.TypeID{0}, []sim.Placement{{Machine: sim.Booted(0)}}
	}
	if len(*a) > 0 {
		p.Optimality = (*a)[0]
		*a = (*a)[1:]
	}
	return p, nil
}

func (*judged) String() string { return "judged" }

// watchPlans runs an allocator that decides at 0 (warm-up), 250, 500 and 750 ms.
func watchPlans(t *testing.T, list ...*sim.Optimality) map[string]float64 {
	values, _ := watch(t, []int{300}, func(s *sim.Setup) {
		own := judged(list)
		s.Allocator, s.Period = &own, pace
	})
	return values
}

// The plan of the warm-up does not count. Of the three measured plans the first is exact. The
// second costs 4 with a bound of 3, so its gap is 1/4. The third was altered: its bound is unknown,
// but its prices are known.
func TestPlansAreAsGoodAsTheirSolverProves(t *testing.T) {
	none := math.NaN()
	values := watchPlans(t,
		&sim.Optimality{Objective: 9, Bound: 1, Demand: []float64{100}, Limits: []float64{100}},
		&sim.Optimality{Objective: 2, Bound: 2 - 1e-12, Exact: true, Demand: []float64{0.5}, Limits: []float64{none}},
		&sim.Optimality{Objective: 4, Bound: 3},
		&sim.Optimality{Objective: none, Bound: none, Altered: true, Demand: []float64{0.7}, Limits: []float64{2}},
	)
	near(t, values, map[string]float64{
		"all plans": 3, "all plans_exact": 100. / 3, "all plans_altered": 100. / 3, "all plan_gap_mean": 25. / 2, "all plan_gap_max": 25,
		"model shadow_price_demand": 0.6, "machine:box shadow_price_machine": 2,
	})
}

// Of four plans that leave 10 of 100 requests per second unserved, the first leaves as much as
// every other one, and costs 4 beside the penalty, 1 more than its bound. Of the second only this
// is known: others may serve 4 of the 10. The third is exact. Of the fourth no bound is known.
func TestWhatIsUnservedHasAGapOfItsOwn(t *testing.T) {
	short := func(unservable float64) sim.Shortage {
		return sim.Shortage{Unserved: 10, Unservable: unservable, Of: 100, Penalty: 1000}
	}
	for i, c := range []struct {
		plan           *sim.Optimality
		cost, unserved float64
	}{
		{&sim.Optimality{Objective: 10_004, Bound: 10_003, Shortage: short(10)}, 25, 0},
		{&sim.Optimality{Objective: 10_004, Bound: 6_003, Shortage: short(6)}, math.NaN(), 4},
		{&sim.Optimality{Objective: 10_004, Bound: 10_004, Exact: true, Shortage: short(6)}, 0, 0},
		{&sim.Optimality{Objective: 10_004, Bound: math.NaN(), Shortage: short(0)}, math.NaN(), math.NaN()},
	} {
		values := watchPlans(t, nil, c.plan)
		for key, want := range map[string]float64{"all plan_gap_mean": c.cost, "all plan_unserved_gap": c.unserved} {
			if got, told := values[key]; told == math.IsNaN(want) || told && math.Abs(got-want) > 1e-9 {
				t.Errorf("plan %d: %s is %v (told: %v), want %v", i, key, got, told, want)
			}
		}
	}
}

// A plan without a solver does not count. A plan without a bound has no gap.
func TestWhatNoSolverKnowsIsNotTold(t *testing.T) {
	for key := range watchPlans(t) {
		if strings.Contains(key, " plan") || strings.Contains(key, "shadow_price") {
			t.Errorf("%s is reported without a solver", key)
		}
	}
	values := watchPlans(t, nil, &sim.Optimality{Objective: 4, Bound: math.NaN()})
	near(t, values, map[string]float64{"all plans": 1, "all plans_exact": 0})
	for _, key := range []string{"all plan_gap_mean", "all plan_gap_max", "model shadow_price_demand", "machine:box shadow_price_machine"} {
		if v, told := values[key]; told {
			t.Errorf("%s is %v, but nobody knows it", key, v)
		}
	}
}

func TestLawsOfPlans(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		plan := rapid.Custom(func(r *rapid.T) *sim.Optimality {
			o := &sim.Optimality{Objective: rapid.Float64Range(-10, 10).Draw(r, "objective"), Exact: rapid.Bool().Draw(r, "exact")}
			o.Bound = o.Objective - rapid.SampledFrom([]float64{-1e-12, 0, 1e-12, 1, 20, math.NaN()}).Draw(r, "off")
			return o
		})
		list := rapid.SliceOfN(plan, 4, 4).Draw(r, "plans")
		values := watchPlans(t, list...)
		share, mean, worst := values["all plans_exact"], values["all plan_gap_mean"], values["all plan_gap_max"]
		if !(0 <= share && share <= 100) || mean < 0 || worst < 0 || mean > worst*(1+1e-12) || share == 100 && worst != 0 {
			r.Fatalf("%v %% exact, gaps of %v %% on average and %v %% at most", share, mean, worst)
		}
	})
}
