package fit

import (
	"testing"

	"wavetank/scenarios/calibrate/calibratetest"
	"wavetank/scenarios/calibrate/replay"
	"wavetank/sim/tokens"
)

// TestBudgetOfAStepIsFound takes runs of engines whose steps have at most 8192 and 2048 tokens. A
// run with long prompts tells which. A run in which no step is full tells nothing.
func TestBudgetOfAStepIsFound(t *testing.T) {
	longest := func(list []calibratetest.SimulatedRun) calibratetest.SimulatedRun {
		best := list[0]
		for _, r := range list {
			if r.Input > best.Input {
				best = r
			}
		}
		return best
	}
	find := func(c tokens.Config, assumed int, run calibratetest.SimulatedRun) int {
		c.MaxTokens = assumed
		found, err := FindBudget(FitOptions{Config: c}, []replay.MeasuredLoad{run.Load})
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	for _, one := range []struct{ seed, budget, assumed uint64 }{{100, 8192, 2048}, {107, 2048, 8192}} {
		c, list := calibratetest.SimulatedRuns(one.seed, 6, 120)
		if c.MaxTokens != int(one.budget) {
			t.Fatalf("the engine has %d tokens in a step", c.MaxTokens)
		}
		if found := find(c, int(one.assumed), longest(list)); found != c.MaxTokens {
			t.Errorf("%d tokens in a step are found to be %d", c.MaxTokens, found)
		}
	}
	c, list := calibratetest.SimulatedRuns(107, 2, 120)
	if found := find(c, 16384, list[1]); list[1].Input > 400 || found != 16384 {
		t.Errorf("steps that are never full change 16384 to %d (prompts of %.0f tokens)", found, list[1].Input)
	}
}
