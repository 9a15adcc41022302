package scenarios

import (
	"slices"
	"testing"

	"wavetank/metrics/rows"
)

// TestLaterReplicationsAreThoseOfALongerRun: if only the replications from 2 on are run, they are
// the same as in a run of all replications. References are searched for only in the replications
// that are run.
func TestLaterReplicationsAreThoseOfALongerRun(t *testing.T) {
	const text = `
name: s
duration: 2m
replications: 4
control: {period: 15s}
workload: [{model: resnet, variants: [resnet18], slo: {latency: 1s}, arrivals: {poisson: {rate: 30/s}}}]
fleet: [{machine: aws/c7i.4xlarge, max: 4}]
policies: [follow, static-best]
`
	whole, later := load(t, text), load(t, text)
	later.First, later.Scenario.Replications = 2, 2
	want := slices.DeleteFunc(run(t, whole, 2).Rows, func(r rows.Row) bool { return r.Replication < 2 || r.Policy == "static-best" })
	got := run(t, later, 2)
	alone := slices.DeleteFunc(slices.Clone(got.Rows), func(r rows.Row) bool { return r.Policy == "static-best" })
	key := func(r rows.Row) rows.Row {
		if r.Value != r.Value {
			r.Value = -1 // NaN must count as equal to NaN here
		}
		return r
	}
	if !slices.EqualFunc(alone, want, func(a, b rows.Row) bool { return key(a) == key(b) }) || got.Completed != 2 || len(want) == 0 {
		t.Errorf("%d rows, %d in a run of all", len(alone), len(want))
	}
	if !later.Found()["static-best"].Reached {
		t.Error("no constant fleet was found for the later replications")
	}
}

// TestAnotherPercentageIsAskedOfReferences: the fleet of the worked example shrinks if a lower
// percentage is asked for, independently of the percentage in the scenario.
func TestAnotherPercentageIsAskedOfReferences(t *testing.T) {
	for percent, want := range map[float64]float64{0: 4, 55: 2, 75: 3} {
		e := load(t, halves(99, 20, "0s", "static-best"))
		e.AtLeast = percent
		if got := meansOfAll(run(t, e, 2))["static-best machine:box machines_max"]; got != want {
			t.Errorf("%v boxes for %v %%, want %v", got, percent, want)
		}
	}
}
