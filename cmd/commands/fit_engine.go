package commands

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
	f.IntVar(&e.Ranks, "data-parallel-size", 1, "ranks with data-parallel attention, which share the experts; their steps end together; for --compare, and for fit kernels --shape table")
	f.IntVar(&e.Draft, "num-speculative-tokens", 0, "speculative tokens in a step")
	f.Float64Var(&e.Acceptance, "acceptance", 0, "probability that a speculative token is accepted; fitted when not given")
}

// unlimitedBlocks is a number of KV blocks that no run uses up.
const unlimitedBlocks = 1 << 20

// startOptions are the step-time model of an engine, and the time before a request can be
// scheduled.
type startOptions struct {
	start, before string
	file          builtin.StepTimeFile // that of start, once it is read
}

// read reads the step-time file, and sets those settings of an engine that are not given by flags
// to the settings with which it was fitted. It prints a note to w if the file uses former names of
// keys. It reports whether the number of KV blocks is known.
func (o *startOptions) read(c *cobra.Command, e *tokens.Config) (blocks bool, err error) {
	if o.start == "" {
		return false, nil
	}
	w := c.ErrOrStderr()
	if o.file, err = builtin.FindStepTime(o.start, readSmall); err != nil {
		return false, err
	}
	for _, warning := range o.file.Warnings {
		fmt.Fprintf(w, "warning: %s\n", warning)
	}
	given := func(flag string) bool { return c.Flags().Changed(flag) }
	if t := o.file.StepTime.Table; t != nil && !given("data-parallel-size") {
		e.Ranks = max(1, t.Ranks)
	}
	fitted := o.file.Engine
	if fitted == nil {
		return false, nil
	}
	for _, one := range []struct {
		flag   string
		to     *int
		fitted int
	}{
		{"max-num-seqs", &e.MaxSequences, fitted.Sequences}, {"max-num-batched-tokens", &e.MaxTokens, fitted.BatchedTokens},
		{"long-prefill-token-threshold", &e.LongPrefill, fitted.LongPrefill}, {"block-size", &e.Block, fitted.Block},
		{"num-gpu-blocks", &e.Blocks, fitted.KVBlocks}, {"max-model-len", &e.Context, fitted.Context},
	} {
		if one.fitted > 0 && !given(one.flag) {
			*one.to = one.fitted
		}
	}
	for _, one := range []struct {
		flag   string
		to     *bool
		fitted bool
	}{
		{"chunked-prefill", &e.Chunked, fitted.Chunked}, {"scheduler-reserve-full-isl", &e.WholePrompt, fitted.WholePrompt},
		{"async-scheduling", &e.Ahead, fitted.Ahead}, {"prefix-caching", &e.PrefixCache, fitted.PrefixCache},
	} {
		if !given(one.flag) {
			*one.to = one.fitted
		}
	}
	return fitted.KVBlocks > 0, nil
}

// apply sets the step-time model and the overheads of an engine, and warns if the engine schedules
// in another way than that with which the model was fitted.
func (o *startOptions) apply(w io.Writer, c *tokens.Config) (err error) {
	if o.start != "" {
		l := &o.file
		if c.StepTime, err = l.StepTime.StepTime(); err != nil {
			return err
		}
		c.Before, c.PerToken, c.After = time.Duration(l.Before), time.Duration(l.PerToken), time.Duration(l.After)
		if l.Engine != nil {
			for _, other := range l.Engine.Differences(c) {
				fmt.Fprintf(w, "warning: %s was fitted with %s\n", o.start, other)
			}
		}
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
	if e.Ranks > 1 {
		parts = append(parts, fmt.Sprintf("%d ranks", e.Ranks))
	}
	if e.Ahead {
		parts = append(parts, "scheduled a step ahead")
	}
	if e.Blocks < unlimitedBlocks {
		parts = append(parts, fmt.Sprintf("%s of %s", count(e.Blocks, "KV block", "KV blocks"), count(e.Block, "token", "tokens")))
	}
	return fmt.Sprintf("%s, %d × %s: %s", of.Model, of.GPUs, of.GPU, strings.Join(parts, ", "))
}
