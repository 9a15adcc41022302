package metrics_test

import (
	"math"
	"testing"
	"time"

	"wavetank/metrics/rows"
	"wavetank/policies/routing"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/simtest"
)

// The machine fails at 500 ms and is up again at 700 ms, when the allocator places a replica on it
// in no time. Requests arrive at 300 ms and 480 ms. The second is interrupted after 20 ms of
// service, and served again at 700–800 ms, which misses the objective of 150 ms. Within 200–1000 ms
// the server is busy for 100 + 20 + 100 of 800 ms. 200 of the 800 ms are repair.
func TestMeasuresOfAHandWorkedFailure(t *testing.T) {
	failing := func(s *sim.Setup) {
		s.Spec.Types[0].Failures = fleet.Failures{MTBF: 500 * time.Millisecond, Repair: 200 * time.Millisecond, Constant: true}
		s.Allocator, s.Period = simtest.Keeper{Replicas: 1}, 100*time.Millisecond
	}
	values, board := watch(t, []int{300, 480}, failing)
	near(t, values, map[string]float64{
		"all arrived": 2, "all retried": 1, "all failed": 0, "all unfinished": 0, "all slo_attainment": 50, "all latency_mean": (0.1 + 0.32) / 2,
		"all latency_p99": 0.32, "cpu utilization": 100 * 0.220 / 0.8, "all cost": 0.8 / 3600, "all machine_failures": 1, "all reclaims": 0,
		"all machines_down": 0.2 / 0.8, "all cold_starts": 1,
	})
	series := map[float64]map[string]float64{}
	for _, s := range rows.Samples(board.Series.TimeSeries()) {
		if series[s.Seconds] == nil {
			series[s.Seconds] = map[string]float64{}
		}
		series[s.Seconds][s.Scope+" "+s.Metric] = s.Value
	}
	near(t, series[0.5], map[string]float64{"all capacity": 10, "all waiting": 0, "cpu utilization": 100 * 0.12 / 0.25})
	near(t, series[0.75], map[string]float64{"all capacity": 2, "all waiting": 0, "cpu utilization": 100 * 0.05 / 0.25})
	near(t, series[1], map[string]float64{"all capacity": 10, "all waiting": 0, "cpu utilization": 100 * 0.05 / 0.25})

	values, _ = watch(t, []int{300, 480}, func(s *sim.Setup) { failing(s); s.FailLost = true })
	near(t, values, map[string]float64{
		"all arrived": 2, "all retried": 0, "all failed": 1, "all slo_attainment": 50, "all latency_mean": 0.1, "cpu utilization": 100 * 0.120 / 0.8,
	})
	if !math.IsInf(values["all latency_p99"], 1) {
		t.Errorf("p99 is %v although one of two requests failed", values["all latency_p99"])
	}
}

// If no machine can be lost, there are no numbers about losses.
func TestLossesAreToldOnlyWhereMachinesCanBeLost(t *testing.T) {
	values, _ := watch(t, []int{300}, nil)
	for _, metric := range []string{"failed", "retried", "machine_failures", "reclaims", "machines_down"} {
		if _, told := values["all "+metric]; told {
			t.Errorf("%s is reported", metric)
		}
	}
}

// The machine fails at 500 ms. The request of 480 ms is in service, and that of 490 ms waits at its
// replica. Both have tenant b, and each has another class. The request of 300 ms, of tenant a, is
// done.
func TestLossesAreToldOfEveryClassAndTenant(t *testing.T) {
	lossy := func(s *sim.Setup) {
		arrivals := senders{{300, 0, 0}, {480, 1, 1}, {490, 0, 1}}
		s.Arrivals, s.Router = &arrivals, routing.NewRoundRobin()
		s.Spec.Classes, s.Spec.Tenants = metals, []string{"a", "b", "c"}
		s.Spec.Types[0].Failures = fleet.Failures{MTBF: 500 * time.Millisecond, Repair: 200 * time.Millisecond, Constant: true}
		s.Allocator, s.Period = simtest.Keeper{Replicas: 1}, 100*time.Millisecond
	}
	for fate, other := range map[string]string{"retried": "failed", "failed": "retried"} {
		values, _ := watch(t, nil, func(s *sim.Setup) { lossy(s); s.FailLost = fate == "failed" })
		want := map[string]float64{"all " + fate: 2}
		for scope, n := range map[string]float64{"class:gold": 1, "class:bronze": 1, "tenant:a": 0, "tenant:b": 2, "tenant:c": 0} {
			want[scope+" "+fate], want[scope+" "+other] = n, 0
		}
		near(t, values, want)
	}
	values, _ := watch(t, nil, func(s *sim.Setup) { lossy(s); s.Spec.Types[0].Failures = fleet.Failures{} })
	if _, told := values["class:gold failed"]; told {
		t.Error("failed requests are reported although no machine can be lost")
	}
}
