package scenarios

import (
	"strings"
	"testing"

	"wavetank/scenarios/file"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// crowded is a scenario whose flash crowd comes at a different time in each replication.
const crowded = `name: crowded
duration: 30m
replications: 3
control: {period: 15s}
workload:
  - model: vit
    variants: [vit-large]
    slo: {latency: 400ms}
    arrivals: {day-curve: {mean: 100/s, spikes: [{at: {uniform: {from: 5m, to: 25m}}, height: 5x, rise: 20s, hold: 90s, fall: 1m}]}}
fleet:
  - {machine: aws/g4dn.xlarge, max: 8}
policies: [static-peak, follow]
`

// highest returns the minute of a replication in which the most requests come.
func highest(t *testing.T, e *Experiment, replication int) int {
	t.Helper()
	src, err := e.Requests(replication)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	var counts [30]int
	for r := (fleet.Request{}); src.Next(&r) && r.Arrival < kernel.Time(e.Scenario.Duration); {
		counts[r.Arrival/60e9]++
	}
	most := 0
	for m := range counts {
		if counts[m] > counts[most] {
			most = m
		}
	}
	if counts[most] < 20_000 {
		t.Errorf("replication %d has no crowd: %v", replication, counts)
	}
	return most
}

func TestACrowdComesAtAnotherTimeInEachReplication(t *testing.T) {
	e := prepared(t, crowded)
	seen := map[int]bool{}
	for r := range e.Scenario.Replications {
		most := highest(t, e, r)
		if most < 5 || most > 28 || most != highest(t, e, r) {
			t.Errorf("replication %d: the crowd is in minute %d, and then in %d", r, most, highest(t, e, r))
		}
		seen[most] = true
	}
	if len(seen) < 2 {
		t.Errorf("all crowds come in the minutes %v", seen)
	}
}

// TestThoseWhoKnowTheLoadKnowTheDrawnCrowd: static-peak rents machines for the flash crowd of each
// replication, just as it does for one at a fixed time.
func TestThoseWhoKnowTheLoadKnowTheDrawnCrowd(t *testing.T) {
	drawn := means(run(t, prepared(t, crowded), 2), "slo_attainment")
	if drawn["static-peak"] < 99 || drawn["follow"] > 98 {
		t.Errorf("attainment is %v", drawn)
	}
}

func TestTheCrowdCountsInWhatIsAskedFor(t *testing.T) {
	check := prepared(t, crowded).Summary()
	if !strings.Contains(check, "500/s at the peak") {
		t.Errorf("check says\n%s", check)
	}
}

func TestResolvedDrawnInstantsAreFixpoints(t *testing.T) {
	first := fixpoint(t, "crowded", prepared(t, crowded), false)
	if !strings.Contains(string(first), "uniform:") || !strings.Contains(string(first), "to: 25m") {
		t.Errorf("the span is not in\n%s", first)
	}
	fixed := fixpoint(t, "crowded", prepared(t, strings.Replace(crowded, "{uniform: {from: 5m, to: 25m}}", "5m", 1)), false)
	if !strings.Contains(string(fixed), "at: 5m") {
		t.Errorf("the instant is not in\n%s", fixed)
	}
}

func TestDrawnInstantsAgreeWithTheSchema(t *testing.T) {
	s := schema(t)
	for text, sound := range map[string]bool{"5m": true, "{uniform: {from: 5m, to: 25m}}": true, "{uniform: {from: 5m}}": false, "{normal: {from: 5m, to: 25m}}": false} {
		f, err := file.Read("s.yaml", []byte(strings.Replace(crowded, "{uniform: {from: 5m, to: 25m}}", text, 1)))
		if err != nil {
			t.Fatal(err)
		}
		if (s.Validate(f.Document.Root().Plain()) == nil) != sound {
			t.Errorf("the schema does not agree about at: %s", text)
		}
	}
}

func TestMistakesInDrawnInstantsAreToldWithTheirPlace(t *testing.T) {
	const at = "workload[0].arrivals.day-curve.spikes[0].at"
	for _, c := range []struct{ new, want string }{
		{"{uniform: {from: 25m, to: 5m}}", at + ".uniform.to: 5m is not after from, which is 25m"},
		{"{uniform: {from: 5m, to: 5m}}", at + ".uniform.to: 5m is not after from, which is 5m"},
		{"{uniform: {from: -5m, to: 25m}}", "-5m lies outside 0s to 31 days"},
		{"{uniform: {from: 5m, to: 31m}}", "s.yaml:9:80: " + at + ".uniform.to: 31m is after the end of a run, which is at 30m"},
		{"{uniform: {from: 5m}}", at + ".uniform"},
		{"{uniform: {from: 5, to: 25m}}", at + `.uniform.from: "5" has no unit`},
		{"{unifrom: {from: 5m, to: 25m}}", at + ".unifrom: unknown key"},
		{"{uniform: }", at + ".uniform"},
		{"{}", at + ".uniform"},
		{"[5m, 25m]", at},
		{"5", at + `: "5" has no unit`},
	} {
		if got := mistakes(t, strings.Replace(crowded, "{uniform: {from: 5m, to: 25m}}", c.new, 1)); !strings.Contains(got, c.want) || strings.Count(got, "\n") > 1 {
			t.Errorf("at: %s\n%s\nwant\n%s", c.new, got, c.want)
		}
	}
}
