package admission

import (
	"math"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/profile"
)

// firstToken returns how long from now the first token of a request would be seen at a token
// replica.
//
// The replica ends the step under way. It then computes the prompts that wait, and the request's
// less what it has cached, in steps that are full. Those that run decode beside them. A request
// waits for its place before that, if those that run and wait leave none: a sequence, and KV blocks
// for the prompts. Places come free as those that run end, which takes as long as planned for so
// many. What is left of a prompt that is computed in part is not known, and counts as none.
func (a *EarlyDrop) firstToken(v *sim.View, at fleet.ReplicaID, r *fleet.Request) time.Duration {
	d, load := v.Deployment(at), sim.TokenLoad{}
	if a.estimate {
		load = v.Tokens(at)
		load.Waiting += v.Pending(r.Model) / v.Ready(r.Model) // its share of those kept back
	}
	c, own := d.Tokens, int64(r.Input)-int64(v.Matched(at, r))
	prompts := float64(load.Queued + own)
	steps := max(1, math.Ceil(prompts/float64(max(1, c.MaxTokens-load.Running*(1+c.Draft)))))
	if c.LongPrefill > 0 {
		steps = max(steps, math.Ceil(float64(own)/float64(c.LongPrefill)))
	}
	decodes := profile.Work{Sequences: int64(load.Running), Decode: int64(load.Running), Context: load.Prompts - load.Queued}
	mixed := decodes
	mixed.Sequences += int64(math.Ceil(float64(load.Waiting+1) / steps))
	mixed.Prefill, mixed.Attention = int64(prompts/steps), int64(attention(&load, int64(r.Input), own)/steps)
	first := c.Before + time.Duration(steps)*grains(c.StepTime.Time(mixed)) + c.PerToken
	if load.Running > 0 {
		first += grains(c.StepTime.Time(decodes)) + placeIn(d, &load, prompts)
	}
	return first
}

// attention returns twice the pairs of tokens of the prompts that wait, taken to be alike, and of a
// prompt of which own tokens are not cached (profile.Work.Attention).
func attention(load *sim.TokenLoad, prompt, own int64) float64 {
	pairs := float64(own) * float64(2*prompt-own)
	if load.Waiting > 0 {
		pairs += float64(load.Queued) * float64(load.Queued) / float64(load.Waiting)
	}
	return pairs
}

// placeIn returns how long a request waits for a sequence, and for KV blocks, at a replica where
// others run. Those that wait, some of them for the second time, are taken to need as many blocks
// as those that run hold in the mean, or what their prompts need if that is more. As many end one
// after the other as it takes.
func placeIn(d *fleet.Deployment, load *sim.TokenLoad, prompts float64) time.Duration {
	c, held := d.Tokens, max(1, float64(load.Held)/float64(load.Running))
	sequences := float64(load.Waiting + 1 - (c.MaxSequences - load.Running))
	needed := max(prompts/float64(c.Block), float64(load.Waiting+1)*held)
	blocks := math.Ceil((needed - float64(c.Blocks-load.Held)) / held)
	each := d.Latency.Latency(min(load.Running, d.Latency.Max()))
	return time.Duration(max(0, sequences, blocks) * float64(each) / float64(load.Running))
}

// grains returns the span of a number of grains of step time.
func grains(n int64) time.Duration { return time.Duration(n / profile.Grains) }
