package commands

import (
	"errors"

	"github.com/spf13/cobra"

	"wavetank/scenarios/builtin"
	"wavetank/scenarios/calibrate/measured"
	"wavetank/sim/tokens"
)

// settings are files with settings of an engine. The first file that has a value wins.
type settings []*measured.Settings

// readArguments reads the file of --engine.
func readArguments(file string) (*measured.Settings, error) {
	data, err := readSmall(file)
	if err != nil {
		return nil, err
	}
	return measured.ReadSettings(file, data)
}

// number returns the value of the first name that a file has, or nil if no file has one of them.
// The value must be at least low.
func (s settings) number(low float64, names ...string) (*float64, error) {
	for _, a := range s {
		if v, err := a.Number(low, names...); err != nil || v != nil {
			return v, err
		}
	}
	return nil, nil
}

// text returns the text of the first name that a file has.
func (s settings) text(names ...string) (string, bool) {
	for _, a := range s {
		if v, _, ok := a.Text(names...); ok {
			return v, true
		}
	}
	return "", false
}

// adopt sets the values that the files give, unless a flag gives them. It reports whether the
// number of KV blocks is known. The error joins all faults.
func (s settings) adopt(c *cobra.Command, e *tokens.Config, file *builtin.StepTimeFile, replicas *int) (blocks bool, err error) {
	given := func(flag string) bool { return c.Flags().Changed(flag) }
	blocks = given("num-gpu-blocks")
	var faults []error
	for _, one := range []struct {
		flag  string
		to    *int
		low   float64
		names []string
	}{
		{"max-num-seqs", &e.MaxSequences, 1, []string{"max_num_seqs"}},
		{"max-num-batched-tokens", &e.MaxTokens, 1, []string{"max_num_batched_tokens"}},
		{"long-prefill-token-threshold", &e.LongPrefill, 0, []string{"long_prefill_token_threshold"}},
		{"block-size", &e.Block, 1, []string{"block_size"}},
		{"num-gpu-blocks", &e.Blocks, 1, []string{"num_gpu_blocks", "num_gpu_blocks_override"}},
		{"max-model-len", &e.Context, 1, []string{"max_model_len"}},
		{"num-speculative-tokens", &e.Draft, 0, []string{"num_speculative_tokens"}},
		{"gpus", &file.GPUs, 1, []string{"tensor_parallel_size"}},
		{"replicas", replicas, 1, []string{"data_parallel_size"}},
	} {
		v, fault := s.number(one.low, one.names...)
		faults = append(faults, fault)
		if v != nil && !given(one.flag) {
			*one.to = int(min(*v, 1<<30))
			blocks = blocks || one.to == &e.Blocks
		}
	}
	faults = append(faults, s.adoptSwitches(given, e))
	for _, one := range []struct {
		flag  string
		to    *string
		names []string
	}{
		{"model", &file.Model, []string{"model"}},
		{"gpu", &file.GPU, []string{"device_name"}},
		{"date", &file.Date, []string{"started_at", "date"}},
	} {
		if v, ok := s.text(one.names...); ok && !given(one.flag) {
			*one.to = v
		}
	}
	return blocks, errors.Join(faults...)
}

// adoptSwitches is adopt for settings that are on or off.
func (s settings) adoptSwitches(given func(flag string) bool, e *tokens.Config) error {
	var faults []error
	for _, one := range []struct {
		flag string
		to   *bool
		name string
	}{
		{"chunked-prefill", &e.Chunked, "enable_chunked_prefill"},
		{"prefix-caching", &e.PrefixCache, "enable_prefix_caching"},
		{"scheduler-reserve-full-isl", &e.WholePrompt, "scheduler_reserve_full_isl"},
		{"async-scheduling", &e.Ahead, "async_scheduling"},
	} {
		for _, a := range s {
			v, err := a.Switch(one.name)
			if err == nil && v == nil {
				continue
			}
			if faults = append(faults, err); v != nil && !given(one.flag) {
				*one.to = *v
			}
			break
		}
	}
	return errors.Join(faults...)
}
