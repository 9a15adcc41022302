package scenarios

import (
	"fmt"
	"math"
	"slices"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/profile"
	"wavetank/sim/quantity"
	"wavetank/sim/tokens"
	"wavetank/workload"
)

// part is what of an LLM request the replicas of a deployment do.
type part int

// Replicas do all of a request, or compute its prompt and emit the first token, or decode the rest.
const (
	whole part = iota
	prompts
	answers
)

// String returns what tells deployments of one network apart.
func (p part) String() string { return [...]string{"", "/prefill", "/decode"}[p] }

// disaggregate lets the replicas of the model added last compute prompts, and adds the model of those that decode.
func (b *builder) disaggregate(stream int) {
	id := len(b.catalog.Models) - 1
	d, m := &b.demand[id], &b.catalog.Models[id]
	path := fmt.Sprintf("workload[%d].disaggregated", stream)
	switch {
	case !d.tokens():
		b.report(path, fmt.Sprintf("%s answers in batches; only an LLM has prompts and answers", m.Name))
		return
	case len(d.variants) > 1:
		b.report(path, fmt.Sprintf("%s may be answered by %d variants, none of which can go on with the KV cache of another; choose one under variants", m.Name, len(d.variants)))
		return
	}
	decoder, decodes := *m, *d
	m.Decoder, d.part = fleet.ModelID(id+1), prompts
	decoder.Name, decoder.QueueLimit, decoder.Timeout = m.Name+answers.String(), -1, 0
	decodes.part = answers
	b.catalog.Models = append(b.catalog.Models, decoder)
	b.demand = append(b.demand, decodes)
}

// duty is what a token replica does for requests of mean length.
type duty struct {
	*tokens.Config
	part          part
	input, output float64
}

// refuses says why the replica can never serve its part of a request of mean length; "" when it can.
func (u *duty) refuses() string {
	if u.part == prompts {
		return u.Refuses(int32(u.input), 1)
	}
	return u.Refuses(int32(u.input), int32(u.output))
}

// most returns the sequences that run at a time at most: so many as the KV cache holds; of prompts alone, so many as
// are computed in one step.
func (u *duty) most() int {
	blocks := float64(u.Blocks) * float64(u.Block)
	if u.part == prompts {
		return int(min(float64(u.MaxSequences), max(1, math.Floor(float64(u.MaxTokens)/u.input)), math.Floor(blocks/u.input)))
	}
	return int(min(float64(u.MaxSequences), math.Floor(blocks/(u.input+u.output))))
}

// lasts returns how long a request takes at the replica, in seconds, when so many run at a time.
func (u *duty) lasts(sequences float64) float64 {
	switch u.part {
	case prompts:
		return computes(u.Config, sequences, u.input)
	case answers:
		return decodes(u.Config, sequences, u.input, u.output)
	}
	return lasts(u.Config, sequences, u.input, u.output)
}

// times returns when a request has its first token, each further one and its end when so many are
// served at a time. The first token is taken to come after a step that is under way and the step of
// its prompt. That step has the prompt alone, or as many others where all that is done is prompts.
// What other replicas do for the request takes as long as it does alone there.
func (u *duty) times(sequences float64) (first, further, end time.Duration) {
	each := u.lasts(sequences)
	alone, rest := computes(u.Config, 1, u.input), decodes(u.Config, 1, u.input, u.output)
	switch u.part {
	case prompts:
		return nanoseconds(2 * each), 0, nanoseconds(2*each + rest)
	case answers:
		return 0, nanoseconds(each / max(1, u.output-1)), nanoseconds(alone + each)
	}
	step := each / max(1, u.output)
	return nanoseconds(lasts(u.Config, 1, u.input, 1) + step), nanoseconds(step), nanoseconds(each)
}

// met reports whether a request meets the objectives when so many are served at a time.
func (u *duty) met(sequences float64, o fleet.Objectives) bool { return o.Met(u.times(sequences)) }

// late says which objective a request misses though it is the only one.
func (u *duty) late(o fleet.Objectives) gap {
	first, further, end := u.times(1)
	request := fmt.Sprintf("the mean request (prompt of %.0f tokens, answer of %.0f)", u.input, u.output)
	say := func(key, what string, took, most time.Duration) gap {
		return gap{of: tooSlow, took: took, key: key, why: fmt.Sprintf("%s %s %s at best, and %s is %v", request, what, brief(took), key, quantity.Duration(most))}
	}
	switch {
	case o.FirstToken > 0 && first > o.FirstToken:
		return say("first-token", "has its first token, behind a step that is under way, after", first, o.FirstToken)
	case o.PerToken > 0 && further > o.PerToken:
		return say("per-token", "has each further token after", further, o.PerToken)
	}
	return say("latency", "takes", end, o.Latency)
}

// computes returns how long so many prompts take, in seconds, when nothing else is done: a step, or so many as the
// tokens need.
func computes(c *tokens.Config, sequences, input float64) float64 {
	steps := max(1, math.Ceil(sequences*input/float64(c.MaxTokens)))
	w := profile.Work{
		Sequences: round(max(1, sequences/steps)), Prefill: round(sequences * input / steps), Attention: round(sequences * input * input / steps),
	}
	return steps * seconds(c, w)
}

// decodes returns how long the rest of an answer takes after its first token, in seconds, when so many are decoded at a
// time, with half of them written.
func decodes(c *tokens.Config, sequences, input, output float64) float64 {
	w := profile.Work{
		Sequences: round(sequences), Decode: round(sequences), Context: round(sequences * (input + output/2)), Prefill: round(sequences * float64(c.Draft)),
	}
	return max(1, (output-1)/advance(c)) * seconds(c, w)
}

// handsOver reports whether replicas on machines of a type decode what others have prefilled.
func handsOver(c *fleet.Spec, t fleet.TypeID) bool {
	return slices.ContainsFunc(c.Deployments, func(d fleet.Deployment) bool { return d.Type == t && c.Decodes(d.Model) })
}

// handed shows, right behind every request whose answer other replicas decode, what arrives at these, as if it did at
// once.
type handed struct {
	workload.Source
	models []fleet.Model
	last   fleet.Request
	again  bool // the last request is to be shown as one of its decoder's
}

// Next implements workload.Source.
func (h *handed) Next(r *fleet.Request) bool {
	if h.again {
		h.again = false
		*r = h.last
		r.Model = h.models[r.Model].Decoder
		return true
	}
	if !h.Source.Next(&h.last) {
		return false
	}
	*r = h.last
	h.again = r.Output > 1 && h.models[r.Model].Decoder > 0
	return true
}
