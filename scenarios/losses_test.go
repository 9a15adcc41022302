package scenarios

import (
	"strings"
	"testing"
	"time"

	"wavetank/scenarios/file"
	"wavetank/scenarios/scenariotest"
	"wavetank/sim/fleet"
)

// lossy returns changes that make all machines of a scenario fail and be reclaimed often. They boot
// faster than they are lost, so a fleet can exist.
func lossy(machines int) []file.Change {
	list := []file.Change{{Path: "control.storage-bandwidth", Value: "300MB/s"}}
	for i := range machines {
		path := "fleet[" + string(rune('0'+i)) + "]."
		list = append(list, file.Change{Path: path + "failures", Value: "{mtbf: 25s, mttr: 10s}"}, file.Change{Path: path + "spot", Value: "{mean-lifetime: 50s, notice: 5s}"},
			file.Change{Path: path + "interference", Value: "1.2"}, file.Change{Path: path + "boot", Value: "15s"})
	}
	return list
}

// TestEveryPolicyLivesWithLosses runs all policies of a scenario on machines that are often lost.
func TestEveryPolicyLivesWithLosses(t *testing.T) {
	for _, treatment := range []string{"retry", "fail"} {
		changes := append([]file.Change{{Path: "duration", Value: "90s"}, {Path: "warmup", Value: "10s"}, {Path: "control.period", Value: "10s"}, {Path: "workload[0].arrivals.day-curve.at", Value: "1m"}, {Path: "lost-requests", Value: treatment}}, lossy(3)...)
		e := prepare(t, "testdata/7df8e8f/quickstart.yaml", changes...)
		for p := range e.Scenario.Policies {
			invariants, _ := observed(t, e, p)
			if invariants.MachinesFailed == 0 || invariants.Reclaimed == 0 {
				t.Errorf("%s: %d machines failed, %d were reclaimed", e.Scenario.Policies[p].Name, invariants.MachinesFailed, invariants.Reclaimed)
			}
			if wrong := invariants.Failed; treatment == "retry" && wrong > 0 {
				t.Errorf("%s: %d requests failed although they are retried", e.Scenario.Policies[p].Name, wrong)
			}
			if wrong := invariants.Retried; treatment == "fail" && wrong > 0 {
				t.Errorf("%s: %d requests were retried although they fail", e.Scenario.Policies[p].Name, wrong)
			}
			if 2*invariants.Finished < invariants.Arrived {
				t.Errorf("%s: of %d requests only %d finished", e.Scenario.Policies[p].Name, invariants.Arrived, invariants.Finished)
			}
		}
	}
}

// TestDynamicsReachTheSpec: the specification of the run contains the losses of machines that the
// file gives.
func TestDynamicsReachTheSpec(t *testing.T) {
	e := prepare(t, "mm1", file.Change{Path: "fleet[0].failures", Value: "{mtbf: 20h, mttr: 10m}"}, file.Change{Path: "fleet[0].spot", Value: "{mean-lifetime: 4h, notice: 2m}"},
		file.Change{Path: "fleet[0].interference", Value: "1.1"}, file.Change{Path: "control.storage-bandwidth", Value: "10GB/s"})
	kind := e.Spec.Types[0]
	if want := (fleet.Failures{MTBF: 20 * time.Hour, Repair: 10 * time.Minute}); kind.Failures != want {
		t.Errorf("failures are %+v, want %+v", kind.Failures, want)
	}
	if want := (fleet.Spot{Life: 4 * time.Hour, Notice: 2 * time.Minute}); kind.Spot != want {
		t.Errorf("spot is %+v, want %+v", kind.Spot, want)
	}
	if kind.Interference != 1.1 || e.Spec.StorageBandwidth != 10e9 || kind.LoadBandwidth != 1e9 {
		t.Errorf("interference %v, storage %v, link %v", kind.Interference, e.Spec.StorageBandwidth, kind.LoadBandwidth)
	}
	if constant := prepare(t, "mm1", file.Change{Path: "fleet[0].failures", Value: "{mtbf: 20h, mttr: 10m, distribution: deterministic}"}); !constant.Spec.Types[0].Failures.Constant {
		t.Error("the distribution of failures is not constant")
	}
	for _, d := range e.Spec.Deployments {
		if d.Load-d.Transfer != 10*time.Second {
			t.Errorf("%s starts up in %v", d.Name, d.Load-d.Transfer)
		}
	}
}

// TestResolvedDynamicsAreFixpoints: what check prints for losses of machines can be read again and
// agrees with the schema.
func TestResolvedDynamicsAreFixpoints(t *testing.T) {
	fixpoint(t, "again", prepare(t, "mm1", append(lossy(1), file.Change{Path: "lost-requests", Value: "fail"})...), false)
}

