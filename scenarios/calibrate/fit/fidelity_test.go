package fit

import (
	"math"
	"slices"
	"testing"

	"wavetank/scenarios/calibrate/calibratetest"
	"wavetank/scenarios/calibrate/measured"
	"wavetank/scenarios/calibrate/replay"
	"wavetank/sim/tokens"
	"wavetank/workload/table"

	"gonum.org/v1/gonum/stat"
)

// TestRealRunIsPredicted fits a step-time model to every other request of a measured run. The GPU
// of the run had too few KV blocks for its load. The simulated means must be within 3 % of the
// measured ones, both of the other requests and of all.
func TestRealRunIsPredicted(t *testing.T) {
	c := tokens.Config{MaxSequences: 256, MaxTokens: 2048, Chunked: true, Block: 16, Blocks: 2588, Context: 32768, PrefixCache: true}
	predicted(t, calibratetest.Shared(t, "llmservingsim", "RTX4090_Llama-3.1-8B.csv"), c)
	c.Ahead, c.WholePrompt = true, true // as the metadata of the run say
	predicted(t, calibratetest.Shared(t, "llmservingsim", "rtx4090-llama-3.1-8b", "vllm", "requests.jsonl"), c)
}

// predicted fits a step-time model to every other request of a log. The simulated means must be
// within 3 % of the measured ones, both of the other requests and of all.
func predicted(t *testing.T, table *table.Table, c tokens.Config) {
	t.Helper()
	log, err := measured.ReadLog(table)
	if err != nil {
		t.Fatal(err)
	}
	list := []replay.MeasuredLoad{replay.OfLog("RTX 4090", log, 0)}
	replay.HoldOut(list, 2, 0)
	fit, err := ToMeasurements(FitOptions{Config: c}, list)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]func(heldOut bool) bool{"held out": func(heldOut bool) bool { return heldOut }, "all": func(bool) bool { return true }} {
		for _, m := range replay.Compare(list, fit.Simulated, want) {
			off := 100 * (m.Simulated/m.Measured - 1)
			t.Logf("%s: %s of %d requests %.4g s, simulated %.4g s, %+.2f %%", name, m.Name, m.Rows, m.Measured, m.Simulated, off)
			if math.Abs(off) > 3 {
				t.Errorf("%s: %s is off by %.2f %%", name, m.Name, off)
			}
		}
	}
}

// TestSaturationIsPredictedFromLowerLoads fits a step-time model to the four stages of a load test
// with the lowest loads, and predicts the stages with higher loads. The times of requests and the
// throughput must be within 7 % of the measured ones.
func TestSaturationIsPredictedFromLowerLoads(t *testing.T) {
	for config, c := range map[string]tokens.Config{
		"vllm":                             {MaxSequences: 128, MaxTokens: 8192},
		"vllm+batch_size":                  {MaxSequences: 192, MaxTokens: 8192},
		"vllm+quantization":                {MaxSequences: 128, MaxTokens: 8192, Chunked: true, PrefixCache: true},
		"vllm+chunking_and_prefix_caching": {MaxSequences: 128, MaxTokens: 8192, Chunked: true, PrefixCache: true},
	} {
		table := calibratetest.Shared(t, "inference-perf-demo", "SUMMARY.csv")
		if err := table.Keep("config", config); err != nil {
			t.Fatal(err)
		}
		points, err := measured.ReadPoints(table, 440)
		if err != nil {
			t.Fatal(err)
		}
		list := replay.OfPoints(points, replay.LoadShape{})
		replay.HoldOut(list, 0, 4)
		c.Block, c.Blocks, c.Context = 16, 1<<20, 512
		fit, err := ToMeasurements(FitOptions{Config: c}, list)
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range replay.Quantities(list, fit.Simulated) {
			for i := range q.Measured {
				off := 100 * (q.Simulated[i]/q.Measured[i] - 1)
				if q.HeldOut[i] && (q.Name == "E2E" || q.Name == "throughput") {
					t.Logf("%s, stage %d: %s %.4g, simulated %.4g, %+.2f %%", config, i, q.Name, q.Measured[i], q.Simulated[i], off)
					if math.Abs(off) > 7 {
						t.Errorf("%s, stage %d: %s is off by %.2f %%", config, i, q.Name, off)
					}
				}
			}
		}
	}
}

// TestLaterHalfIsPredicted fits a step-time model to the first 150 requests of a run on an RTX PRO
// 6000, and predicts the other 150. The mean E2E must be within 2 %, and its 99th percentile within
// 5 %.
func TestLaterHalfIsPredicted(t *testing.T) {
	log, err := measured.ReadLog(calibratetest.Shared(t, "llmservingsim", "rtxpro6000-llama-3.1-8b", "vllm", "requests.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	half := len(log) / 2
	list := []replay.MeasuredLoad{replay.OfLog("RTX PRO 6000", log, 0)}
	replay.HoldOut(list, 0, half)
	fit, err := ToMeasurements(FitOptions{Config: tokens.Config{MaxSequences: 128, MaxTokens: 2048, Chunked: true, Block: 16, Blocks: 1 << 20, Context: 131072, PrefixCache: true, Ahead: true}}, list)
	if err != nil {
		t.Fatal(err)
	}
	var real, simulated []float64
	for i, r := range list[0].Rows[half:] {
		real, simulated = append(real, r.E2E), append(simulated, fit.Simulated[0][half+i].E2E)
	}
	slices.Sort(real)
	slices.Sort(simulated)
	mean := 100 * (stat.Mean(simulated, nil)/stat.Mean(real, nil) - 1)
	p99 := 100 * (stat.Quantile(0.99, stat.Empirical, simulated, nil)/stat.Quantile(0.99, stat.Empirical, real, nil) - 1)
	t.Logf("mean E2E %+.2f %%, p99 %+.2f %%", mean, p99)
	if math.Abs(mean) > 2 || math.Abs(p99) > 5 {
		t.Errorf("the mean E2E is off by %.2f %%, its p99 by %.2f %%", mean, p99)
	}
}
