package capacity

import (
	"context"
	"fmt"
	"math"
	"testing"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// boxes is a scenario of two pools on machines with four GPUs and a narrow link. It is given the
// seed.
func boxes(seed int) string {
	return fmt.Sprintf(pools, seed, 2000, "25ms", 20., "box, max: 40") +
		"machines: [{name: box, cores: 64, memory: 512GiB, gpu: h100, gpus: 4, gpu-memory: 80GiB, price: 27$/h, network: 50Gb/s}]\n"
}

// TestPoolsOnSharedLinks has four replicas on each machine, whose link limits both pools. Four
// replicas use one link, so they serve hardly more than two. Eight use two links, so they serve at
// least twice as much. Two seeds agree. In a long run of other requests at a slightly lower rate,
// at most one percentage point more than allowed misses; at a slightly higher rate, at least one
// point less than allowed.
func TestPoolsOnSharedLinks(t *testing.T) {
	const little = 0.02
	one, other := rates(built(t, boxes(1))), rates(built(t, boxes(2)))
	for d := range fleet.DeploymentID(2) {
		served := map[int]float64{}
		for _, n := range []int{2, 4, 8} {
			a, err := one.Rate(d, n)
			b, err2 := other.Rate(d, n)
			if err != nil || err2 != nil {
				t.Fatal(err, err2)
			}
			less, allowed := longRun(t, one, d, n, (1-little)*a)
			more, _ := longRun(t, one, d, n, (1+little)*a)
			served[n] = a
			t.Logf("%d of %s: %.4g/s and %.4g/s; %.2f to %.2f %% miss, %.2f %% may", n, one.built.Spec.Deployments[d].Name, a, b, less, more, allowed)
			if math.Abs(a-b) > 0.03*min(a, b) {
				t.Errorf("%d of deployment %d: %v/s with one seed and %v/s with another", n, d, a, b)
			}
			if less > allowed+1 || more < allowed-1 {
				t.Errorf("%d of deployment %d at %v/s: %.2f %% miss a little below, %.2f %% above, want %.2f %%", n, d, a, less, more, allowed)
			}
		}
		if served[4] < served[2] || served[4] > 1.2*served[2] || served[8] < 2*served[4] {
			t.Errorf("deployment %d: 2, 4 and 8 replicas serve %v/s", d, served)
		}
	}
}

// longRun runs n replicas of a pool at a rate with 60,000 requests, whose gaps are not scaled. It
// returns the percentage that misses and the percentage that may.
func longRun(t *testing.T, table *Asked, id fleet.DeploymentID, n int, rate float64) (misses, allowed float64) {
	t.Helper()
	spec := table.built.Spec
	d := &spec.Deployments[id]
	s := sampleOf(t, table, spec.Asked(d.Model))
	a, err := newAlone(spec, id, n, s, table.built.Scenario.Planning.Utilization)
	if err != nil {
		t.Fatal(err)
	}
	run := newTrial(a, d, 77, table.make)
	run.course = newCourse(s, 60_000, 6000, run.stream(0))
	ratio, err := run.ratio(context.Background(), rate)
	if err != nil {
		t.Fatal(err)
	}
	return 100 * ratio * a.aim.allowed(), 100 * a.aim.allowed()
}

// TestBothPartsHaveTheirOwnMachines: the replicas of a pool fill as few machines as possible, and
// the replicas for the other part are on other machines, of an equal type.
func TestBothPartsHaveTheirOwnMachines(t *testing.T) {
	table := rates(built(t, boxes(1)))
	spec := table.built.Spec
	s := sampleOf(t, table, 0)
	for d := range fleet.DeploymentID(2) {
		a, err := newAlone(spec, d, 6, s, 0.7)
		if err != nil {
			t.Fatal(err)
		}
		own, others := a.spec.Deployments[d].Type, a.spec.Deployments[1-d].Type
		if own == others || a.spec.Types[own].Name != a.spec.Types[others].Name || a.replicas[1-d] == 0 {
			t.Errorf("deployment %d is on type %d of %d, the other part on %d, with %v replicas", d, own, len(a.spec.Types), others, a.replicas)
		}
		if a.links.machines != 2 || math.Abs(a.links.full/a.links.fullHalf-0.75) > 1e-9 {
			t.Errorf("6 replicas of deployment %d: links %+v, want two machines, and three quarters of the share that three on one machine have", d, a.links)
		}
		if spec.Deployments[1-d].Type != 0 || len(spec.Types) != 1 {
			t.Errorf("the scenario has changed: %d types", len(spec.Types))
		}
	}
}

// TestAScaledCourseHasItsLoad: a scaled course brings as much work per time as the whole sample at
// its rate. It does not depend on the draws.
func TestAScaledCourseHasItsLoad(t *testing.T) {
	const rate = 25
	s := sampleOf(t, rates(built(t, boxes(1))), 0)
	for seed := range uint64(5) {
		c := newCourse(s, 2000, 100, kernel.NewStream(seed, sampled, "test", 0))
		c.center(func(mean fleet.PlannedLengths) float64 { return mean.Input })
		arrivals, n, input := c.at(rate), 0., 0.
		var r fleet.Request
		for arrivals.Next(&r) {
			n, input = n+1, input+float64(r.Input)
		}
		if load := input / s.mean.Input / r.Arrival.Seconds(); n != 2100 || math.Abs(load/rate-1) > 1e-6 {
			t.Errorf("seed %d: %v requests bring as much work as %v/s of the sample, want 2100 and %v/s", seed, n, load, rate)
		}
	}
}
