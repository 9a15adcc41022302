package capacity

import (
	"time"

	planned "wavetank/policies/capacity"
	"wavetank/sim/fleet"
	"wavetank/sim/tokens"
)

// divide divides the allowed misses between the two pools that serve the requests of a sample: one
// computes prompts, the other decodes. Each pool gets the share of requests that miss there even if
// they are alone, and half of the rest. If prompts repeat earlier ones, these shares count as 0,
// because a cache may make such prompts faster than alone.
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
		default: // sending: these replicas also delay the rest of the answer
			g.allowed -= left
		}
	}
}

// alone returns for each class the shares of requests that miss in the first and in the second pool
// if they are alone in the fleet.
func (a *aim) alone(prompts, answers *fleet.Deployment, s *sample) (missed [2][]float64) {
	const enough = 2000 // examined requests
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
