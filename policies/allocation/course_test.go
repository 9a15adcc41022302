package allocation

import (
	"math"
	"slices"
	"testing"
	"time"

	"wavetank/policies/optimize"
	"wavetank/policies/optimize/classic"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"

	"pgregory.net/rapid"
)

// exactly plans by a solver, without costs of switching.
type exactly struct{}

func (exactly) Plan(s *Situation, wanted []float64) (Chosen, error) {
	p := s.Problem
	p.Demand = slices.Clone(wanted)
	found, err := optimize.Solve(optimize.Best{}, p)
	return Chosen{Replicas: found.Replicas, Layout: found.Layout}, err
}

// asIs is a controller that wants exactly the demand.
type asIs struct{}

func (asIs) Control(s *Situation) Wanted { return Wanted{Amount: s.Demand.Total()} }

func (asIs) Unserved(demand, planned []float64) []float64 { return Shortfall(demand, planned) }

// one returns a specification of one model on boxes that serve ten requests per second for 2 $/h.
func one(load time.Duration) *fleet.Spec {
	return &fleet.Spec{
		Kinds:    []string{"cpu"},
		Types:    []fleet.MachineType{{Name: "box", Cores: 1, Memory: 1, Price: 2, Max: 30}},
		Models:   []fleet.Model{{Name: "m", Variants: []fleet.VariantID{0}}},
		Variants: []fleet.Variant{{Name: "v"}},
		Deployments: []fleet.Deployment{{
			Name: "v@box", Need: fleet.Resources{Cores: 1, Memory: 1}, MaxBatch: 1, Slots: 1, Capacity: 10, Load: load,
		}},
	}
}

// planned returns the replicas in each minute that a course chooses for needs per minute, and their
// cost by the rents and moves of the course.
func planned(t interface{ Fatal(...any) }, c *fleet.Spec, needs [][]float64) (replicas []int, cost float64) {
	s := &Stages{Capacity: Planned{Spec: c}, Control: asIs{}, Plan: exactly{}}
	course := newCourse(s, c, time.Minute, needs)
	plans, err := course.cheapest()
	if err != nil {
		t.Fatal(err)
	}
	moves, before := course.moves(), -1
	for i := range course.spells {
		p := &course.spells[i]
		plan := plans[p.from]
		at := slices.IndexFunc(course.fleets, func(k keepable) bool { return slices.Equal(k.Replicas, plan.Replicas) })
		cost += course.rent(&course.fleets[at], p)
		if before >= 0 {
			cost += moves[before][at]
		}
		before = at
	}
	for _, p := range plans {
		replicas = append(replicas, p.Replicas[0])
	}
	return replicas, cost
}

// TestACourseOfOneModelIsRightSizing: with one model on one type, a course costs as much as the
// cheapest path of right-sizing, where an added replica costs its rent while it loads. Both serve
// every need.
func TestACourseOfOneModelIsRightSizing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		load := time.Duration(rapid.IntRange(0, 300).Draw(t, "load")) * time.Second
		boxes := rapid.SliceOfN(rapid.IntRange(1, 12), 1, 30).Draw(t, "boxes")
		var needs [][]float64
		for _, n := range boxes {
			needs = append(needs, []float64{float64(10*n) - 5})
		}
		replicas, cost := planned(t, one(load), needs)
		for w, n := range boxes {
			if replicas[w] < n {
				t.Fatalf("window %d has %d boxes and needs %d", w, replicas[w], n)
			}
		}
		best := classic.RightSizing{
			Periods: len(boxes), Most: 12, Start: 12, // the first fleet costs no start
			Switch: 2 * load.Hours(),
			Cost: func(w, x int) float64 {
				if x < boxes[w] {
					return math.Inf(1)
				}
				return 2 * float64(x) / 60
			},
		}
		if _, want := best.Solve(); math.Abs(cost-want) > 1e-9 {
			t.Fatalf("%v costs %v $, right-sizing %v $", replicas, cost, want)
		}
	})
}

// TestWhatIsNeededAgainSoonIsKept: a box loads for ten minutes. To keep it for ten minutes costs as
// much as to load it again. So it is kept over a shorter gap, but not over a longer one.
func TestWhatIsNeededAgainSoonIsKept(t *testing.T) {
	for _, c := range []struct {
		gap  int
		kept int
	}{{5, 3}, {20, 1}} {
		needs := [][]float64{{25}}
		for range c.gap {
			needs = append(needs, []float64{5})
		}
		needs = append(needs, []float64{25})
		if replicas, _ := planned(t, one(10*time.Minute), needs); replicas[1] != c.kept || replicas[0] != 3 || replicas[c.gap+1] != 3 {
			t.Errorf("a gap of %d min is %v, want %d", c.gap, replicas, c.kept)
		}
	}
}

// TestACoursePlansWithTheMachinesThereAre: five boxes can be rented, but from the third minute on
// only three. From then on the plans keep three, although more are needed.
func TestACoursePlansWithTheMachinesThereAre(t *testing.T) {
	c := one(0)
	c.Types[0].Max = 5
	c.Types[0].Supply = []fleet.Supply{{From: kernel.Time(2 * time.Minute), Machines: 3}}
	if replicas, _ := planned(t, c, [][]float64{{45}, {45}, {45}, {45}}); !slices.Equal(replicas, []int{5, 5, 3, 3}) {
		t.Errorf("%v boxes, want 5 5 3 3", replicas)
	}
}
