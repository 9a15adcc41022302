package builtin

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"wavetank/scenarios/strict"
	"wavetank/sim/profile"
	"wavetank/sim/tokens"
)

// Engine returns how a replica of the variant serves tokens. A step-time file is opened by open,
// which may be nil. Settings of its engine replace defaults of the profile. Every error begins with
// the wrong key. Faults that Check reports are strict.Faults.
func (p Profile) Engine(v Variant, open FileReader) (tokens.Config, error) {
	t := p.Tokens
	if t == nil {
		return tokens.Config{}, errors.New("the profile has no tokens")
	}
	faults := slices.Concat(strict.Validate(p), strict.Validate(t.StepTime.Coefficients), strict.Validate(t.StepTime.Roofline), strict.Validate(t.LoRA), strict.Validate(t.KVOffload))
	if len(faults) > 0 || t.StepTime == (StepTime{}) { // reported when it was read
		return tokens.Config{}, faults
	}
	parallel := tokens.Parallel{Stages: t.Stages, Hop: time.Duration(t.Hop), Ranks: t.Ranks}
	if err := p.divides(&parallel); err != nil {
		return tokens.Config{}, err
	}
	step, fitted, err := p.step(open)
	if err != nil {
		return tokens.Config{}, fmt.Errorf("step-time: %w", err)
	}
	c := tokens.Config{
		MaxSequences: t.Sequences, MaxTokens: t.BatchedTokens, Chunked: t.Chunked, LongPrefill: t.LongPrefill, WholePrompt: t.WholePrompt, Ahead: t.Ahead, PrefillFirst: t.PrefillFirst, PrefillReads: t.PrefillReads, Block: t.Block,
		Context: t.Context, PrefixCache: t.PrefixCache, Priority: t.Priority, Blocks: t.KVBlocks, TokenBytes: int64(t.TokenBytes), Parallel: parallel,
	}
	if c.TokenBytes == 0 && t.Architecture != nil {
		c.TokenBytes = int64(math.Ceil(t.Architecture.TokenBytes()))
	}
	if t.Speculative != nil {
		c.Draft, c.Acceptance, c.RandomAcceptance = t.Speculative.Draft, t.Speculative.Acceptance, t.Speculative.Random
	}
	c.Adapters = t.LoRA.adapters()
	if t.Handover != nil {
		c.Handover = tokens.Handover{Fixed: time.Duration(t.Handover.Fixed), Layers: t.Handover.Layers}
	}
	offload, err := t.KVOffload.offload(t.Block, c.TokenBytes, p.Memory)
	if err != nil {
		return c, err
	}
	c.Offload = offload
	given := cmp.Or(t.Overheads, &Overheads{})
	c.StepTime = step
	c.Before = time.Duration(cmp.Or(given.Before, fitted.Before))
	c.PerToken = time.Duration(cmp.Or(given.PerToken, fitted.PerToken))
	c.After = time.Duration(cmp.Or(given.After, fitted.After))
	if all := float64(max(1, p.GPUs)) * float64(p.GPUMemory); p.Device != CPU && float64(p.Load(v)) >= all {
		return c, fmt.Errorf("the weights, %v, do not fit into %.1f GiB of GPU memory", p.Load(v), all/(1<<30))
	}
	if c.Blocks == 0 {
		if c.Blocks, err = p.blocks(v); err != nil {
			return c, err
		}
	}
	return c, c.Validate()
}

// divides returns an error if the GPUs cannot be shared equally by the engines of a replica.
func (p Profile) divides(of *tokens.Parallel) error {
	key, parts := "pipeline-parallel-size", "stages"
	if of.Ranks > 1 {
		key, parts = "data-parallel-size", "ranks"
	}
	if n := of.Engines(); n > 1 && max(1, p.GPUs)%n != 0 {
		return fmt.Errorf("%s: %d %s cannot share %d GPUs equally", key, n, parts, max(1, p.GPUs))
	}
	return nil
}

// step returns the step-time model, and the overheads that were fitted with it. The engine takes
// the settings of the engine of the model where the scenario gives none.
func (p Profile) step(open FileReader) (s profile.StepTime, fitted Overheads, err error) {
	switch l := p.Tokens.StepTime; {
	case l.Coefficients != nil:
		s, err = l.Coefficients.StepTime()
	case l.Roofline != nil:
		s, err = l.Roofline.StepTime(*p.Tokens.Architecture, p.Device, max(1, p.GPUs)/max(1, p.Tokens.Stages))
	default:
		f, err := FindStepTime(l.Name, open)
		if err != nil {
			return s, fitted, err
		}
		p.Tokens.adopt(&f, f.GPU == p.Device && max(1, f.GPUs) == max(1, p.GPUs))
		s, err = f.StepTime.StepTime()
		return s, Overheads{f.Before, f.PerToken, f.After}, err
	}
	return s, fitted, err
}

// blocks returns the number of KV blocks that fit in the memory of the GPUs in addition to the
// weights, the adapters and the reserve.
func (p Profile) blocks(v Variant) (int, error) {
	t, gpus := p.Tokens, float64(max(1, p.GPUs))
	free := gpus*(t.MemoryUtilization*float64(p.GPUMemory)-float64(t.Reserve)) - float64(p.Load(v)) - t.LoRA.room()
	n := free / (float64(t.Block) * t.Architecture.TokenBytes())
	if !(n >= 1) || n > math.MaxInt32 {
		return 0, fmt.Errorf("kv-blocks: %.0f blocks fit in %.1f GiB in addition to the weights of %v", math.Floor(n), gpus*float64(p.GPUMemory)/(1<<30), p.Load(v))
	}
	return int(n), nil
}
