package optimize

import (
	"slices"
	"testing"
)

// TestRoomLeftOnAMachineServesWhatHadOneOfItsOwn: by density, a separate GPU machine is best for
// the second model: 78 requests per second for 0.53 $/h. But the third model needs a CPU machine,
// and half of it has room for the second model.
func TestRoomLeftOnAMachineServesWhatHadOneOfItsOwn(t *testing.T) {
	half := []int64{8}
	p := Problem{
		Penalty: 1000,
		Demand:  []float64{100, 78, 16},
		Types: []HostType{
			{Price: 0.714, Max: 5, Host: []int64{16}},
			{Price: 0.526, Max: 5, Host: []int64{4}, Devices: 1, Device: []int64{1000}},
		},
		Configurations: []Configuration{
			{Model: 0, Type: 1, Capacity: 180, Host: []int64{2}, Device: []int64{1000}},
			{Model: 1, Type: 0, Capacity: 78, Host: half},
			{Model: 1, Type: 1, Capacity: 4800, Host: []int64{2}, Device: []int64{1000}},
			{Model: 2, Type: 0, Capacity: 17, Host: half},
		},
	}
	for _, s := range []Solver{GreedyCover{}, DP{}, LP{}, Best{}} {
		found, err := Solve(s, p)
		if err != nil || !slices.Equal(found.Replicas, []int{1, 1, 0, 1}) || !slices.Equal(found.Machines, []int{1, 1}) {
			t.Errorf("%s: %v on %v, %v", s, found.Replicas, found.Machines, err)
		}
	}
}
