package builtin

import (
	"errors"
	"fmt"
	"math"

	"wavetank/scenarios/strict"
	"wavetank/sim/profile"
	"wavetank/sim/quantity"
	"wavetank/sim/tokens"
)

// KVOffload describes the part of the host memory of a replica that holds KV blocks.
type KVOffload struct {
	Size      quantity.Bytes     `yaml:"size,required" doc:"host memory for KV blocks, a part of the memory of the replica"`
	Bandwidth quantity.Bandwidth `yaml:"bandwidth" doc:"bandwidth by which blocks move from host memory to the GPUs"`
}

// SetDefaults implements strict.Defaulter. The link is a PCIe 4.0 slot with 16 lanes.
func (k *KVOffload) SetDefaults() { k.Bandwidth = 25e9 }

// Check implements strict.Checker. It reports faults that the check of tokens.Config does not find.
func (k *KVOffload) Check(_ *strict.Node, report func(path, message string)) {
	positive(report, "size", k.Size)
	if !(k.Bandwidth > 0) || math.IsInf(float64(k.Bandwidth), 1) {
		report("bandwidth", fmt.Sprintf("must be positive, not %v", k.Bandwidth))
	}
}

// offload returns the blocks in host memory as the engine needs them, or nil. Each has block tokens
// of so many bytes. The replica takes the given host memory.
func (k *KVOffload) offload(block int, token int64, memory quantity.Bytes) (*tokens.Offload, error) {
	switch {
	case k == nil:
		return nil, nil
	case token == 0:
		return nil, errors.New("kv-bytes-per-token: KV blocks move to host memory; give their bytes per token, or the architecture")
	case k.Size > memory:
		return nil, fmt.Errorf("kv-offload: %v are more than the host memory of a replica, %v", k.Size, memory)
	}
	bytes := float64(block) * float64(token)
	return &tokens.Offload{
		Blocks: int(float64(k.Size) / bytes),
		Grains: int64(math.Round(min(bytes/float64(k.Bandwidth), 1e3) * 1e9 * profile.Grains)),
	}, nil
}
