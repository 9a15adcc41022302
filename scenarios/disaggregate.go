package scenarios

import (
	"fmt"
	"slices"
	"time"

	"wavetank/policies/capacity"
	"wavetank/scenarios/wording"
	"wavetank/sim/fleet"
	"wavetank/sim/quantity"
)

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
	m.Decoder, d.part = fleet.ModelID(id+1), capacity.Prompts
	decoder.Name, decoder.QueueLimit, decoder.Timeout = m.Name+capacity.Answers.String(), -1, 0
	decodes.part = capacity.Answers
	b.catalog.Models = append(b.catalog.Models, decoder)
	b.demand = append(b.demand, decodes)
}

// late says which objective a request misses though it is the only one.
func late(u *capacity.Duty, o fleet.Objectives) gap {
	first, further, end := u.Times(1)
	request := fmt.Sprintf("the mean request (prompt of %.0f tokens, answer of %.0f)", u.Input, u.Output)
	say := func(key, what string, took, most time.Duration) gap {
		return gap{of: tooSlow, took: took, key: key, why: fmt.Sprintf("%s %s %s at best, and %s is %v", request, what, wording.Brief(took), key, quantity.Duration(most))}
	}
	switch {
	case o.FirstToken > 0 && first > o.FirstToken:
		return say("ttft", "has its first token, behind a step that is under way, after", first, o.FirstToken)
	case o.PerToken > 0 && further > o.PerToken:
		return say("tpot", "has each further token after", further, o.PerToken)
	}
	return say("latency", "takes", end, o.Latency)
}

// handsOver reports whether replicas on machines of a type decode what others have prefilled.
func handsOver(c *fleet.Spec, t fleet.TypeID) bool {
	return slices.ContainsFunc(c.Deployments, func(d fleet.Deployment) bool { return d.Type == t && c.Decodes(d.Model) })
}
