package scenarios

import (
	"context"
	"errors"
	"strings"
	"testing"

	"wavetank/scenarios/file"
	"wavetank/scenarios/scenariotest"
	"wavetank/sim/kernel"
)

// TestMoreRequestsThanCanBeSimulatedAreAFault: the runs are two minutes long. The requests of bulks
// and of day curves are counted as well.
func TestMoreRequestsThanCanBeSimulatedAreAFault(t *testing.T) {
	for arrivals, want := range map[string]string{
		"poisson: {rate: 83000000/s}":                              "",
		"poisson: {rate: 84000000/s}":                              "workload[0].arrivals: 1.01e+10 requests are expected in a run of 2m; at most 10,000,000,000 are allowed",
		"bulk: {size: 10, arrivals: {poisson: {rate: 9000000/s}}}": "1.08e+10 requests",
	} {
		f, err := file.Read("s.yaml", []byte(scenariotest.Minimal("arrivals: {"+arrivals+"}")))
		if err != nil {
			t.Fatal(err)
		}
		_, err = Prepare(f)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: error %v, want %q", arrivals, err, want)
		}
	}
}

// TestLoadMeasuringEndsWithItsContext interrupts a measurement that would take minutes.
func TestLoadMeasuringEndsWithItsContext(t *testing.T) {
	e := load(t, scenariotest.Minimal("arrivals: {poisson: {rate: 50000000/s}}"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.measure(ctx, 0, kernel.Time(e.Scenario.Duration)); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if _, err := e.Pace(ctx, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
