package commands

import (
	"cmp"
	"math"
	"slices"
	"time"

	"wavetank/scenarios/builtin"
	"wavetank/sim/profile"
)

// What init writes about the load of a model, and assumes of a replica.
const (
	peakOverMean = 2.   // of the day
	utilization  = 0.7  // share of a replica's throughput that plans use
	promptTokens = 500. // means of the prompts and answers of an LLM
	answerTokens = 200.
	tokenTime    = 100 * time.Millisecond // objective of an LLM for each further token
)

// economical returns the two machine types that serve the peak of the load at least cost. The types
// are in the order of their prices. It leaves out machines that cannot keep the objective; check
// says why if there are no others.
func (s *sketchedStream) economical(types []builtin.Machine, latency time.Duration) []builtin.Machine {
	if latency == 0 && !s.tokens() {
		latency = s.comfortable(types[:min(2, len(types))])
	}
	cost := func(m builtin.Machine) float64 {
		machines := math.Ceil(peakOverMean * float64(s.rate) / s.served(m, latency))
		return machines * float64(m.Price)
	}
	list := slices.DeleteFunc(slices.Clone(types), func(m builtin.Machine) bool { return s.served(m, latency) == 0 })
	if len(list) == 0 {
		list = slices.Clone(types)
	}
	slices.SortStableFunc(list, func(a, b builtin.Machine) int { return cmp.Compare(cost(a), cost(b)) })
	return list[:min(2, len(list))]
}

// served estimates how many requests per second a machine serves within the objective. It returns 0
// if it cannot keep the objective.
func (s *sketchedStream) served(m builtin.Machine, latency time.Duration) float64 {
	p := s.profile(m)
	replicas := min(m.Cores/p.Cores, int(m.Memory/p.Memory))
	if m.GPU != "" {
		replicas = min(replicas, m.GPUs/max(1, p.GPUs)) // each takes whole GPUs
	}
	if p.Tokens != nil {
		return utilization * float64(replicas) * answersServed(p, s.variant)
	}
	b, err := p.Batch()
	if err != nil {
		return 0
	}
	// A request may find a full batch just started.
	n := b.Largest(b.Max(), func(takes time.Duration) bool { return 2*takes <= latency })
	if n == 0 {
		return 0
	}
	return utilization * float64(replicas) * b.Throughput(n)
}

// answersServed estimates how many requests per second a replica of an LLM serves if a step takes
// at most the objective for each token: each step decodes for all sequences, and computes as many
// tokens of prompts as arrive in it.
func answersServed(p *builtin.Profile, v builtin.Variant) float64 {
	c, err := p.Engine(v, nil)
	if err != nil {
		return 0
	}
	most := min(float64(c.MaxSequences), math.Floor(float64(c.Blocks*c.Block)/(promptTokens+answerTokens)))
	for n := most; n >= 1; n = math.Floor(n / 1.2) {
		prompt := n * promptTokens / answerTokens
		w := profile.Work{
			Sequences: int64(n), Decode: int64(n), Context: int64(n * (promptTokens + answerTokens/2)),
			Prefill: int64(prompt), Attention: int64(prompt * promptTokens),
		}
		seconds := float64(c.StepTime.Time(w)) / (1e9 * profile.Grains)
		if seconds <= tokenTime.Seconds() {
			return n / (answerTokens * seconds)
		}
	}
	return 0
}
