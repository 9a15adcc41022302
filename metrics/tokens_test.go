package metrics_test

import (
	"math"
	"testing"
	"time"

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

// Every step takes 10 ms. The request of 200 is scheduled at once and emits at 210, 220 and 230. That of 215 waits for
// the boundary at 220 and emits at 230, 240 and 250. The third comes at 995, is scheduled then, and emits at 1005 and so
// on. Each has one block of 16 tokens, of 10: in use for 10+10+2·10+10+10+5 of the 800 measured milliseconds.
func TestMeasuresOfAHandWorkedTokenRun(t *testing.T) {
	values, board := watch(t, nil, func(s *sim.Setup) {
		s.Arrivals = &talk{script{200, 215, 995}}
		s.Spec.Deployments[0].Tokens = &tokens.Config{
			Law: profile.Step{Memory: profile.Form{Constant: 10e6 * profile.Grains}}, MaxSequences: 4, MaxTokens: 100, Chunked: true, Block: 16, Blocks: 10, Context: 100,
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
	if got := len(board.Quantiles()); got != 4*len(metrics.Shares()) {
		t.Errorf("%d quantiles", got)
	}
}

// Requests of 4 and 3 tokens are beyond a context of 6, beyond one block of 4 tokens, and beyond a step of 4 tokens.
func TestRefusalsAreCountedByTheirReason(t *testing.T) {
	for metric, change := range map[string]func(*tokens.Config){
		"rejected_context": func(c *tokens.Config) { c.Context = 6 },
		"rejected_kv":      func(c *tokens.Config) { c.Block, c.Blocks = 4, 1 },
		"rejected_step":    func(c *tokens.Config) { c.MaxTokens, c.Chunked = 4, false },
	} {
		values, _ := watch(t, nil, func(s *sim.Setup) {
			s.Arrivals = &talk{script{200, 215, 995}}
			c := tokens.Config{
				Law: profile.Step{Memory: profile.Form{Constant: 10e6 * profile.Grains}}, MaxSequences: 4, MaxTokens: 100, Chunked: true, Block: 16, Blocks: 10, Context: 100,
			}
			change(&c)
			s.Spec.Deployments[0].Tokens = &c
		})
		want := map[string]float64{"all rejected": 3, "all rejected_context": 0, "all rejected_kv": 0, "all rejected_step": 0}
		want["all "+metric] = 3
		near(t, values, want)
	}
}

// TestRangesOfStepsAreCountedAsStepByStep holds the counting of many steps at once to the counting of each.
func TestRangesOfStepsAreCountedAsStepByStep(t *testing.T) {
	for _, s := range []tokens.Steps{
		{Count: 1, Time: 9e6 * profile.Grains, Growth: 7, Decoding: 3, Tokens: 3},
		{Count: 5000, Time: 8e6 * profile.Grains, Growth: 2500 * profile.Grains, Decoding: 17, Tokens: 5000 * 17},
		{Count: 999, Time: 1000, Growth: 1 << 19, Decoding: 1, Tokens: 999},
		{Count: 700, Time: 8e6 * profile.Grains, Growth: 900 * profile.Grains, Decoding: 2, Tokens: 700 * 2 * 3}, // speculative
	} {
		ranges, each := metrics.NewLatencies(), metrics.NewLatencies()
		metrics.AddSteps(ranges, &s)
		for i := range s.Count {
			d := float64(s.Time+int64(i)*s.Growth) / profile.Grains * float64(s.Count*s.Decoding) / float64(s.Tokens)
			for range s.Tokens / int64(s.Count) {
				each.Add(time.Duration(math.Round(d)))
			}
		}
		if ranges.Count() != s.Tokens || each.Count() != s.Tokens {
			t.Fatalf("%+v: %d and %d are counted", s, ranges.Count(), each.Count())
		}
		if math.Abs(ranges.Mean()-each.Mean()) > 1e-3*each.Mean()+1e-9 {
			t.Errorf("%+v: mean %v, step by step %v", s, ranges.Mean(), each.Mean())
		}
		for _, q := range []float64{0.01, 0.5, 0.9, 0.99, 1} {
			if r, e := ranges.Quantile(q), each.Quantile(q); math.Abs(r-e) > 2e-3*e+1e-9 {
				t.Errorf("%+v: quantile %v is %v, step by step %v", s, q, r, e)
			}
		}
	}
}

// TestRangesOfStepsAllocateNothing holds the counting to its cost.
func TestRangesOfStepsAllocateNothing(t *testing.T) {
	l, s := metrics.NewLatencies(), tokens.Steps{Count: 100, Time: 8e6 * profile.Grains, Growth: 2500 * profile.Grains, Decoding: 17, Tokens: 1700}
	if n := testing.AllocsPerRun(100, func() { metrics.AddSteps(l, &s) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
