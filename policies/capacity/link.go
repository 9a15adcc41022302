package capacity

import (
	"math"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/tokens"
)

// Carried returns how many KV caches of prompts of a length each of n replicas may send or receive
// per second, if as many of them as possible share a machine and its network link. It is +Inf if
// the link has no limit or the caches no size.
func Carried(c *fleet.Spec, d *fleet.Deployment, input float64, n int) float64 {
	kind := &c.Types[d.Type]
	bytes := float64(d.Tokens.TokenBytes) * input
	if kind.Network == 0 || bytes == 0 {
		return math.Inf(1)
	}
	return kind.Network / bytes / float64(max(1, min(n, kind.MostReplicas(&d.Need))))
}

// Crowded is a share of a link's bandwidth. Below it the KV caches that share the link take at most
// about three times as long as one alone: 1/(1 − share) of it, as under processor sharing.
const Crowded = 0.7

// Moves returns how long the KV cache of a prompt is on its way from a replica that computes it to
// one that decodes, if nothing else uses their links. It takes no time if both replicas fit on one
// machine.
func Moves(c *fleet.Spec, from, to *fleet.Deployment, prompt int32) time.Duration {
	if from.Type == to.Type && c.Types[from.Type].HoldsBoth(&from.Need, &to.Need) {
		return 0
	}
	seconds := 0.0
	for _, t := range [2]fleet.TypeID{from.Type, to.Type} {
		if speed := c.Types[t].Network; speed > 0 {
			seconds = max(seconds, float64(from.Tokens.TokenBytes)*float64(prompt)/speed)
		}
	}
	return kernel.Seconds(seconds)
}

// HandedOver returns when the first token of a request is seen and when it ends, if one replica
// computes its prompt, another decodes, and nothing else is in the fleet. First is when its first
// token would be seen if the replica of the prompt showed it.
func HandedOver(c *fleet.Spec, from, to *fleet.Deployment, at *tokens.Alone, r *fleet.Request, first time.Duration) (seen, end time.Duration) {
	seen = first - from.Tokens.PerToken + to.Tokens.PerToken // as late as the tokens of the other
	return seen, seen + Moves(c, from, to, r.Input) + at.Decode(r.Input, r.Output)
}
