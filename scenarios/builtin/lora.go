package builtin

import (
	"fmt"
	"math"
	"time"

	"wavetank/scenarios/strict"
	"wavetank/sim/quantity"
	"wavetank/sim/tokens"
)

// LoRA describes the adapters of an LLM. Each tenant has an adapter of its own.
type LoRA struct {
	Slots   int                `yaml:"max-loras" doc:"largest number of adapters in the memory of the GPUs; requests of at most so many adapters run at a time (max_loras)"`
	Host    int                `yaml:"max-cpu-loras,omitempty" doc:"largest number of adapters in host memory, those on the GPUs included; as many as max-loras when not given (max_cpu_loras)"`
	Size    quantity.Bytes     `yaml:"adapter-size,required" doc:"bytes of an adapter"`
	Link    quantity.Bandwidth `yaml:"host-bandwidth" doc:"bandwidth by which an adapter moves from host memory to the GPUs"`
	Storage quantity.Bandwidth `yaml:"storage-bandwidth" doc:"bandwidth by which an adapter moves from the storage to host memory"`
}

// SetDefaults implements strict.Defaulter. The links are those of a PCIe 4.0 slot with 16 lanes,
// and of a network file system.
func (l *LoRA) SetDefaults() { *l = LoRA{Slots: 1, Link: 25e9, Storage: 1e9} }

// Check implements strict.Checker. It reports faults that the check of tokens.Config does not find.
func (l *LoRA) Check(_ *strict.Node, report func(path, message string)) {
	positive(report, "adapter-size", l.Size)
	for _, b := range []struct {
		key   string
		value quantity.Bandwidth
	}{{"host-bandwidth", l.Link}, {"storage-bandwidth", l.Storage}} {
		if !(b.value > 0) || math.IsInf(float64(b.value), 1) {
			report(b.key, fmt.Sprintf("must be positive, not %v", b.value))
		}
	}
}

// adapters returns the adapters as the engine needs them, or nil.
func (l *LoRA) adapters() *tokens.Adapters {
	if l == nil {
		return nil
	}
	takes := func(b quantity.Bandwidth) time.Duration {
		return time.Duration(min(math.Ceil(float64(l.Size)/float64(b)*1e9), math.MaxInt32*1e9))
	}
	a := &tokens.Adapters{Slots: l.Slots, Host: l.Host, Copy: takes(l.Link), Fetch: takes(l.Storage)}
	if a.Host == 0 {
		a.Host = a.Slots
	}
	return a
}

// room returns the bytes that the adapters on the GPUs take.
func (l *LoRA) room() float64 {
	if l == nil {
		return 0
	}
	return float64(l.Slots) * float64(l.Size)
}
