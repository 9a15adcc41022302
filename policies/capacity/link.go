package capacity

import (
	"math"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/tokens"
)

// Carried returns how many KV caches each of n replicas may send or receive per second. Input is
// the length of a prompt in tokens. As many of the replicas as possible share a machine and its
// network link. The result is +Inf if the link has no limit or the caches have no size.
func Carried(c *fleet.Spec, d *fleet.Deployment, input float64, n int) float64 {
	kind := &c.Types[d.Type]
	bytes := float64(d.Tokens.TokenBytes) * input
	if kind.Network == 0 || bytes == 0 {
		return math.Inf(1)
	}
	return kind.Network / bytes / float64(max(1, min(n, kind.MostReplicas(&d.Need))))
}

// Crowded is the largest share of a link's bandwidth that plans use. Under processor sharing a KV
// cache takes 1/(1 − share) times as long as alone, so at this share about three times.
const Crowded = 0.7

// Moves returns how long it takes to move the KV cache of a prompt from the replica that computed
// it to a replica that decodes, if nothing else uses their links. It is 0 if both replicas fit on
// one machine. Prompt is the length in tokens.
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

// HandedOver returns the times from the arrival of a request to its first token and to its end, if
// one replica computes its prompt, another one decodes, and the fleet serves nothing else. The
// parameter first is the time to the first token if the replica of the prompt sent this token out.
func HandedOver(c *fleet.Spec, from, to *fleet.Deployment, at *tokens.Alone, r *fleet.Request, first time.Duration) (seen, end time.Duration) {
	seen = first - from.Tokens.PerToken + to.Tokens.PerToken // the decoding replica sends it out
	return seen, seen + Moves(c, from, to, r.Input) + at.Decode(r.Input, r.Output)
}
