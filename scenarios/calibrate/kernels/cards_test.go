package kernels

import (
	"fmt"
	"math"
	"testing"

	"wavetank/scenarios/builtin"
	"wavetank/scenarios/calibrate/calibratetest"
	"wavetank/scenarios/calibrate/measured"
	"wavetank/scenarios/calibrate/replay"
	"wavetank/sim/tokens"
)

// TestKernelsOfARealCardPredictItsRun makes a step-time model from nothing but a profile of
// kernels, and predicts a measured run with it. The prediction must be within 3 %.
func TestKernelsOfARealCardPredictItsRun(t *testing.T) {
	log, err := measured.ReadLog(calibratetest.Shared(t, "llmservingsim", "RTX4090_Llama-3.1-8B.csv"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open("../../../../shared/data/llmservingsim/profile-rtx4090", ProfileOptions{Network: known, Graphs: 512})
	if err != nil {
		t.Fatal(err)
	}
	c := tokens.Config{MaxSequences: 256, MaxTokens: 2048, Chunked: true, Block: 16, Blocks: 2588, Context: 32768, PrefixCache: true}
	f, err := Fit(s.StepTimer, &c, MeanLengths{512, 256})
	if err != nil {
		t.Fatal(err)
	}
	if c.StepTime, err = f.StepTime(); err != nil {
		t.Fatal(err)
	}
	e := replay.OfLog("RTX 4090", log, 0)
	simulated, err := e.Simulate(&c)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range replay.Compare([]replay.MeasuredLoad{e}, [][]replay.SimulatedRow{simulated}, func(bool) bool { return true }) {
		off := 100 * (m.Simulated/m.Measured - 1)
		t.Logf("%s %.4g s, simulated %.4g s, %+.2f %%", m.Name, m.Measured, m.Simulated, off)
		if math.Abs(off) > 3 {
			t.Errorf("%s is off by %.2f %%", m.Name, off)
		}
	}
}

// realRuns are measured runs of vLLM with a profile of kernels of their card. The last is a mixture
// of experts that two ranks share; its links are assumed, as in the configuration of the run.
var realRuns = []realRun{
	{"profile-rtx4090", "rtx4090-llama-3.1-8b", tokens.Config{MaxSequences: 256, Blocks: 2588, Context: 32768, WholePrompt: true}},
	{"profile-rtxpro6000/meta-llama", "rtxpro6000-llama-3.1-8b", tokens.Config{MaxSequences: 128, Blocks: 1 << 20, Context: 131072}},
	{"profile-rtxpro6000/Qwen", "rtxpro6000-qwen3-30b-a3b", tokens.Config{MaxSequences: 128, Blocks: 1 << 20, Context: 131072, Parallel: tokens.Parallel{Ranks: 2}}},
}

// realRun names a profile, a run, and the settings of its engine that differ.
type realRun struct {
	profile, run string
	c            tokens.Config
}

// log reads the requests of the run.
func (r realRun) log(t *testing.T) []measured.LoggedRequest {
	t.Helper()
	log, err := measured.ReadLog(calibratetest.Shared(t, "llmservingsim", r.run, "vllm", "requests.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	return log
}

// kernels opens the profile. skew says whether to use skew.csv; nil: as the profile says.
func (r realRun) kernels(t *testing.T, skew *bool) *KernelProfile {
	t.Helper()
	s, err := Open("../../../../shared/data/llmservingsim/"+r.profile, ProfileOptions{Network: known, Graphs: min(512, 2*r.c.MaxSequences), Ranks: r.c.Ranks, Link: 16e9, Latency: 20e-6, Skew: skew})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// predict returns, for each metric of the run, by how many percent the tables are off.
func (r realRun) predict(t *testing.T, skew *bool) map[string]float64 {
	t.Helper()
	e := replay.OfLog(r.run, r.log(t), 0)
	c := r.c
	c.MaxTokens, c.Chunked, c.Block, c.PrefixCache, c.Ahead = 2048, true, 16, true, c.Ranks < 2
	table := StepTable(r.kernels(t, skew).StepTimer)
	var err error
	if c.StepTime, err = (builtin.Coefficients{Table: &table}).StepTime(); err != nil {
		t.Fatal(err)
	}
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	simulated, err := e.Simulate(&c)
	if err != nil {
		t.Fatal(err)
	}
	off := map[string]float64{}
	for _, m := range replay.Compare([]replay.MeasuredLoad{e}, [][]replay.SimulatedRow{simulated}, func(bool) bool { return true }) {
		off[m.Name] = 100 * (m.Simulated/m.Measured - 1)
		t.Logf("%s: %s %.4g s, simulated %.4g s, %+.2f %%", r.run, m.Name, m.Measured, m.Simulated, off[m.Name])
	}
	return off
}

// TestTablesOfRealCardsPredictTheirRuns makes step-time models that are nothing but the tables of
// two cards, and predicts measured runs with them. The mean E2E must be within 2 %, 3 % and 5 %.
func TestTablesOfRealCardsPredictTheirRuns(t *testing.T) {
	for i, most := range []float64{2, 3, 5} {
		if off := realRuns[i].predict(t, nil)["E2E"]; math.Abs(off) > most {
			t.Errorf("%s: E2E is off by %.2f %%", realRuns[i].run, off)
		}
	}
}

// known finds the shape of a network by its name.
func known(model string) (builtin.Architecture, error) {
	a, err := builtin.FindArchitecture(model)
	return a.Architecture, err
}

// TestKernelTablesPredictTheTimePerToken makes step-time models from nothing but aiconfigurator's
// tables of an H100. It compares their times per output token with measured points of two engines:
// vLLM 0.12, which is slower because the GPU waits while it schedules, and a vLLM that is newer
// than the tables.
func TestKernelTablesPredictTheTimePerToken(t *testing.T) {
	for _, c := range []struct {
		model, path, precision, kind string
		low, high                    float64 // %
	}{{"qwen3-32b", "Qwen/Qwen3-32B", "", "bfloat16", -16, 0}, {"llama-3.1-70b", "meta-llama/Llama-3.1-70B", "fp8", "fp8", 0, 12}} {
		for _, gpus := range []int{2, 4, 8} {
			table := calibratetest.Shared(t, "aiconfigurator", "silicon_sample.csv.gz")
			for _, keep := range [][2]string{{"backend", "vllm"}, {"model_path", c.path}, {"system", "h100_sxm"}, {"mode", "agg"}, {"precision", c.precision}, {"tp_size", fmt.Sprint(gpus)}} {
				if err := table.Keep(keep[0], keep[1]); err != nil {
					t.Fatal(err)
				}
			}
			for _, err := range []error{table.Rename("silicon_ttft_ms", "ttft", "ms"), table.Rename("silicon_tpot_ms", "tpot", "ms")} {
				if err != nil {
					t.Fatal(err)
				}
			}
			points, err := measured.ReadPoints(table, 0)
			if err != nil {
				t.Fatal(err)
			}
			list := replay.OfPoints(points, replay.LoadShape{Spread: 0.2})
			for _, m := range replay.Compare(list, ofTables(t, c.model, c.kind, gpus, list), func(bool) bool { return true }) {
				off := 100 * (m.Simulated/m.Measured - 1)
				t.Logf("%s, %d GPUs: %s of %d points %+.1f %%, mean absolute difference %.1f %%", c.model, gpus, m.Name, m.Rows, off, 100*m.MeanAbsolute)
				if m.Name == "TPOT" && (off < c.low || off > c.high) {
					t.Errorf("%s, %d GPUs: the time per token is off by %.1f %%", c.model, gpus, off)
				}
			}
		}
	}
}

// ofTables simulates loads with the step-time model made from the tables for the given number of
// H100s.
func ofTables(t *testing.T, model, kind string, gpus int, list []replay.MeasuredLoad) [][]replay.SimulatedRow {
	s, err := Open("../../../../shared/data/aiconfigurator/data/h100_sxm", ProfileOptions{Model: model, Network: known, GPUs: gpus, Graphs: 512, Type: kind})
	if err != nil {
		t.Fatal(err)
	}
	// The KV blocks take what is left of 90 % of the memory after the weights and 2 GiB on each
	// GPU.
	weights := s.Network.WeightBytes()
	if kind == "fp8" {
		weights /= 2
	}
	memory := float64(gpus)*(0.9*80-2)*(1<<30) - weights
	c := tokens.Config{MaxSequences: 256, MaxTokens: 8192, Chunked: true, Block: 16, Blocks: int(memory / s.Network.TokenBytes() / 16), Context: 16384, PrefixCache: true}
	f, err := Fit(s.StepTimer, &c, MeanLengths{512, 256})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range f.Groups {
		if _, off := p.MeanError(true); off > 0.06 {
			t.Errorf("%s, %d GPUs: the model is off by %.1f %% on %s steps held out", model, gpus, 100*off, p.Name)
		}
	}
	if c.StepTime, err = f.StepTime(); err != nil {
		t.Fatal(err)
	}
	simulated := make([][]replay.SimulatedRow, len(list))
	for i := range list {
		if simulated[i], err = list[i].Simulate(&c); err != nil {
			t.Fatal(err)
		}
	}
	return simulated
}
