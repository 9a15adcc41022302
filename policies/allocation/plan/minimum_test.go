package plan

import (
	"slices"
	"testing"

	"wavetank/policies/optimize"
)

// TestKeptReplicasAreAccurateEnough: of a model that must keep replicas, the cheapest one that
// keeps the least mean accuracy is added, or the most accurate one where none does.
func TestKeptReplicasAreAccurateEnough(t *testing.T) {
	p := optimize.Problem{
		Demand: []float64{0},
		Types:  []optimize.HostType{{Price: 1, Max: 9, Host: []int64{1}}},
	}
	for _, accuracy := range []float64{70, 85, 80, 75} { // from the cheapest on
		p.Configurations = append(p.Configurations, optimize.Configuration{Capacity: 1, Host: []int64{1}, Accuracy: accuracy})
	}
	for floor, want := range map[float64][]int{
		0: {2, 0, 0, 0}, 70: {2, 0, 0, 0}, 72: {0, 2, 0, 0}, 80: {0, 2, 0, 0}, 85: {0, 2, 0, 0}, 99: {0, 2, 0, 0},
	} {
		p.MinAccuracy = []float64{floor}
		replicas := make([]int, 4)
		if enforceMinimum(p, accurate(p, [][]int{{0, 1, 2, 3}}), replicas, 2); !slices.Equal(replicas, want) {
			t.Errorf("floor %v: replicas %v, want %v", floor, replicas, want)
		}
	}
	p.MinAccuracy = []float64{99}
	if got := accurate(p, [][]int{{3, 0, 2, 1}}); !slices.Equal(got[0], []int{1, 2, 3, 0}) {
		t.Errorf("in the order of what they miss: %v", got[0])
	}
}
