package metrics

import (
	"wavetank/sim/fleet"
	"wavetank/sim/profile"
	"wavetank/sim/tokens"
)

// tokenWork is the work of a token replica for a request.
type tokenWork struct {
	input   int64 // tokens of the prompt
	prompt  int64 // prompt tokens that the replica computes, because its cache does not hold them
	further int64 // output tokens after the first
}

// There are several ways to count the cost of a request. Each gives a lower bound. A way combines
// two choices:
//
//   - The weight of Compute against Memory, one of blends. A step takes the larger of the two, so
//     it takes at least their weighted mean.
//   - The share of a request in the constant part of a step, one of sharings: by its tokens, of at
//     most MaxTokens; by its number, of at most MaxSequences; or by the KV blocks that it holds.
const (
	blends      = 5
	sharings    = 3
	waysToCount = blends * sharings
)

// engineWork holds what the lower bounds of the costs of requests need to know of the token
// replicas of a deployment.
type engineWork struct {
	*tokens.Config
	price float64        // $ per second
	forms [blends]linear // lower bounds of the step time, one per weight
	// per way to count: the cost in $ of all requests, each at its cheapest deployment; only in the
	// first element of a list
	sums [waysToCount]float64
}

// linear is a form with coefficients in nanoseconds.
type linear struct{ constant, sequence, prefill, attention, decode, context float64 }

// newEngineWorks returns an engineWork for each deployment of a model.
func newEngineWorks(c *fleet.Spec, id fleet.ModelID, shares machineShares) (list []engineWork) {
	for i := range c.Deployments {
		d := &c.Deployments[i]
		if d.Model != id || d.Tokens == nil {
			continue
		}
		list = append(list, newEngineWork(d.Tokens, shares[i]))
	}
	return list
}

func newEngineWork(c *tokens.Config, price float64) engineWork {
	e := engineWork{Config: c.Part(), price: price / float64(c.Engines())}
	for b := range e.forms {
		e.forms[b] = blend(&c.StepTime, float64(b)/(blends-1))
	}
	return e
}

// LeastTime computes lower bounds of the time that requests take of a token replica.
type LeastTime struct{ engine engineWork }

// NewLeastTime returns the LeastTime of a replica with a configuration.
func NewLeastTime(c *tokens.Config) *LeastTime { return &LeastTime{newEngineWork(c, 1)} }

// Seconds returns the bounds of a request with so many input tokens, of which the replica computes
// some, and so many output tokens after the first: one bound for each way to count. For each way,
// the sum over the requests that a replica serves is a lower bound of the time that it works.
func (l *LeastTime) Seconds(input, computed, further int64) (ways [waysToCount]float64) {
	for way := range ways {
		ways[way] = l.engine.dollars(tokenWork{input: input, prompt: computed, further: further}, way)
	}
	return ways
}

// blend returns a lower bound of the step time: a weighted mean of Compute and Memory, plus
// Overhead and the least time of a table. The parameter compute is the weight of Compute, from 0 to
// 1.
func blend(s *profile.StepTime, compute float64) linear {
	least := 0.0
	if s.Table != nil {
		least = float64(s.Table.Least()) / profile.Grains
	}
	mean := func(of func(*profile.Form) int64) float64 {
		return (compute*float64(of(&s.Compute)) + (1-compute)*float64(of(&s.Memory)) + float64(of(&s.Overhead))) / profile.Grains
	}
	return linear{
		least + mean(func(f *profile.Form) int64 { return f.Constant }), mean(func(f *profile.Form) int64 { return f.Sequence }),
		mean(func(f *profile.Form) int64 { return f.Prefill }), mean(func(f *profile.Form) int64 { return f.Attention }),
		mean(func(f *profile.Form) int64 { return f.Decode }), mean(func(f *profile.Form) int64 { return f.Context }),
	}
}

// addLeast adds the work of a request to the sums. For each way to count, it adds the cost at the
// deployment that is cheapest for the request.
func addLeast(engines []engineWork, w tokenWork) {
	if len(engines) == 0 {
		return
	}
	for way := range waysToCount {
		least := engines[0].dollars(w, way)
		for i := range engines[1:] {
			least = min(least, engines[1+i].dollars(w, way))
		}
		engines[0].sums[way] += least
	}
}

// dollars returns a lower bound of the cost of a request at a deployment, by one way to count.
func (e *engineWork) dollars(w tokenWork, way int) float64 {
	f := &e.forms[way%blends]
	steps := float64(w.further) / float64(1+e.Draft) // steps in which it decodes
	scheduled := steps
	nanoseconds := 0.
	// A chunk of one token counts as decode, so the smaller coefficient is used.
	token, pair, each, held := min(f.prefill, f.decode), min(f.attention, f.context/2), f.decode, f.context
	if e.Draft > 0 {
		each, held = token, 2*pair
	}
	if w.prompt > 0 {
		cached, all := float64(w.input-w.prompt), float64(w.input)
		nanoseconds += token*float64(w.prompt) + pair*(all*all-cached*cached)
		scheduled++
	}
	context := steps * (float64(w.input) + max(0, steps-1)/2) // Σ of its cached tokens
	nanoseconds += each*steps + held*context + f.sequence*scheduled
	switch way / blends {
	case 0:
		nanoseconds += f.constant * (float64(w.prompt) + steps) / float64(e.MaxTokens)
	case 1:
		nanoseconds += f.constant * scheduled / float64(e.MaxSequences)
	case 2:
		if !e.PrefixCache {
			holds := context
			if w.prompt > 0 {
				holds += float64(w.input)
			}
			nanoseconds += f.constant * holds / (float64(e.Blocks) * float64(e.Block))
		}
	}
	return e.price * nanoseconds / 1e9
}
