package builtin

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"wavetank/scenarios/strict"
	"wavetank/sim/profile"
	"wavetank/sim/quantity"
	"wavetank/sim/tokens"
)

// FittedEngine holds the settings of the engine with which a step-time model was fitted. The model
// is right only for an engine with the same settings.
type FittedEngine struct {
	Sequences     int    `yaml:"max-num-seqs,required" doc:"largest number of sequences that run at a time"`
	BatchedTokens int    `yaml:"max-num-batched-tokens,required" doc:"largest number of tokens in a step"`
	Chunked       bool   `yaml:"enable-chunked-prefill" doc:"a prompt may be computed in several steps"`
	LongPrefill   int    `yaml:"long-prefill-token-threshold,omitempty" doc:"largest number of prefill tokens of a sequence in a step"`
	WholePrompt   bool   `yaml:"scheduler-reserve-full-isl" doc:"a request is scheduled only if KV blocks for its whole prompt are free"`
	Ahead         bool   `yaml:"async-scheduling" doc:"a step is scheduled when the step before it begins"`
	Block         int    `yaml:"block-size,required" doc:"tokens of a KV block"`
	KVBlocks      int    `yaml:"kv-blocks,omitempty" doc:"number of KV blocks; not given: more than were used"`
	Context       int    `yaml:"max-model-len,omitempty" doc:"largest number of tokens of a request"`
	PrefixCache   bool   `yaml:"enable-prefix-caching" doc:"KV blocks are found again by their content"`
	Version       string `yaml:"version,omitempty" doc:"name and version of the engine"`
}

// EngineOf returns the settings of an engine.
func EngineOf(c *tokens.Config) FittedEngine {
	return FittedEngine{
		Sequences: c.MaxSequences, BatchedTokens: c.MaxTokens, Chunked: c.Chunked, LongPrefill: c.LongPrefill, WholePrompt: c.WholePrompt,
		Ahead: c.Ahead, Block: c.Block, KVBlocks: c.Blocks, Context: c.Context, PrefixCache: c.PrefixCache,
	}
}

// Differences returns the settings of scheduling that another engine has with other values, as
// words: async-scheduling: true, not false.
func (e FittedEngine) Differences(c *tokens.Config) (list []string) {
	for _, one := range []struct {
		name        string
		fitted, has bool
	}{
		{"enable-chunked-prefill", e.Chunked, c.Chunked}, {"scheduler-reserve-full-isl", e.WholePrompt, c.WholePrompt}, {"async-scheduling", e.Ahead, c.Ahead},
	} {
		if one.fitted != one.has {
			list = append(list, fmt.Sprintf("%s: %v, not %v", one.name, one.fitted, one.has))
		}
	}
	return list
}

// adopt sets those settings that the file of the scenario does not give to those of the engine with
// which the step-time model was fitted. KV blocks are those of the same GPUs only. All settings
// stay as they are if they were not read from a file.
func (t *Tokens) adopt(law *StepTimeFile, sameGPUs bool) {
	e := law.Engine
	if e == nil || t.given == "" {
		return
	}
	for _, one := range []struct {
		key    string
		to     *int
		fitted int
	}{
		{"max-num-seqs", &t.Sequences, e.Sequences}, {"max-num-batched-tokens", &t.BatchedTokens, e.BatchedTokens},
		{"long-prefill-token-threshold", &t.LongPrefill, e.LongPrefill}, {"block-size", &t.Block, e.Block}, {"kv-blocks", &t.KVBlocks, e.KVBlocks},
	} {
		usable := one.fitted > 0 && (one.to != &t.KVBlocks || sameGPUs)
		if usable && !t.gives(one.key) && *one.to != one.fitted {
			*one.to = one.fitted
			t.adopted = append(t.adopted, fmt.Sprintf("%s: %d", one.key, one.fitted))
		}
	}
	for _, one := range []struct {
		key    string
		to     *bool
		fitted bool
	}{
		{"enable-chunked-prefill", &t.Chunked, e.Chunked}, {"scheduler-reserve-full-isl", &t.WholePrompt, e.WholePrompt},
		{"async-scheduling", &t.Ahead, e.Ahead}, {"enable-prefix-caching", &t.PrefixCache, e.PrefixCache},
	} {
		if !t.gives(one.key) && *one.to != one.fitted {
			*one.to = one.fitted
			t.adopted = append(t.adopted, fmt.Sprintf("%s: %v", one.key, one.fitted))
		}
	}
}

// gives reports whether the file has a key.
func (t *Tokens) gives(key string) bool { return strings.Contains(t.given, " "+key+" ") }

