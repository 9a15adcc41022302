package scenarios

import (
	"bytes"
	"strings"
	"testing"

	"wavetank/scenarios/scenariotest"
)

// shrinking is a scenario whose replicas drain after a flash crowd. Some of their requests take
// long.
const shrinking = `name: shrinking
duration: 4m
replications: 2
control: {period: 10s, startup: 1s KEYS}
workload:
  - model: vit
    variants: [vit-large]
    slo: {latency: 2s}
    service: {lognormal: {scv: 10}}
    arrivals: {day-curve: {mean: 150/s, spikes: [{at: 1m, height: 10x, rise: 1s, hold: 40s, fall: 1s}]}}
fleet:
  - {machine: aws/g4dn.xlarge, max: 12, boot: 5s}
lost-requests: LOST
policies: [follow]
`

// TestGraceBoundsADrain: without a grace period, no request is lost by a scale-down. With one,
// requests that are still being served at its end are retried or fail.
func TestGraceBoundsADrain(t *testing.T) {
	text := func(keys, lost string) string {
		return strings.NewReplacer(" KEYS", keys, "LOST", lost).Replace(shrinking)
	}
	const grace = ", termination-grace-period: 1ms"
	if retried := outcomes(t, text(grace, "retry"), "retried"); retried["follow"] == 0 {
		t.Error("nobody is retried")
	}
	if failed := outcomes(t, text(grace, "fail"), "failed"); failed["follow"] == 0 {
		t.Error("nobody fails")
	}
	if failed := outcomes(t, text(", termination-grace-period: 1h", "fail"), "failed"); failed["follow"] != 0 {
		t.Errorf("%v fail within an hour of grace", failed["follow"])
	}
	if unfinished := outcomes(t, text("", "fail"), "unfinished"); unfinished["follow"] != 0 {
		t.Errorf("without a bound %v do not finish", unfinished["follow"])
	}
}

func TestGraceIsReadAndRefused(t *testing.T) {
	minimal := scenariotest.Minimal("arrivals: {poisson: {rate: 5/s}}")
	with := func(grace string) string { return "control: {termination-grace-period: " + grace + "}\n" + minimal }
	resolved, err := load(t, with("30s")).Resolved()
	if err != nil || !bytes.Contains(resolved, []byte("  termination-grace-period: 30s\n")) {
		t.Errorf("error %v; resolved to\n%s", err, resolved)
	}
	for _, bad := range []string{"0s", "-1s"} {
		if got := mistakes(t, with(bad)); !strings.HasPrefix(got, "s.yaml:1:37: control.termination-grace-period: "+bad+" is not above 0") {
			t.Errorf("%s: %s", bad, got)
		}
	}
}
