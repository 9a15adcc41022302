package admission

import (
	"context"
	"math"
	"testing"
	"time"

	"wavetank/sim"
	"wavetank/sim/engine"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
	"wavetank/sim/simtest"
	"wavetank/sim/tokens"
)

// talking returns a specification of an LLM on one replica. A step takes 10 ms plus 0.1 ms for each
// prompt token. A request with 50 output tokens takes about 0.6 s.
func talking(t *testing.T, sequences, blocks int) *fleet.Spec {
	t.Helper()
	form, err := profile.NewForm(profile.Coefficients{Constant: 10e-3, Prefill: 1e-4})
	if err != nil {
		t.Fatal(err)
	}
	latency, err := profile.Linear(600*ms, 20*ms, sequences)
	if err != nil {
		t.Fatal(err)
	}
	c := simtest.OneModel(latency, 1, 1)
	c.Deployments[0].Tokens = &tokens.Config{
		StepTime: profile.StepTime{Compute: form}, MaxSequences: sequences, MaxTokens: 512, Chunked: true,
		Block: 16, Blocks: blocks, Context: 4096, Before: 3 * ms, PerToken: ms,
	}
	c.Models[0].Target = 0
	return c
}

func TestFirstTokenOfALoneRequestIsKnown(t *testing.T) {
	c := talking(t, 8, 1000)
	f := simtest.Ready(t, c, 1)
	alone := tokens.NewAlone(c.Deployments[0].Tokens)
	for _, prompt := range []int32{1, 100, 512, 1024, 1500, 3000} {
		want, _ := alone.Serve(prompt, 0, 5)
		got := NewEarlyDrop(true, nil).firstToken(sim.ViewOf(f, 0), 0, &fleet.Request{Input: prompt})
		if math.Abs(got.Seconds()/want.Seconds()-1) > 0.01 {
			t.Errorf("a prompt of %d: %v is expected, it takes %v", prompt, got, want)
		}
	}
}

// spoken is a Poisson stream of requests with 400 prompt tokens and 50 output tokens on average.
type spoken struct {
	simtest.GapStream
	lengths *kernel.Stream
}

func (s *spoken) Next(r *fleet.Request) bool {
	ok := s.GapStream.Next(r)
	r.Input, r.Output = 400, int32(1+s.lengths.IntN(99))
	return ok
}

// answer runs an LLM for a minute. It returns three rates in requests per second: those answered,
// those answered with the first token within the given time, and those rejected.
func answer(t *testing.T, c *fleet.Spec, a sim.Admission, rate float64, within time.Duration) (answered, inTime, rejected float64) {
	t.Helper()
	const span = time.Minute
	err := engine.Run(context.Background(), sim.Setup{
		Spec: c, Arrivals: &spoken{*simtest.Poisson(1, 0, rate, false), kernel.NewStream(1, 0, "lengths", 0)}, Duration: span, Drain: -1,
		Levers: sim.Levers{Admission: a, Router: once{}, Batcher: packed{}, Allocator: simtest.Fixed{Replicas: 1}},
		Observers: []sim.Observer{observer(func(f *sim.Fact) {
			switch f.Kind {
			case sim.RequestFinished:
				answered += 1 / span.Seconds()
				if f.Timings.FirstToken <= within {
					inTime += 1 / span.Seconds()
				}
			case sim.RequestRejected:
				rejected += 1 / span.Seconds()
			}
		})},
	})
	if err != nil {
		t.Fatal(err)
	}
	return answered, inTime, rejected
}

// TestEarlyDropJudgesLLMsByTheFirstToken: under an overload, most answered requests are in time,
// whether time for prompts, sequences or KV blocks are scarce. If blocks are scarce, fewer are in
// time, because sequences are preempted. Without an admission almost nothing is in time. Under a
// light load no request is turned away.
func TestEarlyDropJudgesLLMsByTheFirstToken(t *testing.T) {
	for _, c := range []struct {
		scarce            string
		sequences, blocks int
		light, heavy      float64 // requests/s
		share             float64 // share of answered requests that are in time
	}{
		{"time", 64, 4000, 4, 40, 0.9}, {"sequences", 4, 4000, 1, 20, 0.9}, {"blocks", 64, 120, 1, 20, 0.7},
	} {
		spec := talking(t, c.sequences, c.blocks)
		spec.Models[0].FirstToken = time.Second
		if _, _, rejected := answer(t, spec, NewEarlyDrop(true, nil), c.light, time.Second); rejected > 0.02*c.light {
			t.Errorf("%s is scarce: of %v/s %.3g/s are turned away", c.scarce, c.light, rejected)
		}
		_, without, _ := answer(t, spec, nil, c.heavy, time.Second)
		answered, inTime, _ := answer(t, spec, NewEarlyDrop(true, nil), c.heavy, time.Second)
		if inTime < c.share*answered || inTime < 5*without {
			t.Errorf("%s is scarce: of %v/s %.3g/s are answered, %.3g/s in time; %.3g/s without an admission", c.scarce, c.heavy, answered, inTime, without)
		}
	}
}

func TestEarlyDropTakesTheObjectiveOfAnLLMThatIsGiven(t *testing.T) {
	for _, c := range []struct {
		name    string
		given   fleet.Objectives
		rejects bool
	}{
		{"none", fleet.Objectives{}, false},
		{"time per token alone", fleet.Objectives{PerToken: ms}, false},
		{"latency alone", fleet.Objectives{Latency: 2 * time.Second}, true},
		{"an easy first token within a tight latency", fleet.Objectives{FirstToken: time.Hour, Latency: 2 * time.Second}, true},
	} {
		spec := talking(t, 4, 4000)
		m := &spec.Models[0]
		m.FirstToken, m.PerToken, m.Target = c.given.FirstToken, c.given.PerToken, c.given.Latency
		if _, _, rejected := answer(t, spec, NewEarlyDrop(true, nil), 20, time.Second); rejected > 0 != c.rejects {
			t.Errorf("objective %s: %.3g/s are turned away", c.name, rejected)
		}
	}
}
