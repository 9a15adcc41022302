package kernels

import (
	"math"
	"math/rand/v2"

	"wavetank/scenarios/calibrate/replay"
	"wavetank/sim/tokens"
)

// MeanLengths holds the mean numbers of tokens of requests. Lengths are lognormal, and their
// logarithm has a standard deviation of 1.
type MeanLengths struct{ Input, Output float64 }

// weightedStep is a step, weighted by how often an engine has it.
type weightedStep struct {
	StepShape
	weight float64
}

// steps returns the steps of an engine whose clients send one request after another. There are runs
// with 1, 4, 16, … clients, up to the largest number of sequences. All runs have the same weight.
// Several hundred steps are taken from each run, at regular intervals.
func (l MeanLengths) steps(c *tokens.Config) ([]weightedStep, error) {
	const most = 600
	var list []weightedStep
	for clients := 1; ; clients *= 4 {
		clients = min(clients, c.MaxSequences)
		var some []weightedStep
		_, err := replay.ServeWatched(c, l.demand(c, clients), func(r *tokens.Steps) { some = append(some, weightedStep{middleStep(r), float64(r.Count)}) })
		if err != nil {
			return nil, err
		}
		sum, stride := 0.0, max(1, len(some)/most)
		from := len(list)
		for i := 0; i < len(some); i += stride {
			list, sum = append(list, some[i]), sum+some[i].weight
		}
		for i := range list[from:] {
			list[from+i].weight /= sum
		}
		if clients == c.MaxSequences {
			return list, nil
		}
	}
}

// middleStep returns the step in the middle of a run.
func middleStep(r *tokens.Steps) StepShape {
	s := StepShape{Chunk: float64(r.Work.Prefill), Decodes: float64(r.Work.Decode)}
	if s.Decodes > 0 {
		s.Context = (float64(r.Work.Context) + r.Advance*float64(r.Count-1)/2) / s.Decodes
	}
	if s.Chunk > 0 {
		s.Before = max(0, (float64(r.Work.Attention)/s.Chunk-s.Chunk)/2)
	}
	return s
}

// demand returns the requests of the given number of clients.
func (l MeanLengths) demand(c *tokens.Config, clients int) replay.Demand {
	g := rand.New(rand.NewPCG(uint64(clients), 11))
	d := replay.Demand{Cap: clients}
	held := min(c.Context, c.Blocks*c.Block)
	draw := func(mean float64, most int) int32 {
		return int32(min(max(1, mean*math.Exp(g.NormFloat64()-0.5)), float64(most)))
	}
	for range 40 + 6*clients {
		in := draw(l.Input, held/2)
		d.Requests = append(d.Requests, replay.TimedRequest{Input: in, Output: draw(l.Output, held/2-1)})
	}
	return d
}

// gridOfSteps returns a grid of steps that an engine can have and that the tables cover, evenly
// spaced in logarithms. Some steps only decode, and the others only compute a prompt.
func gridOfSteps(c *tokens.Config, most StepShape) (list []StepShape) {
	held, context := float64(c.Blocks)*float64(c.Block), float64(c.Context)
	axis := func(first, last, factor float64) (list []float64) {
		for v := first; v < last*0.999; v *= factor {
			list = append(list, math.Round(v))
		}
		return append(list, math.Floor(last))
	}
	for _, n := range axis(1, min(most.Decodes, float64(c.MaxSequences)), 1.5) {
		for _, each := range axis(32, min(most.Context, context), 2) {
			if n*(each+1) <= held {
				list = append(list, StepShape{Decodes: n, Context: each})
			}
		}
	}
	for _, chunk := range axis(16, min(most.Chunk, float64(c.MaxTokens)), 1.5) {
		for _, before := range append([]float64{0}, axis(256, min(most.Before, context), 4)...) {
			if chunk+before <= min(context, held) {
				list = append(list, StepShape{Chunk: chunk, Before: before})
			}
		}
	}
	return list
}
