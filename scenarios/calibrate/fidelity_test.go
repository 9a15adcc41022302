package calibrate

import (
	"math"
	"testing"

	"wavetank/scenarios/builtin"
	"wavetank/sim/tokens"
)

// TestRealRunIsPredicted fits a law to every other request of a measured run, of one GPU that had too few KV blocks for
// its load, and holds the means against those of the others and of all: within 3 %.
func TestRealRunIsPredicted(t *testing.T) {
	log, err := ReadLog(shared(t, "llmservingsim", "RTX4090_Llama-3.1-8B.csv"))
	if err != nil {
		t.Fatal(err)
	}
	list := []Experiment{OfLog("RTX 4090", log, 0)}
	Hold(list, 2, 0)
	fit, err := FitLaw(Options{Config: tokens.Config{MaxSequences: 256, MaxTokens: 2048, Chunked: true, Block: 16, Blocks: 2588, Context: 32768, PrefixCache: true}}, list)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]func(held bool) bool{"held back": func(held bool) bool { return held }, "all": func(bool) bool { return true }} {
		for _, m := range Compare(list, fit.Outcomes, want) {
			off := 100 * (m.Simulated/m.Measured - 1)
			t.Logf("%s: %s of %d requests %.4g s, simulated %.4g s, %+.2f %%", name, m.Name, m.Rows, m.Measured, m.Simulated, off)
			if math.Abs(off) > 3 {
				t.Errorf("%s: %s is off by %.2f %%", name, m.Name, off)
			}
		}
	}
}

// TestKernelsOfARealCardPredictItsRun makes the law of a profile alone, and predicts a run with it: within 3 %.
func TestKernelsOfARealCardPredictItsRun(t *testing.T) {
	log, err := ReadLog(shared(t, "llmservingsim", "RTX4090_Llama-3.1-8B.csv"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := OpenSource("../../../shared/data/llmservingsim/profile-rtx4090", SourceOptions{Network: known})
	if err != nil {
		t.Fatal(err)
	}
	c := tokens.Config{MaxSequences: 256, MaxTokens: 2048, Chunked: true, Block: 16, Blocks: 2588, Context: 32768, PrefixCache: true}
	f, err := FitSteps(s.Timer, &c, Lengths{512, 256})
	if err != nil {
		t.Fatal(err)
	}
	if c.Law, err = f.Step(); err != nil {
		t.Fatal(err)
	}
	e := OfLog("RTX 4090", log, 0)
	outcomes, err := e.Run(&c)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range Compare([]Experiment{e}, [][]Outcome{outcomes}, func(bool) bool { return true }) {
		off := 100 * (m.Simulated/m.Measured - 1)
		t.Logf("%s %.4g s, simulated %.4g s, %+.2f %%", m.Name, m.Measured, m.Simulated, off)
		if math.Abs(off) > 3 {
			t.Errorf("%s is off by %.2f %%", m.Name, off)
		}
	}
}

// known is the shape of a network by its name.
func known(model string) (builtin.Architecture, error) {
	a, err := builtin.FindArchitecture(model)
	return a.Architecture, err
}

// TestSaturationIsPredictedFromLowerLoads fits to the lower four stages of a load test and predicts the upper ones: the time
// of requests and the throughput within 7 %.
func TestSaturationIsPredictedFromLowerLoads(t *testing.T) {
	for config, c := range map[string]tokens.Config{
		"vllm":                             {MaxSequences: 128, MaxTokens: 8192},
		"vllm+batch_size":                  {MaxSequences: 192, MaxTokens: 8192},
		"vllm+chunking_and_prefix_caching": {MaxSequences: 128, MaxTokens: 8192, Chunked: true, PrefixCache: true},
	} {
		table := shared(t, "inference-perf-demo", "SUMMARY.csv")
		for _, err := range []error{table.Keep("config", config), table.Rename("ttft_mean_ms", "ttft", "ms"), table.Rename("e2e_mean", "e2e", "ms")} {
			if err != nil {
				t.Fatal(err)
			}
		}
		list, err := ReadPoints(table, Load{}, 440)
		if err != nil {
			t.Fatal(err)
		}
		Hold(list, 0, 4)
		c.Block, c.Blocks, c.Context = 16, 1<<20, 512
		fit, err := FitLaw(Options{Config: c}, beginnings(list, 2000))
		if err != nil {
			t.Fatal(err)
		}
		c.Law, c.Before = fit.Law, fit.Before
		outcomes := make([][]Outcome, len(list))
		for i := range list {
			if outcomes[i], err = list[i].Run(&c); err != nil {
				t.Fatal(err)
			}
		}
		for _, q := range Quantities(list, outcomes) {
			for i := range q.Measured {
				off := 100 * (q.Simulated[i]/q.Measured[i] - 1)
				if q.Held[i] && (q.Name == "E2E" || q.Name == "throughput") {
					t.Logf("%s, stage %d: %s %.4g, simulated %.4g, %+.2f %%", config, i, q.Name, q.Measured[i], q.Simulated[i], off)
					if math.Abs(off) > 7 {
						t.Errorf("%s, stage %d: %s is off by %.2f %%", config, i, q.Name, off)
					}
				}
			}
		}
	}
}

// beginnings leaves so many requests of each experiment that is fitted to, below saturation, where they are as good as all.
func beginnings(list []Experiment, requests int) []Experiment {
	var short []Experiment
	for _, e := range list {
		if row := e.Rows[0]; !row.Held {
			row.To = min(row.To, requests)
			e.Demand.Requests, e.Rows = e.Demand.Requests[:row.To], []Row{row}
			short = append(short, e)
		}
	}
	return short
}