func TestImpossibleDynamicsAreRefused(t *testing.T) {
	base := scenariotest.Minimal("arrivals: {poisson: {rate: 5/s}}")
	for _, c := range []struct{ old, new, want string }{
		{"max: 2", "max: 2, failures: {mtbf: 1ms, mttr: 1m}", "s.yaml:9:57: fleet[0].failures.mtbf: 1ms is shorter than 1s"},
		{"max: 2", "max: 2, failures: {mtbf: 1h}", "s.yaml:9:50: fleet[0].failures.mttr: this key is missing"},
		{"max: 2", "max: 2, failures: {mtbf: 1h, mttr: -1s}", "s.yaml:9:67: fleet[0].failures.mttr: -1s is negative"},
		{"max: 2", "max: 2, failures: {mtbf: 1h, mttr: 1s, distribution: normal}", `s.yaml:9:85: fleet[0].failures.distribution: "normal" is not one of exponential, deterministic`},
		{"max: 2", "max: 2, spot: {mean-lifetime: 0s, notice: 1m}", "s.yaml:9:62: fleet[0].spot.mean-lifetime: 0s is shorter than 1s"},
		{"max: 2", "max: 2, spot: {mean-lifetime: 1h, notice: -1m}", "s.yaml:9:74: fleet[0].spot.notice: -1m is negative"},
		{"max: 2", "max: 2, interference: 0.5", "s.yaml:9:54: fleet[0].interference: 0.5x is outside 1 to 100"},
		{"policies:", "lost-requests: forget\npolicies:", `s.yaml:10:16: lost-requests: "forget" is not one of retry, fail`},
		{"policies:", "control: {storage-bandwidth: -1GB/s}\npolicies:", "s.yaml:10:30: control.storage-bandwidth: "},
		{"policies:", "control: {storage-outages: [{from: 2m, until: 1m}]}\npolicies:", "s.yaml:10:47: control.storage-outages[0].until: 1m is not after from, 2m"},
		{"policies:", "planning: {forecast-error: {bias: -100 %, noise: 60 %}}\npolicies:", "s.yaml:10:35: planning.forecast-error.bias: -100 % is not above -100 % and at most 1000 %\ns.yaml:10:50: planning.forecast-error.noise: 60 % is outside 0 % to 57 %"},
		{"max: 2", "max: 2, zones: [east]", `s.yaml:9:48: fleet[0].zones[0]: there is no zone "east" under the scenario's zones`},
		{"policies:", "zones: [{name: east}]\npolicies:", "s.yaml:10:9: zones[0]: no machine stands in east, and no stream comes from it; name it under the zones of an entry of the fleet, or as the zone of a stream"},
		{"max: 2}", "max: 2, zones: [east, east]}\nzones: [{name: east}, {name: east, outages: [{from: 2m, until: 2m}]}]", "s.yaml:9:54: fleet[0].zones[1]: east is listed twice\ns.yaml:10:30: zones[1].name: another zone is called \"east\"\ns.yaml:10:64: zones[1].outages[0].until: 2m is not after from, 2m"},
		{"slo:", "zone: eats\n    slo:", "s.yaml:6:11: workload[0].zone: there is no zone \"eats\" under the scenario's zones"},
		{"policies:", "round-trip: {across-regions: 50ms}\npolicies:", "s.yaml:10:13: round-trip: this needs zones"},
		{"max: 2}", "max: 2, zones: [a, b]}\nzones: [{name: a, region: r}, {name: b}]\nround-trip: {within-zone: -1ms}", "s.yaml:11:13: round-trip: no stream has a zone, so no request is on the network\ns.yaml:11:27: round-trip.within-zone: -1ms is negative"},
		{"slo: {latency: 1s}\n    arrivals: {poisson: {rate: 5/s}}\nfleet:\n  - {machine: aws/g4dn.xlarge, max: 2}", "zone: a\n    slo: {latency: 1s}\n    arrivals: {poisson: {rate: 5/s}}\nfleet:\n  - {machine: aws/g4dn.xlarge, max: 2, zones: [a, b]}\nzones: [{name: a, region: r}, {name: b}]\nround-trip:\n  between:\n    - {places: [a, r], time: 1ms}\n    - {places: [a, c], time: 1ms}\n    - {places: [a, b, r], time: 1ms}\n    - {places: [a, a], time: -1ms}\n    - {places: [r, b], time: 1ms}\n    - {places: [b, r], time: 1ms}",
			`s.yaml:14:16: round-trip.between[0].places: a and r are a zone and a region; give two zones or two regions
s.yaml:15:20: round-trip.between[1].places[1]: there is no zone or region "c" under the scenario's zones (did you mean "a"?)
s.yaml:16:16: round-trip.between[2].places: there are 3 places; a round trip is between two
s.yaml:17:20: round-trip.between[3].places[1]: a is listed twice; within-zone and within-region are for one place
s.yaml:17:30: round-trip.between[3].time: -1ms is negative
s.yaml:19:16: round-trip.between[5].places: the round trip between b and r is listed twice`},
		{"max: 2}", "max: 2}\n  - {machine: aws/g4dn.xlarge, max: 1}", "s.yaml:10:15: fleet[1].machine: aws/g4dn.xlarge is listed twice; give one of the entries a name"},
		{"max: 2}", "max: 2, name: x}\n  - {machine: aws/g4dn.xlarge, name: x, max: 1}", "s.yaml:10:38: fleet[1].name: another entry of the fleet is called \"x\""},
		{"max: 2", "max: 2, maintenance: [{from: 1m, until: 3m}, {from: 2m, until: 4m, share: 0 %}]", "s.yaml:9:84: fleet[0].maintenance[1].from: 2m is before the end of the maintenance before, 3m\ns.yaml:9:106: fleet[0].maintenance[1].share: 0 % is not above 0 % and at most 100 %"},
	} {
		if got := mistakes(t, strings.Replace(base, c.old, c.new, 1)); !strings.Contains("\n"+got, "\n"+c.want) {
			t.Errorf("%s: reported is\n%s\nwant\n%s", c.new, got, c.want)
		}
	}
}
