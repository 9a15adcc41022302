package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"wavetank/scenarios/builtin"
	"wavetank/sim/quantity"
	"wavetank/sim/tokens"
)

// engineOptions are the settings of the simulated engine.
type engineOptions struct{ config tokens.Config }

// flags adds a flag for each setting, with vLLM's names.
func (o *engineOptions) flags(c *cobra.Command) {
	f, e := c.Flags(), &o.config
	f.IntVar(&e.MaxSequences, "max-num-seqs", 256, "most sequences in a step")
	f.IntVar(&e.MaxTokens, "max-num-batched-tokens", 2048, "most tokens in a step")
	f.BoolVar(&e.Chunked, "chunked-prefill", true, "a prompt may be computed in several steps")
	f.BoolVar(&e.WholePrompt, "scheduler-reserve-full-isl", false, "a request is scheduled only when KV blocks for its whole prompt are free")
	f.BoolVar(&e.Ahead, "async-scheduling", false, "a step is scheduled when the one before it begins")
	f.IntVar(&e.LongPrefill, "long-prefill-token-threshold", 0, "most prefill tokens of a sequence in a step; 0: no limit")
	f.IntVar(&e.Block, "block-size", 16, "tokens of a KV block")
	f.IntVar(&e.Blocks, "num-gpu-blocks", unlimitedBlocks, "number of KV blocks; the default is more than any run uses")
	f.IntVar(&e.Context, "max-model-len", 131072, "most tokens of a request")
	f.BoolVar(&e.PrefixCache, "prefix-caching", true, "a prompt reuses KV blocks with the same content")
	f.IntVar(&e.Draft, "num-speculative-tokens", 0, "speculative tokens in a step")
	f.Float64Var(&e.Acceptance, "acceptance", 0, "probability that a speculative token is accepted; fitted when not given")
}

// unlimitedBlocks is a number of KV blocks that no run uses up.
const unlimitedBlocks = 1 << 20

// startOptions are the step-time model of an engine, and the time before a request can be
// scheduled.
type startOptions struct{ start, before string }

// apply sets the step-time model and the overheads of an engine. It prints a note to w if the file
// uses former names of keys.
func (o *startOptions) apply(w io.Writer, c *tokens.Config) error {
	if o.start != "" {
		l, err := builtin.FindStepTime(o.start, readSmall)
		if err != nil {
			return err
		}
		for _, warning := range l.Warnings {
			fmt.Fprintf(w, "warning: %s\n", warning)
		}
		if c.StepTime, err = l.StepTime.StepTime(); err != nil {
			return err
		}
		c.Before, c.PerToken, c.After = time.Duration(l.Before), time.Duration(l.PerToken), time.Duration(l.After)
	}
	if o.before != "" {
		var before quantity.Duration
		if err := before.UnmarshalText([]byte(o.before)); err != nil {
			return fmt.Errorf("--before: %w", err)
		}
		c.Before = time.Duration(before)
	}
	return nil
}

// describe returns one line that describes the simulated engine.
func (o *engineOptions) describe(of *builtin.StepTimeFile) string {
	e := &o.config
	parts := []string{count(e.MaxSequences, "sequence", "sequences"), count(e.MaxTokens, "token", "tokens") + " in a step"}
	on := func(is bool, name string) {
		if !is {
			name = "no " + name
		}
		parts = append(parts, name)
	}
	on(e.Chunked, "chunked prefill")
	on(e.PrefixCache, "prefix cache")
	if e.Ahead {
		parts = append(parts, "scheduled a step ahead")
	}
	if e.Blocks < unlimitedBlocks {
		parts = append(parts, fmt.Sprintf("%s of %s", count(e.Blocks, "KV block", "KV blocks"), count(e.Block, "token", "tokens")))
	}
	return fmt.Sprintf("%s, %d × %s: %s", of.Model, of.GPUs, of.GPU, strings.Join(parts, ", "))
}
