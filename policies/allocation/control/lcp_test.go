package control

import (
	"testing"
	"time"

	"wavetank/policies/allocation"
	"wavetank/policies/policytest"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// follow asks a controller once per period, with a load of the first model. It returns how many
// replicas of the cheapest deployment the controller wants. These replicas are ready at once.
func follow(t *testing.T, c allocation.Controller, boot time.Duration, loads []float64) (wanted []int) {
	t.Helper()
	spec := policytest.Pair()
	spec.Types[0].Boot = boot
	for k, load := range loads {
		w := sim.Expectation(spec, []float64{load, 0}, time.Minute)
		w.End = kernel.Time(k) * kernel.Time(time.Minute)
		v := sim.ViewOf(fleet.New(spec), w.End).WithWindow(w, time.Minute)
		s := allocation.NewSituation(v, allocation.Demands{Level: []float64{load, 0}, Load: []float64{load, 0}}, "", false)
		wanted = append(wanted, whole(c.Control(s).Amount[0]/s.Problem.Configurations[s.Cheapest[0][0]].Capacity))
	}
	return wanted
}

// TestLazyProvisioningKeepsAReplicaForTheRentOfItsBoot: replicas boot for three minutes. A replica
// that is not needed is kept until its rent equals the cost of this boot.
func TestLazyProvisioningKeepsAReplicaForTheRentOfItsBoot(t *testing.T) {
	loads := []float64{10, 30, 10, 10, 10, 10, 30, 10}
	for switching, want := range map[float64][]int{
		0: {1, 3, 1, 1, 1, 1, 3, 1},
		1: {1, 3, 3, 3, 3, 1, 3, 3},
		9: {1, 3, 3, 3, 3, 3, 3, 3},
	} {
		c, err := NewLCP(switching)
		if err != nil {
			t.Fatal(err)
		}
		got := follow(t, c, 3*time.Minute, loads)
		for k := range want {
			if got[k] != want[k] {
				t.Errorf("switching %v wants %v, want %v", switching, got, want)
				break
			}
		}
	}
}

// TestHorizonOfOneWithoutSwitchingIsThePlainRule: MPC with one period and without costs of
// switching wants what the demand needs.
func TestHorizonOfOneWithoutSwitchingIsThePlainRule(t *testing.T) {
	loads := []float64{10, 34, 0, 5, 60, 1}
	plain := follow(t, Follow{}, 0, loads)
	predictive, err := NewMPC(0, 1)
	if err != nil {
		t.Fatal(err)
	}
	for k, n := range follow(t, predictive, 0, loads) {
		if n != plain[k] {
			t.Errorf("load %v: %d replicas, want %d", loads[k], n, plain[k])
		}
	}
}
