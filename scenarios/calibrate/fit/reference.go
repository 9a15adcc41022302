package fit

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"wavetank/scenarios/calibrate/replay"
	"wavetank/sim/tokens"
)

// UncertainLoad is a load that was perhaps not measured, and how uncertain its E2E is: a half of
// the range that holds two thirds of the simulated means, relative to the mean. The range is that
// of engines whose coefficients are about as likely as the fitted ones.
type UncertainLoad struct {
	Clients, Input, Output int
	Share                  float64
}

// Doubtful is the doubt (Fit.Uncertain) from which on a user should know that the measurements tell
// little of other loads. For logs it was chosen on fits to fifty pairs of simulated runs: all that
// predict other runs with a mean error above 10 % have more doubt, and a seventh of the others. For
// points it was chosen on 192 pairs of measured points: 25 of 26 pairs with an error above 10 %
// have more doubt, and 42 of the 96 with an error below 5 %. Other runs may be worse.
const Doubtful = 0.12

// String says in words what the load is.
func (l UncertainLoad) String() string {
	return fmt.Sprintf("%d clients with prompts of about %d tokens and answers of about %d", l.Clients, l.Input, l.Output)
}

// Uncertain returns the most uncertain one of usual loads: few and many clients, with short and
// long prompts and answers, as far as they fit into the engine. To measure it would tell most. The
// doubt is its share. Fewer means of points than parameters always leave some load uncertain, so
// for them the doubt is the mean share of usual loads. Both are zero if nothing is known.
func (f *Fit) Uncertain(c tokens.Config) (most UncertainLoad, doubt float64, err error) {
	engines, err := f.drawnEngines(c)
	if err != nil || len(engines) == 0 {
		return most, 0, err
	}
	sum, n := 0.0, 0
	for _, input := range []int{128, 1024, 4096} {
		for _, output := range []int{64, 400} {
			for _, clients := range []int{2, 32} {
				l := UncertainLoad{Clients: clients, Input: input, Output: output}
				if longest := 2 * (input + output); clients > c.MaxSequences || longest > c.Context || clients*longest > c.Blocks*c.Block || !c.Chunked && 2*input > c.MaxTokens {
					continue
				}
				means := make([]float64, len(engines))
				for i := range engines {
					if means[i], err = l.mean(&engines[i]); err != nil {
						return most, 0, err
					}
				}
				l.Share = halfRange(means)
				sum, n = sum+l.Share, n+1
				if l.Share > most.Share {
					most = l
				}
			}
		}
	}
	if f.FewMeans {
		return most, sum / float64(max(1, n)), nil
	}
	return most, most.Share, nil
}

// halfRange sorts a list. It returns a half of the range of the middle two thirds, relative to the
// median.
func halfRange(list []float64) float64 {
	slices.Sort(list)
	n := len(list)
	return (list[n-1-n/6] - list[n/6]) / 2 / list[n/2]
}

// drawnEngines returns engines with some of the draws; none if there are too few.
func (f *Fit) drawnEngines(c tokens.Config) ([]tokens.Config, error) {
	const some = 20
	if len(f.Draws) < some {
		return nil, nil
	}
	c.StepTime.Experts = f.StepTime.Experts
	p := &fitter{FitOptions: FitOptions{Config: c}, shape: ModelShape{Parameters: f.Parameters}}
	engines := make([]tokens.Config, 0, some)
	for i := range some {
		e, err := p.engineWith(f.Draws[i*len(f.Draws)/some])
		if err != nil {
			return nil, err
		}
		if e.StepTime.Holds(int64(e.MaxSequences), int64(e.MaxTokens), int64(e.Context)) == nil {
			engines = append(engines, e)
		}
	}
	if len(engines) < some/2 {
		return nil, nil
	}
	return engines, nil
}

// mean simulates the load, and returns the mean E2E in seconds.
func (l UncertainLoad) mean(c *tokens.Config) (float64, error) {
	g := rand.New(rand.NewPCG(1, 9))
	d := replay.Demand{Cap: l.Clients}
	near := func(tokens int) int32 { return int32(float64(tokens) * (0.6 + 0.8*g.Float64())) }
	for range 4 * l.Clients {
		d.Requests = append(d.Requests, replay.TimedRequest{Input: near(l.Input), Output: near(l.Output)})
	}
	served, err := replay.Serve(c, d)
	if err != nil {
		return 0, err
	}
	sum := 0.0
	for _, s := range served {
		sum += s.Last - s.Sent
	}
	return sum / float64(len(served)), nil
}
