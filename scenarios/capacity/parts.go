package capacity

import (
	"time"

	planned "wavetank/policies/capacity"
	"wavetank/sim/fleet"
	"wavetank/sim/tokens"
)

// divide shares the allowed misses among the two pools that serve the requests of a sample: one
// that computes prompts, and one that decodes. A pool may miss as often as its requests miss there
// even alone, and half as often as is left. Prompts that repeat others may be faster than alone, so
// they count as met.
func (a *aim) divide(prompts, answers *fleet.Deployment, s *sample) {
	missed := a.alone(prompts, answers, s)
	for i := range a.groups {
		g := &a.groups[i]
		left := (g.allowed - missed[0][i] - missed[1][i]) / 2
		switch {
		case left <= 0:
			g.allowed /= 2
		case a.part == prefill:
			g.allowed = left + missed[0][i]
		case a.part == decode:
			g.allowed = left + missed[1][i]
		default: // sending: it is held to the rest of the answer, too
			g.allowed -= left
		}
	}
}

// alone returns the shares of requests, by class, that miss in the first pool and in the second if
// they are alone in the fleet.
func (a *aim) alone(prompts, answers *fleet.Deployment, s *sample) (missed [2][]float64) {
	const enough = 2000 // requests to look at
	missed[0], missed[1] = make([]float64, len(a.groups)), make([]float64, len(a.groups))
	if s.inOrder {
		return missed
	}
	at, on := tokens.NewAlone(prompts.Tokens), tokens.NewAlone(answers.Tokens)
	looked := make([]float64, len(a.groups))
	for i := 0; i < len(s.requests); i += 1 + len(s.requests)/enough {
		r := &s.requests[i]
		o := a.spec.Objectives(r)
		looked[r.Class]++
		if prompts.Tokens.Refuses(r.Input, 1) != "" {
			missed[0][r.Class]++
			continue
		}
		first, _ := at.Serve(r.Input, 0, 1)
		if o.FirstToken > 0 && first > o.FirstToken {
			missed[0][r.Class]++
			continue
		}
		if r.Output < 2 {
			continue
		}
		if answers.Tokens.Refuses(r.Input, r.Output) != "" {
			missed[1][r.Class]++
			continue
		}
		seen, end := planned.HandedOver(a.spec, prompts, answers, on, r, first)
		if !o.Met(seen, (end-seen)/time.Duration(r.Output-1), end) {
			missed[1][r.Class]++
		}
	}
	for i, n := range looked {
		missed[0][i], missed[1][i] = missed[0][i]/max(1, n), missed[1][i]/max(1, n)
	}
	return missed
}
