package metrics_test

import (
	"math"
	"testing"

	"wavetank/metrics"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/profile"
	"wavetank/sim/tokens"
)

// talk is a stream of requests of 4 input and 3 output tokens for model 0 at given milliseconds.
type talk struct{ script }

func (s *talk) Next(r *fleet.Request) bool {
	if !s.script.Next(r) {
		return false
	}
	r.Input, r.Output = 4, 3
	return true
}

// Every step takes 10 ms. The request of 200 ms is scheduled at once and emits at 210, 220 and 230
// ms. The request of 215 ms waits for the boundary at 220 ms and emits at 230, 240 and 250 ms. The
// third comes at 995 ms, is scheduled at once, and emits at 1005 ms and later. Each holds one of
// the 10 blocks, which have 16 tokens. So blocks are in use for 10+10+2·10+10+10+5
// block-milliseconds of the 800 measured milliseconds.
func TestMeasuresOfAHandWorkedTokenRun(t *testing.T) {
	values, board := watch(t, nil, func(s *sim.Setup) {
		s.Arrivals = &talk{script{200, 215, 995}}
		s.Spec.Deployments[0].Tokens = &tokens.Config{
			StepTime: profile.StepTime{Memory: profile.Form{Constant: 10e6 * profile.Grains}}, MaxSequences: 4, MaxTokens: 100, Chunked: true, Block: 16, Blocks: 10, Context: 100,
		}
	})
	near(t, values, map[string]float64{
		"all arrived": 3, "all latency_mean": (0.030 + 0.035 + 0.030) / 3,
		"all ttft_mean": (0.010 + 0.015 + 0.010) / 3, "all ttft_p99": 0.015, "all tpot_mean": 0.010, "all tpot_p99": 0.010,
		"all queue_mean": 0.005 / 3, "all queue_p99": 0.005, "all prefill_mean": 0.010,
		"all itl_mean": 0.010, "all itl_p50": 0.010,
		"all output_tokens": 6 / 0.8, "all total_tokens": 14 / 0.8, "all prefix_hits": 0, "all preemptions": 0,
		"all busy": 100 * (0.050 + 0.005) / 0.8, "all kv_occupancy": 100 * (0.050 + 0.010 + 0.005) / 0.8 / 10, "all running": (0.050 + 0.010 + 0.005) / 0.8,
		"all utilization": 100 * (0.050 + 0.005) / 0.8,
	})
	if got := len(board.Quantiles()); got != 5*len(metrics.Shares()) {
		t.Errorf("%d quantiles", got)
	}
	for _, q := range board.Quantiles() {
		if q.Metric == "prefill" && math.Abs(q.Value-0.010) > 1e-5 {
			t.Errorf("the first token comes %v s after the request is scheduled, want 0.010 s", q.Value)
		}
	}
}

// Requests of 4 input and 3 output tokens are too long for a context of 6 tokens, for one block of
// 4 tokens, and for a step of 4 tokens.
func TestRefusalsAreCountedByTheirReason(t *testing.T) {
	for metric, change := range map[string]func(*tokens.Config){
		"rejected_context": func(c *tokens.Config) { c.Context = 6 },
		"rejected_kv":      func(c *tokens.Config) { c.Block, c.Blocks = 4, 1 },
		"rejected_step":    func(c *tokens.Config) { c.MaxTokens, c.Chunked = 4, false },
	} {
		values, _ := watch(t, nil, func(s *sim.Setup) {
			s.Arrivals = &talk{script{200, 215, 995}}
			c := tokens.Config{
				StepTime: profile.StepTime{Memory: profile.Form{Constant: 10e6 * profile.Grains}}, MaxSequences: 4, MaxTokens: 100, Chunked: true, Block: 16, Blocks: 10, Context: 100,
			}
			change(&c)
			s.Spec.Deployments[0].Tokens = &c
		})
		want := map[string]float64{"all rejected": 3, "all rejected_context": 0, "all rejected_kv": 0, "all rejected_step": 0}
		want["all "+metric] = 3
		near(t, values, want)
	}
}
