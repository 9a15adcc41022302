package allocation

import (
	"slices"

	"wavetank/policies/capacity"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// mix converts requests of a model into requests of the planned length. A replica of an LLM serves
// fewer requests if they are longer. So each request counts as ratio requests of the planned
// length, where
//
// ratio = throughput of a replica with planned lengths / its throughput with actual lengths.
//
// The ratio is 1 for models without tokens.
type mix struct {
	from fleet.ModelID  // the model whose arrivals count; a pool that decodes sees them late
	duty *capacity.Duty // work of the model's first deployment with tokens; nil: it has none
	goal fleet.Objectives
	rule float64 // throughput of one replica with planned lengths, in requests per second

	requests, prompt     float64 // requests that arrived lately, and their prompt tokens
	finished, answered   float64 // requests that finished lately, and their output tokens
	input, output, ratio float64 // mean lengths in tokens, and the ratio that follows from them

	near struct { // the lengths of the last answer of Sampled.RateFor, and their ratio
		mean  fleet.PlannedLengths
		ratio float64
	}
}

// newMix returns the mix of a model. The planned lengths are those of a Sampled capacity, or else
// those of the deployment. Only models whose requests have tokens ask the capacity.
func newMix(c *fleet.Spec, m fleet.ModelID, from Capacity) (mix, error) {
	x := mix{from: c.Asked(m), ratio: 1}
	at := slices.IndexFunc(c.Deployments, func(d fleet.Deployment) bool { return d.Model == m && d.Tokens != nil })
	if at < 0 {
		return x, nil
	}
	k := &c.Deployments[at]
	mean := k.Lengths
	if s, ok := from.(Sampled); ok {
		sampled, err := s.Lengths(m)
		if err != nil {
			return x, err
		}
		if sampled.Input > 0 {
			mean = sampled
		}
	}
	x.duty, x.goal = capacity.DutyOf(c, k, mean), c.Models[m].Objectives()
	x.rule, x.input, x.output = x.duty.Throughput(x.goal), x.duty.Input, x.duty.Output
	return x, nil
}

// Means are over the last window and earlier windows, whose weight decays: about 400 requests in
// all. In addition, the planned lengths count like 20 requests.
const (
	enough = 400
	known  = 20
)

// kept returns the factor on earlier counts, so that they and the fresh ones are about enough
// requests together.
func kept(fresh int, earlier float64) float64 {
	return max(0, min(1, (enough-float64(fresh))/max(1, earlier)))
}

// observe adds the lengths of a finished window to the means. Each window counts once.
func (x *mix) observe(w *sim.Window) {
	seen := &w.Models[x.from]
	if x.duty == nil || seen.Prompt == 0 { // the first window is an expectation without lengths
		return
	}
	old := kept(seen.Offered, x.requests)
	x.requests, x.prompt = old*x.requests+float64(seen.Offered), old*x.prompt+float64(seen.Prompt)
	old = kept(seen.Finished, x.finished)
	x.finished, x.answered = old*x.finished+float64(seen.Finished), old*x.answered+float64(seen.Answered)
	input := (x.prompt + known*x.duty.Input) / (x.requests + known)
	output := (x.answered + known*x.duty.Output) / (x.finished + known)
	if differ(input, x.input) || differ(output, x.output) {
		x.input, x.output = input, output
		x.ratio = x.ratioOf(fleet.PlannedLengths{Input: input, Output: output})
	}
}

// rate returns the load of a window in requests per second of the planned length.
func (x *mix) rate(w *sim.Window) float64 { return w.Rate(x.from) * x.counts(w) }

// counts returns as how many requests of the planned length a request of a window counts.
func (x *mix) counts(w *sim.Window) float64 {
	if x.duty == nil || w.Models[x.from].Prompt == 0 {
		return 1
	}
	return x.ratio
}

// ratioOf returns the ratio for requests of the given mean lengths.
func (x *mix) ratioOf(mean fleet.PlannedLengths) float64 {
	of := *x.duty
	of.Input, of.Output = mean.Input, mean.Output
	return x.rule / of.Throughput(x.goal)
}

// Equivalent returns the capacity for requests of the present lengths. Like the demands, it is in
// requests of the planned length per second.
func (e *Expect) Equivalent() Capacity {
	if s, ok := e.Capacity.(Sampled); ok {
		return equivalent{s, e}
	}
	return e.Capacity
}

// equivalent is a Sampled capacity for requests of the present lengths, in requests of the planned
// length per second.
type equivalent struct {
	Sampled
	of *Expect
}

// Rate implements Capacity.
func (q equivalent) Rate(d fleet.DeploymentID, n int) (float64, error) {
	x := &q.of.mixes[q.of.spec.Deployments[d].Model]
	if x.ratio == 1 {
		return q.Sampled.Rate(d, n)
	}
	rate, near, err := q.RateFor(d, n, fleet.PlannedLengths{Input: x.input, Output: x.output})
	if near != x.near.mean && err == nil {
		x.near.mean, x.near.ratio = near, x.ratioOf(near)
	}
	return rate * x.near.ratio, err
}

// differ reports whether two lengths are more than a hundredth apart.
func differ(a, b float64) bool { return a > 1.01*b || b > 1.01*a }
