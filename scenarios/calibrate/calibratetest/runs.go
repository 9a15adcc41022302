package calibratetest

import (
	"fmt"
	"math"
	"math/rand/v2"

	"wavetank/scenarios/calibrate/replay"
	"wavetank/sim/tokens"
)

// SimulatedRun is a run of an engine: its load is Poisson, and its lengths are lognormal.
type SimulatedRun struct {
	Name          string
	Input, Output float64 // mean tokens
	Rate          float64 // requests per second
	Load          replay.MeasuredLoad
}

// SimulatedRuns draws the physics of an engine, and runs it under the given number of unequal loads
// with unequal lengths. The physics is unlike the shapes of step-time models:
//   - The larger of the times of weights and of tokens is smooth.
//   - The cost of a sequence is concave in their number, and larger in steps that also compute a
//     prompt.
//   - Steps with prompts do not run as a CUDA graph, and other steps are padded to a multiple of
//     eight sequences.
//   - Attention of short prompts is less efficient.
//
// Every step varies at random. The configuration is that of the engine, without a step-time model.
func SimulatedRuns(seed uint64, count, requests int) (tokens.Config, []SimulatedRun) {
	g := rand.New(rand.NewPCG(seed, 21))
	between := func(a, b float64) float64 { return a * math.Pow(b/a, g.Float64()) }
	read := between(5e-3, 25e-3)
	token := read / between(100, 400)
	sharp, host, graph := between(3, 8), between(0.3e-3, 1.5e-3), between(0.1e-3, 1e-3)
	each, joint := read*between(0.003, 0.01), read*between(0.003, 0.015)
	pair, context := token*between(2.5e-5, 8e-5), read*between(3e-6, 1.2e-5)
	s := Stepper{
		Config: tokens.Config{MaxSequences: 256, MaxTokens: []int{2048, 8192}[g.IntN(2)], Chunked: true, WholePrompt: true, Ahead: g.IntN(2) == 0, Block: 16, Blocks: 60000, Context: 32768},
		Jitter: 0.02,
	}
	s.Seconds = func(w StepWork) float64 {
		decode, extra := math.Ceil(w.Decode/8)*8, 0.0
		if w.Prefill > 0 {
			decode, extra = w.Decode, graph+joint*w.Decode
		}
		work := math.Pow(math.Pow(read, sharp)+math.Pow(token*(w.Prefill+decode), sharp), 1/sharp)
		return work + host + extra + each*math.Pow(w.Decode, 0.85) + pair*w.Pairs*(1+200/max(1, w.Prefill)) + context*w.Context
	}
	var list []SimulatedRun
	for k := range count {
		c := SimulatedRun{Input: between(100, 4000), Output: between(60, 500)}
		c.Rate = rateFor(s.Seconds, c.Input, c.Output, between(1.5, 60))
		c.Name = fmt.Sprintf("%.0f+%.0f at %.2f/s", c.Input, c.Output, c.Rate)
		s.Seed = seed*1000 + uint64(k)
		log, _ := s.Serve(c.demand(g, requests))
		c.Load = replay.OfLog(c.Name, log, 0)
		list = append(list, c)
	}
	return s.Config, list
}

// rateFor returns the rate with which about so many requests are in flight. Prompts take at most 55
// % of the time.
func rateFor(seconds func(StepWork) float64, input, output, inFlight float64) float64 {
	prompt := seconds(StepWork{Prefill: input, Pairs: input * input / 2, Decode: inFlight}) - seconds(StepWork{Decode: inFlight})
	step := seconds(StepWork{Decode: inFlight, Context: inFlight * (input + output/2)})
	// A request takes output steps, each as long as its decoding and the prompts that come in it.
	rate := inFlight / (output*step + inFlight*prompt)
	return min(rate, 0.55/prompt)
}

// demand draws the requests of a run.
func (c *SimulatedRun) demand(g *rand.Rand, n int) (d replay.Demand) {
	at := 0.0
	length := func(mean float64) int32 {
		const spread = 0.4
		return int32(max(2, mean*math.Exp(spread*g.NormFloat64()-spread*spread/2)))
	}
	for range n {
		at += g.ExpFloat64() / c.Rate
		d.Requests = append(d.Requests, replay.TimedRequest{Arrival: at, Input: length(c.Input), Output: length(c.Output)})
	}
	return d
}
