package registry

import (
	"slices"
	"time"

	"wavetank/policies/batching"
	"wavetank/policies/outside/wasm"
	"wavetank/sim"
	"wavetank/sim/quantity"
)

// Batcher is the choice of a batcher.
type Batcher struct {
	choice[batchers, sim.Batcher]
}

type batchers struct{}

func (batchers) entries() []Entry[sim.Batcher] { return slices.Concat(Batchers(), added.Batchers) }

// Batchers returns the table of batchers.
func Batchers() []Entry[sim.Batcher] {
	return []Entry[sim.Batcher]{
		plain("greedy", "Never waits: starts all waiting requests, up to the largest batch.", "",
			func() sim.Batcher { return batching.NewGreedy() }),
		tuned("timeout", "Waits for a full batch, but at most for a given time after the oldest request arrived.", "",
			timeoutDefaults, func(p *Timeout, _ Context) (sim.Batcher, error) {
				return batching.NewTimeout(p.MaxBatch, time.Duration(p.MaxDelay))
			}),
		tuned("triton", "Starts batches of preferred sizes at once, and other batches after a delay.",
			"dynamic_batch_scheduler.cc of the Triton Inference Server", tritonDefaults,
			func(p *Triton, _ Context) (sim.Batcher, error) {
				return batching.NewTriton(p.Preferred, time.Duration(p.MaxDelay))
			}),
		tuned("nexus", "Drops the first requests while a whole batch would make them late, and starts the batch behind them.",
			"Shen et al., SOSP 2019", nexusDefaults, func(p *Nexus, _ Context) (sim.Batcher, error) {
				return batching.NewNexus(p.Batch)
			}),
		tuned("aimd", "Lets batches grow by a step while they meet the objective, and shrinks them when one is late.",
			"Clipper: Crankshaw et al., NSDI 2017", aimdDefaults, func(p *AIMD, _ Context) (sim.Batcher, error) {
				return batching.NewAIMD(p.Step, p.Backoff)
			}),
		tuned("clockwork", "Starts the largest batch that requests still in time can fill, and drops the requests in front of it.",
			"Gujarati et al., OSDI 2020", clockworkDefaults, func(p *Clockwork, _ Context) (sim.Batcher, error) {
				return batching.NewClockwork(p.Sizes)
			}),
		plain("proteus", "Waits for more requests as long as the objectives allow, and drops requests that a whole batch makes late.",
			"Ahmad et al., ASPLOS 2024", func() sim.Batcher { return batching.NewProteus() }),
		tuned("sarathi", "Gives a step of an LLM engine as many tokens as the objective per token allows; other models get the batches of greedy.",
			"Agrawal et al., OSDI 2024", sarathiDefaults, func(p *Sarathi, _ Context) (sim.Batcher, error) {
				return batching.NewSarathi(p.Budget, p.Keeps)
			}),
		compiled("Asks the function batch of a WebAssembly module how many waiting requests start, leave, or wait, and how long.", wasm.Batch,
			func(m *wasm.Module, label string) sim.Batcher { return wasm.NewBatcher(m, label) }),
	}
}

// Timeout are the parameters of timeout.
type Timeout struct {
	MaxBatch int               `yaml:"max-batch" doc:"largest batch, in items; 0: that of the deployment"`
	MaxDelay quantity.Duration `yaml:"max-delay" doc:"longest wait for a full batch, from the arrival of the oldest request"`
}

func timeoutDefaults() *Timeout {
	return &Timeout{MaxDelay: quantity.Duration(batching.DefaultMaxDelay)}
}

// Triton are the parameters of triton.
type Triton struct {
	Preferred []int             `yaml:"preferred,distinct" doc:"batch sizes that start at once, in items; when empty, only the deployment's largest batch"`
	MaxDelay  quantity.Duration `yaml:"max-delay" doc:"longest wait for a preferred size, from the arrival of the oldest request; 0: no wait"`
}

func tritonDefaults() *Triton {
	return &Triton{MaxDelay: quantity.Duration(batching.DefaultQueueDelay)}
}

// Nexus are the parameters of nexus.
type Nexus struct {
	Batch int `yaml:"batch" doc:"size of the window, in items; 0: the deployment's largest batch"`
}

func nexusDefaults() *Nexus { return &Nexus{} }

// Clockwork are the parameters of clockwork.
type Clockwork struct {
	Sizes batching.Sizes `yaml:"sizes" doc:"sizes of batches: all, or powers-of-two and the deployment's largest batch"`
}

func clockworkDefaults() *Clockwork { return &Clockwork{Sizes: batching.EverySize} }

// Sarathi are the parameters of sarathi.
type Sarathi struct {
	Budget int     `yaml:"budget" doc:"tokens of a step, at most those of the engine; 0: as many as the objective per token allows"`
	Keeps  float64 `yaml:"keeps" doc:"a smaller budget is preferred if it keeps this share of the throughput (tokens per second) of the largest budget within the objective, in (0, 1]"`
}

// AIMD are the parameters of aimd.
type AIMD struct {
	Step    float64 `yaml:"step" doc:"items by which a batch grows after a full batch that was in time"`
	Backoff float64 `yaml:"backoff" doc:"factor on the size of a batch after a late one, in (0, 1)"`
}

func sarathiDefaults() *Sarathi { return &Sarathi{Keeps: batching.DefaultKept} }

func aimdDefaults() *AIMD { return &AIMD{Step: batching.DefaultStep, Backoff: batching.DefaultBackoff} }
