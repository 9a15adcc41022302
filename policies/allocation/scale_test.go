package allocation

import (
	"math"
	"testing"

	"wavetank/sim/fleet"
)

// clumped is a capacity where one or two replicas serve nothing in time, and n ≥ 3 replicas serve
// 10·n requests per second.
type clumped struct{}

// Rate implements Capacity.
func (clumped) Rate(_ fleet.DeploymentID, n int) (float64, error) {
	if n < 3 {
		return 0, nil
	}
	return 10 * float64(n), nil
}

// TestReplicasOfWhichFewServeNothingAreScaled: a plan divides the demand by the capacity of one
// replica, and may leave the load of a thousandth of a replica unserved. Here one replica less
// would serve nothing.
func TestReplicasOfWhichFewServeNothingAreScaled(t *testing.T) {
	for demand, want := range map[float64]int{0: 3, 1: 3, 12: 3, 30: 3, 31: 4, 95: 10} {
		n, rate, err := fewest(clumped{}, 0, demand, 64)
		if err != nil || n != want || rate != 10*float64(want) {
			t.Errorf("%v/s: %d replicas serve %v/s (%v), want %d", demand, n, rate, err, want)
		}
		each, err := perReplica(clumped{}, 0, demand, 64)
		if planned := int(math.Ceil(demand/each - 1.0/shortfallFactor)); err != nil || demand > 0 && demand < 31 && planned != want {
			t.Errorf("%v/s: %v/s each (%v) makes %d replicas, want %d", demand, each, err, planned, want)
		}
	}
	if n, rate, err := fewest(clumped{}, 0, 5, 2); n != 2 || rate != 0 || err != nil {
		t.Errorf("at most two: %d serve %v/s (%v)", n, rate, err)
	}
}
