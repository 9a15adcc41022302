package main

import (
	"os"
	"strings"
	"testing"

	"wavetank/scenarios/file"
	"wavetank/scenarios/library"
)

func TestSimulateReturnsTheReport(t *testing.T) {
	runs := 0
	page, err := simulate(t.Context(), "name: small\nduration: 30s\nreplications: 2\nworkload: [{model: resnet, slo: {latency: 100ms}, arrivals: {poisson: {rate: 20/s}}}]\nfleet: [{machine: aws/g4dn.xlarge, max: 2}]\npolicies: [static-peak]\n", func(done, of int) { runs = done })
	if err != nil || runs != 2 || !strings.HasPrefix(string(page), "<!DOCTYPE html>") || !strings.Contains(string(page), "static-peak") {
		t.Errorf("%d runs, %v, %.500s", runs, err, page)
	}
}

func TestSimulateNamesAllFaults(t *testing.T) {
	_, err := simulate(t.Context(), "name: small\ndurations: 30s\nfleet: 3\n", nil)
	for _, want := range []string{"scenario.yaml:2:1: durations: unknown key", "scenario.yaml:3:8: fleet: want a list"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in %v", want, err)
		}
	}
}

// TestShippedScenariosNeedNoFile: the text of every shipped scenario can be run where there is no
// file system.
func TestShippedScenariosNeedNoFile(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range library.Names() {
		text, _ := library.Scenario(name)
		if f, err := file.Read("scenario.yaml", text); err != nil || f.Faults.Err() != nil {
			t.Errorf("%s: %v %v", name, err, f.Faults)
		}
	}
	if left, err := os.ReadDir("."); err != nil || len(left) > 0 {
		t.Errorf("%v were written: %v", left, err)
	}
}
