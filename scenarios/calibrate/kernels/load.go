package kernels

import (
	"math"
	"math/rand/v2"

	"wavetank/scenarios/calibrate/replay"
	"wavetank/sim/tokens"
)

// MeanLengths are the mean tokens of requests, lognormal with a standard deviation of one in the logarithm.
type MeanLengths struct{ Input, Output float64 }

// weightedStep is a step and how often there is such a one.
type weightedStep struct {
	StepShape
	weight float64
}

// steps returns those that an engine has when 1, 4, 16 … clients, up to as many as sequences can run, send one request after
// the other. Each number of clients has the same weight, and of each some hundred steps are returned, evenly over its run.
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

// demand returns the requests of so many clients.
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
