package scenarios

import (
	"bytes"
	"errors"
	"testing"

	"wavetank/scenarios/strict"
)

// FuzzScenario feeds any bytes to the reader of scenarios, which must not panic, and checks that what it accepts it
// accepts again when written out.
func FuzzScenario(f *testing.F) {
	for _, name := range Shipped() {
		f.Add(shippedText(f, name))
	}
	f.Add([]byte(minimal("arrivals: {poisson: {rate: 1e300/s}}\n    service: {lognormal: {scv: 1e9}}")))
	f.Add([]byte(minimal("arrivals: {day-curve: {mean: 1/s, day: 10s, peak: 100x, cv: 100}}\n    timeout: 2562047h")))
	f.Add([]byte(crowd))
	f.Fuzz(func(t *testing.T, data []byte) {
		first := resolved(t, data)
		if first == nil {
			return
		}
		second := resolved(t, first)
		if !bytes.Equal(first, second) {
			t.Errorf("resolved to\n%s\nand that to\n%s", first, second)
		}
	})
}

// resolved returns a scenario with its defaults, nil when there is something wrong with it.
func resolved(t *testing.T, data []byte) []byte {
	f, err := read("s.yaml", data, nil)
	var e *Experiment
	if err == nil {
		f.shipped = true
		for _, s := range f.Scenario.Workload { // it is not to read whatever lies around
			if t, ok := s.Arrivals.params.(trace); ok && t.common().File != "" {
				t.common().File = "azure-functions.csv"
			}
		}
		e, err = f.Prepare()
	}
	if err != nil {
		var faults strict.Faults
		if !errors.As(err, &faults) || len(faults) == 0 {
			t.Fatalf("error without faults: %v", err)
		}
		return nil
	}
	text, err := e.Resolved()
	if err != nil {
		t.Fatal(err)
	}
	e.Summary()
	return text
}
