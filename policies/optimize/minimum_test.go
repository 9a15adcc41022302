package optimize

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// pairs is two models on boxes that hold two replicas of 10/s each.
func pairs(most int, demand ...float64) Problem {
	return Problem{
		Demand: demand, Penalty: 100, Types: []HostType{{Price: 1, Max: most, Host: []int64{2}}},
		Configurations: []Configuration{{Capacity: 10, Host: []int64{1}}, {Model: 1, Capacity: 10, Host: []int64{1}}},
	}
}

// Three boxes hold three replicas of each model. The demand needs only one replica of the first
// model, and none of the second.
func TestLeastNumbersOfReplicasAreInTheProblem(t *testing.T) {
	p := pairs(9, 5, 0)
	p.MinReplicas = []int{3, 3}
	for _, s := range solvers {
		a, err := Solve(s, p)
		if err != nil || !slices.Equal(a.Replicas, []int{3, 3}) || a.Objective != 3 {
			t.Errorf("%s: replicas %v, objective %v (%v)", s, a.Replicas, a.Objective, err)
		}
		if _, greedy := s.(GreedyCover); !greedy && !a.Exact {
			t.Errorf("%s: bound %v of %v, want a proof", s, a.Bound, a.Objective)
		}
	}
}

// Two boxes hold four replicas, of six that are to run: each model gets its share.
func TestLeastNumbersOutOfReachAreShared(t *testing.T) {
	p := pairs(2, 5, 0)
	p.MinReplicas = []int{3, 3}
	for _, s := range solvers {
		a, err := Solve(s, p)
		if err != nil || !slices.Equal(a.Replicas, []int{2, 2}) || !near(a.Share, 2./3) || !near(a.Objective, 2+2*1000) {
			t.Errorf("%s: replicas %v, share %v, objective %v (%v)", s, a.Replicas, a.Share, a.Objective, err)
		}
	}
}

// Of four configurations only those that keep the least mean accuracy by themselves count, or the
// most accurate one if none does.
func TestLeastNumbersCountWhatIsAccurateEnough(t *testing.T) {
	for floor, want := range map[float64][]int{
		0: {2, 0, 0, 0}, 70: {2, 0, 0, 0}, 72: {0, 0, 0, 2}, 80: {0, 0, 2, 0}, 99: {0, 2, 0, 0},
	} {
		p := Problem{Demand: []float64{0}, MinAccuracy: []float64{floor}, MinReplicas: []int{2}, Penalty: 1000}
		for k, accuracy := range []float64{70, 85, 80, 75} {
			p.Types = append(p.Types, HostType{Price: []float64{1, 4, 3, 2}[k], Max: 9, Host: []int64{1}})
			p.Configurations = append(p.Configurations, Configuration{Type: k, Capacity: 1, Host: []int64{1}, Accuracy: accuracy})
		}
		for _, s := range solvers {
			if a, err := Solve(s, p); err != nil || !slices.Equal(a.Replicas, want) {
				t.Errorf("floor %v, %s: replicas %v (%v), want %v", floor, s, a.Replicas, err, want)
			}
		}
	}
}

// A model that no configuration serves has no replicas to keep.
func TestNoConfigurationNoLeastNumber(t *testing.T) {
	p := pairs(9, 5, 0, 0)
	p.MinReplicas = []int{0, 0, 2}
	for _, s := range solvers {
		if a, err := Solve(s, p); err != nil || a.Objective != 1 || a.Share != 1 {
			t.Errorf("%s: %+v, %v", s, a, err)
		}
	}
}

func TestFaultsOfLeastNumbersAreNamed(t *testing.T) {
	p := pairs(1, 5, 5)
	p.MinReplicas = []int{1, -1, math.MaxInt}
	for _, want := range []string{"min replicas has 3 entries for 2 models", "min replicas of model 1 is -1", "min replicas of model 2"} {
		if err := p.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