// Adopted returns the settings that are not the usual ones, because they were taken from the engine
// with which the step-time model was fitted: max-num-seqs: 128, async-scheduling: true. "" means
// none.
func (t *Tokens) Adopted() string { return strings.Join(t.adopted, ", ") }

// SeenRange is the range of a quantity.
type SeenRange struct {
	Least float64 `yaml:"least,required" doc:"smallest value"`
	Most  float64 `yaml:"most,required" doc:"largest value"`
}

// Seen holds the ranges of what the measurements of a step-time model contain. Outside of them its
// predictions are extrapolated.
type Seen struct {
	Prompt    SeenRange `yaml:"prompt,required" doc:"tokens of a prompt"`
	Context   SeenRange `yaml:"context,required" doc:"tokens of a request, prompt and answer together"`
	Sequences SeenRange `yaml:"sequences,required" doc:"requests in flight at a replica: the mean of the lightest load, and the most of all loads"`
	Tokens    SeenRange `yaml:"tokens-per-second,required" doc:"mean tokens of prompts and answers per second of the loads, at a replica"`
}

// How far predictions may be outside of the ranges before they count as extrapolated.
const (
	above = 1.25
	below = 0.5
)

// Longer reports whether a request is longer than those that were measured.
func (s Seen) Longer(input, output int32) bool {
	return float64(input) > above*s.Prompt.Most || float64(input)+float64(output) > above*s.Context.Most
}

// Beyond returns in words where other measurements or loads are outside of the ranges, by more than
// a quarter above or a half below.
func (s Seen) Beyond(other Seen) (list []string) {
	for _, one := range []struct {
		name      string
		has, seen SeenRange
	}{
		{"prompts of %.0f to %.0f tokens", other.Prompt, s.Prompt}, {"requests of %.0f to %.0f tokens", other.Context, s.Context},
		{"%.0f to %.0f requests in flight", other.Sequences, s.Sequences}, {"%.0f to %.0f tokens per second", other.Tokens, s.Tokens},
	} {
		if one.has.Most > above*one.seen.Most || one.has.Least < below*one.seen.Least {
			list = append(list, fmt.Sprintf(one.name+" (seen: %.0f to %.0f)", one.has.Least, one.has.Most, one.seen.Least, one.seen.Most))
		}
	}
	return list
}

// Draws are other coefficients that are about as likely as those of the model. Predictions with
// them tell how certain a prediction is.
type Draws struct {
	Of     []string `yaml:"of,required" doc:"coefficients and overheads, in the order of the values"`
	Values []string `yaml:"values,required" doc:"values of one draw, in a row"`
}

// Add adds a draw. Values are in seconds.
func (d *Draws) Add(values []float64) {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = quantity.Span(v).Round(4).String()
	}
	d.Values = append(d.Values, strings.Join(words, " "))
}

// Check reports draws that cannot be read.
func (d *Draws) Check(_ *strict.Node, report func(path, message string)) {
	if _, err := d.engines(tokens.Config{}); err != nil {
		report("values", err.Error())
	}
}

// engines returns the engine with each of the draws.
func (d *Draws) engines(c tokens.Config) (list []tokens.Config, err error) {
	var faults []error
	for i, line := range d.Values {
		words := strings.Fields(line)
		if len(words) != len(d.Of) {
			faults = append(faults, fmt.Errorf("draw %d has %d values, not %d", i+1, len(words), len(d.Of)))
			continue
		}
		v, drawn := c.StepTime.Vector(), c
		for k, word := range words {
			var span quantity.Span
			if err := span.UnmarshalText([]byte(word)); err != nil {
				faults = append(faults, fmt.Errorf("draw %d: %w", i+1, err))
				continue
			}
			seconds := float64(span)
			switch at := profile.CoefficientIndex(d.Of[k]); {
			case at >= 0:
				v[at] = seconds
			case d.Of[k] == "before":
				drawn.Before = time.Duration(1e9 * seconds)
			case d.Of[k] == "per-token":
				drawn.PerToken = time.Duration(1e9 * seconds)
			case d.Of[k] == "after":
				drawn.After = time.Duration(1e9 * seconds)
			default:
				faults = append(faults, fmt.Errorf("there is no coefficient %q", d.Of[k]))
			}
		}
		var err error
		if drawn.StepTime, err = v.StepTime(c.StepTime.Experts); err != nil {
			faults = append(faults, err)
		}
		list = append(list, drawn)
	}
	return list, errors.Join(faults...)
}

// Engines returns an engine with each of the draws of a step-time file; none if it has no draws.
func (f *StepTimeFile) Engines(c tokens.Config) []tokens.Config {
	if f.Draws == nil {
		return nil
	}
	list, err := f.Draws.engines(c)
	if err != nil {
		return nil // reported when the file was read
	}
	return list
}
