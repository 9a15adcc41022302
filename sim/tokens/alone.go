package tokens

import "time"

// Alone is a replica that has one request at a time and nothing else to do. No replica of its
// configuration serves a request faster, whatever the policies. What misses an objective alone
// misses it in every fleet.
type Alone struct {
	config  Config
	replica *Engine
}

// NewAlone returns the replica of a configuration.
func NewAlone(c *Config) *Alone {
	a := &Alone{config: *c}
	a.config.PrefixCache = false // the caller says how many tokens are found in it
	a.replica = New(&a.config, &Pool{})
	return a
}

// Serve returns how long after its arrival the first and the last token of a request are seen. The
// number found says how many tokens at the start of its prompt are in the prefix cache. The
// configuration must not refuse the request.
func (a *Alone) Serve(prompt, found, output int32) (first, last time.Duration) {
	a.replica.Enqueue(0, EngineRequest{Prompt: prompt, Output: output})
	a.replica.pool.at(0).computed = a.whole(min(found, prompt-1))
	first, last = a.run()
	return a.config.Before + first + a.config.PerToken, a.config.Before + last + time.Duration(output)*a.config.PerToken + a.config.After
}

// Decode returns how long a request takes from its first token to its last. Another replica emitted
// the first, and the KV cache is there at once. The output is at least 2.
func (a *Alone) Decode(prompt, output int32) time.Duration {
	a.replica.Enqueue(0, EngineRequest{Prompt: prompt, Output: output, Computed: prompt})
	_, last := a.run()
	return last + time.Duration(output-1)*a.config.PerToken + a.config.After
}

// whole returns the tokens of the blocks that the found tokens fill entirely.
func (a *Alone) whole(found int32) int32 {
	block := int32(a.config.Block)
	return max(found, 0) / block * block
}

// run takes steps until the request is finished. Every request comes at the instant 0 of a replica
// that is idle.
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
