package tokens

import "time"

// Alone is a replica that serves one request at a time and nothing else. No replica with this
// configuration serves a request faster, under any policy. So a request that misses an objective
// here misses it in every fleet.
type Alone struct {
	config  Config
	replica *Engine
}

// NewAlone returns such a replica with a configuration.
func NewAlone(c *Config) *Alone {
	a := &Alone{config: *c}
	a.config.PrefixCache = false // the caller says how many tokens the prefix cache has
	a.config.Parallel = Parallel{}
	a.config.StepTime.Overhead.Constant += c.hops()
	if c.RandomAcceptance {
		a.config.Acceptance = 1 // the best luck
	}
	a.replica = New(&a.config, &Pool{})
	return a
}

// Serve returns the times from the arrival of a request until its first and its last token reach
// the client. Found is the number of tokens at the start of its prompt that are in the prefix
// cache. The configuration must not refuse the request.
func (a *Alone) Serve(prompt, found, output int32) (first, last time.Duration) {
	a.replica.Enqueue(0, EngineRequest{Prompt: prompt, Output: output})
	a.replica.pool.at(0).computed = a.whole(min(found, prompt-1))
	first, last = a.run()
	return a.config.Before + first + a.config.PerToken, a.config.Before + last + time.Duration(output)*a.config.PerToken + a.config.After
}

// Decode returns how long a request takes from its first token to its last, if another replica
// emitted the first token and the KV cache arrives in no time. The output must be at least 2.
func (a *Alone) Decode(prompt, output int32) time.Duration {
	a.replica.Enqueue(0, EngineRequest{Prompt: prompt, Output: output, Computed: prompt})
	_, last := a.run()
	return last + time.Duration(output-1)*a.config.PerToken + a.config.After
}

// whole returns the number of tokens in the blocks that the found tokens fill completely.
func (a *Alone) whole(found int32) int32 {
	block := int32(a.config.Block)
	return max(found, 0) / block * block
}

// run makes steps until the request is finished. The request arrives at instant 0, and the replica
// is idle.
func (a *Alone) run() (first, last time.Duration) {
	for now := a.replica.Wake(0); ; now = a.replica.Next() {
		for _, o := range a.replica.Step(now) {
			switch o.Kind {
			case FirstToken:
				first = now.Sub(0)
			case Finished:
				return first, now.Sub(0)
			}
		}
	}
}
