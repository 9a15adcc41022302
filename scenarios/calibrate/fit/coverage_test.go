package fit

import (
	"flag"
	"testing"

	"wavetank/scenarios/calibrate/calibratetest"
	"wavetank/scenarios/calibrate/replay"
	"wavetank/sim/tokens"
)

var logs = flag.Int("logs", 8, "simulated logs whose rows held out are predicted with an interval")

// TestIntervalsCoverWhatWasHeldOut fits models to every other request of simulated runs. The range
// of the simulated means under the draws of the model is to hold the measured mean of the requests
// held out, in about 95 % of the runs.
func TestIntervalsCoverWhatWasHeldOut(t *testing.T) {
	const perEngine, requests = 8, 200
	covered, below := map[string]int{}, map[string]int{}
	for k := 0; k < *logs; k += perEngine {
		config, list := calibratetest.SimulatedRuns(uint64(1000+k), min(perEngine, *logs-k), requests)
		for _, run := range list {
			loads := []replay.MeasuredLoad{run.Load}
			replay.HoldOut(loads, 2, 0)
			fit, err := ToMeasurements(FitOptions{Config: config}, loads)
			if err != nil {
				t.Fatal(err)
			}
			engines, err := fit.drawnEngines(config)
			if err != nil {
				t.Fatal(err)
			}
			least, most := rangesUnder(t, loads, engines)
			for _, m := range replay.Compare(loads, fit.Simulated, func(heldOut bool) bool { return heldOut }) {
				switch {
				case m.Measured < least[m.Name]:
					below[m.Name]++
				case m.Measured <= most[m.Name]:
					covered[m.Name]++
				}
			}
		}
	}
	for _, name := range []string{"TTFT", "TPOT", "E2E"} {
		share := 100 * float64(covered[name]) / float64(*logs)
		t.Logf("%s: %.1f %% of %d intervals cover, %d are above", name, share, *logs, below[name])
		if share < 75 || *logs >= 100 && share < 85 {
			t.Errorf("intervals of %s cover only %.1f %%", name, share)
		}
	}
}

// rangesUnder returns the smallest and the largest simulated mean of each quantity of the rows held
// out, under several engines.
func rangesUnder(t testing.TB, loads []replay.MeasuredLoad, engines []tokens.Config) (least, most map[string]float64) {
	least, most = map[string]float64{}, map[string]float64{}
	for i := range engines {
		simulated, err := loads[0].Simulate(&engines[i])
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range replay.Compare(loads, [][]replay.SimulatedRow{simulated}, func(heldOut bool) bool { return heldOut }) {
			if v, there := least[m.Name]; !there || m.Simulated < v {
				least[m.Name] = m.Simulated
			}
			most[m.Name] = max(most[m.Name], m.Simulated)
		}
	}
	return least, most
}
