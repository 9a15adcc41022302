package admission

import (
	"math"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/profile"
)

// firstToken returns the time from now until a token replica would emit the first token of a
// request. It assumes that the following happens one after the other:
//
//   - The step under way ends.
//   - If the running and waiting requests leave no free sequence or too few KV blocks, the request
//     waits for them (placeIn).
//   - Full steps compute the waiting prompts and the part of the request's prompt that is not
//     cached. The running requests decode in the same steps, unless prompts are computed in steps
//     of their own.
//
// The rest of a prompt that is computed in part is not known, and counts as 0.
func (a *EarlyDrop) firstToken(v *sim.View, at fleet.ReplicaID, r *fleet.Request) time.Duration {
	d, load := v.Deployment(at), sim.TokenLoad{}
	if a.estimate {
		load = v.Tokens(at)
		load.Waiting += v.Pending(r.Model) / v.Ready(r.Model) // its share of the requests kept back
		load = share(load, d.Tokens.Engines())
	}
	c, own := d.Tokens.One(), int64(r.Input)-int64(v.Matched(at, r))
	prompts := float64(load.Queued + own)
	steps := max(1, math.Ceil(prompts/float64(max(1, c.MaxTokens-load.Running*(1+c.Draft)))))
	if c.LongPrefill > 0 {
		steps = max(steps, math.Ceil(float64(own)/float64(c.LongPrefill)))
	}
	if c.PrefillFirst {
		steps = max(1, math.Ceil(prompts/float64(c.MaxTokens)))
	}
	decodes := profile.Work{Sequences: int64(load.Running), Decode: int64(load.Running), Context: load.Prompts - load.Queued}
	mixed := decodes
	if c.PrefillFirst {
		mixed = profile.Work{}
	}
	mixed.Sequences += int64(math.Ceil(float64(load.Waiting+1) / steps))
	mixed.Prefill, mixed.Attention = int64(prompts/steps), int64(attention(&load, int64(r.Input), own)/steps)
	first := c.Before + time.Duration(steps)*grains(c.StepTime.Time(mixed)) + c.PerToken
	if load.Running > 0 {
		first += grains(c.StepTime.Time(decodes)) + placeIn(d, &load, prompts)
	}
	return first
}

// share returns the load of one of so many engines of a replica, if all have an equal part.
func share(l sim.TokenLoad, engines int) sim.TokenLoad {
	if engines > 1 {
		l.Waiting, l.Running, l.Held = l.Waiting/engines, l.Running/engines, l.Held/engines
		l.Queued, l.Prompts = l.Queued/int64(engines), l.Prompts/int64(engines)
	}
	return l
}

// attention returns twice the number of token pairs of all prompts to compute (see
// profile.Work.Attention). These are the waiting prompts, which are assumed to be equally long, and
// one more: prompt is its length, and own is the number of its tokens that are not cached.
func attention(load *sim.TokenLoad, prompt, own int64) float64 {
	pairs := float64(own) * float64(2*prompt-own)
	if load.Waiting > 0 {
		pairs += float64(load.Queued) * float64(load.Queued) / float64(load.Waiting)
	}
	return pairs
}

// placeIn returns how long a request waits for a free sequence and for KV blocks at a replica where
// other requests run. It counts how many running requests must end for this; they end at equal
// intervals. A waiting request needs as many blocks as a running one holds in the mean, or as many
// as its prompt needs if these are more.
func placeIn(d *fleet.Deployment, load *sim.TokenLoad, prompts float64) time.Duration {
	c, held := d.Tokens.One(), max(1, float64(load.Held)/float64(load.Running))
	sequences := float64(load.Waiting + 1 - (c.MaxSequences - load.Running))
	needed := max(prompts/float64(c.Block), float64(load.Waiting+1)*held)
	blocks := math.Ceil((needed - float64(c.Blocks-load.Held)) / held)
	each := d.Latency.Latency(min(load.Running*d.Tokens.Engines(), d.Latency.Max()))
	return time.Duration(max(0, sequences, blocks) * float64(each) / float64(load.Running))
}

// grains converts a step time in grains (profile.Grains) into a duration.
func grains(n int64) time.Duration { return time.Duration(n / profile.Grains) }
