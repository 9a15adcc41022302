package builtin

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"wavetank/scenarios/strict"
	"wavetank/sim/profile"
	"wavetank/sim/quantity"
)

// StepTable is the user's form of profile.StepTable: measured times, between which a step-time
// model interpolates.
type StepTable struct {
	Graphs    int          `yaml:"cuda-graphs,omitempty" doc:"a step of at most this many tokens takes the time of the next larger CUDA graph; not given: no CUDA graphs"`
	Tokens    SizeTimes    `yaml:"tokens,required" doc:"time of all kernels whose time depends on the tokens of a step"`
	Sequences *SizeTimes   `yaml:"sequences,omitempty" doc:"time of all kernels whose time depends on the sequences of a step"`
	Experts   *SizeTimes   `yaml:"experts,omitempty" doc:"time of the experts and of the exchange with other replicas, by the tokens of a step; of all replicas that share the experts"`
	Ranks     int          `yaml:"data-parallel-size,omitempty" doc:"replicas that share the experts; each is taken to have as many tokens in a step as this one; not given: one"`
	Decode    DecodeTimes  `yaml:"decode,required" doc:"time of attention if sequences only decode"`
	Prefill   PrefillTimes `yaml:"prefill,required" doc:"time of attention if one sequence only computes a prompt"`
	Mixed     *MixedTimes  `yaml:"mixed,omitempty" doc:"time of attention if one sequence computes a prompt while others decode; not given: the sum of both"`
}

// mostRanks is the largest number of replicas that share experts.
const mostRanks = 4096

// SizeTimes are times by one size.
type SizeTimes struct {
	At   Sizes `yaml:"at,required" doc:"sizes, ascending: 1 2 4 8"`
	Time Spans `yaml:"time,required" doc:"one time for each size: 9.3µs 9.4µs 10µs 12µs"`
}

// DecodeTimes are times of attention if sequences only decode.
type DecodeTimes struct {
	Sequences Sizes   `yaml:"sequences,required" doc:"numbers of sequences that decode, ascending"`
	Context   Sizes   `yaml:"context,required" doc:"tokens that each of them has in the KV cache, ascending"`
	Time      []Spans `yaml:"time,required" doc:"a row for each number of sequences, with a time for each context; times in a row do not fall"`
}

// PrefillTimes are times of attention if one sequence only computes a prompt.
type PrefillTimes struct {
	Cached   Sizes   `yaml:"cached,required" doc:"tokens of the prompt that are in the KV cache, ascending"`
	Computed Sizes   `yaml:"computed,required" doc:"tokens of the prompt that the step computes, ascending"`
	Time     []Spans `yaml:"time,required" doc:"a row for each number of cached tokens, with a time for each number of computed tokens"`
}

// MixedTimes are times of attention if one sequence computes a prompt while others decode.
type MixedTimes struct {
	Computed  Sizes   `yaml:"computed,required" doc:"tokens of the prompt that the step computes, ascending"`
	Cached    Sizes   `yaml:"cached,required" doc:"tokens of the prompt that are in the KV cache, ascending"`
	Sequences Sizes   `yaml:"sequences,required" doc:"numbers of sequences that decode, ascending"`
	Context   Sizes   `yaml:"context,required" doc:"tokens that each of them has in the KV cache, ascending"`
	Time      []Spans `yaml:"time,required" doc:"a row for each combination of the first three, of which sequences changes first and computed last; with a time for each context"`
}

// Sizes are whole numbers in a row, such as 1 2 4 8.
type Sizes []int64

// UnmarshalText reads whole numbers with spaces between them.
func (s *Sizes) UnmarshalText(text []byte) error {
	var faults []error
	*s = nil
	for _, word := range strings.Fields(string(text)) {
		n, err := strconv.ParseInt(word, 10, 64)
		if err != nil {
			faults = append(faults, fmt.Errorf("%q is not a whole number", word))
		}
		*s = append(*s, n)
	}
	return errors.Join(faults...)
}

// MarshalText writes the numbers with spaces between them.
func (s Sizes) MarshalText() ([]byte, error) {
	var text []byte
	for i, n := range s {
		if i > 0 {
			text = append(text, ' ')
		}
		text = strconv.AppendInt(text, n, 10)
	}
	return text, nil
}

// Spans are spans of time in a row, such as 9.3µs 9.4µs.
type Spans []quantity.Span

// UnmarshalText reads spans with spaces between them.
func (s *Spans) UnmarshalText(text []byte) error {
	var faults []error
	words := strings.Fields(string(text))
	*s = make(Spans, len(words))
	for i, word := range words {
		if err := (*s)[i].UnmarshalText([]byte(word)); err != nil {
			faults = append(faults, fmt.Errorf("time %d: %w", i+1, err))
		}
	}
	return errors.Join(faults...)
}

// MarshalText writes the spans with spaces between them.
func (s Spans) MarshalText() ([]byte, error) {
	words := make([]string, len(s))
	for i, v := range s {
		words[i] = v.String()
	}
	return []byte(strings.Join(words, " ")), nil
}

// reportTable reports a fault of a table: the key, and what is wrong.
type reportTable = func(key, message string)

// check reports sizes that do not ascend.
func (s Sizes) check(report reportTable, key string) {
	if len(s) == 0 {
		report(key, "there is no size")
	}
	for i, v := range s {
		if v < 0 || v > profile.LargestSize {
			report(key, fmt.Sprintf("%d is not between 0 and %d", v, profile.LargestSize))
		}
		if i > 0 && v <= s[i-1] {
			report(key, fmt.Sprintf("%d comes after %d: sizes ascend", v, s[i-1]))
		}
	}
}

// check reports a row that has too few or too many times, or negative ones.
func (s Spans) check(report reportTable, key string, sizes int) {
	if len(s) != sizes {
		report(key, fmt.Sprintf("there are %d times for %d sizes", len(s), sizes))
	}
	for i, v := range s {
		if v < 0 {
			report(key, fmt.Sprintf("time %d, %v, is negative", i+1, v))
		}
	}
}

// checkRows reports faults of several rows. The last of the axes belongs to the times of a row.
func checkRows(report reportTable, rows []Spans, axes ...Sizes) {
	combinations, last := 1, len(axes)-1
	for _, a := range axes[:last] {
		combinations *= len(a)
	}
	if len(rows) != combinations {
		report("time", fmt.Sprintf("there are %d rows for %d sizes, or combinations of sizes", len(rows), combinations))
	}
	for i, row := range rows {
		row.check(report, fmt.Sprintf("time[%d]", i), len(axes[last]))
	}
}

// Check implements strict.Checker.
func (t *StepTable) Check(_ *strict.Node, report func(path, message string)) {
	if t.Graphs < 0 {
		report("cuda-graphs", fmt.Sprintf("%d is negative", t.Graphs))
	}
	if t.Ranks < 0 || t.Ranks > mostRanks {
		report("data-parallel-size", fmt.Sprintf("%d is not between 1 and %d", t.Ranks, mostRanks))
	}
	if t.Ranks > 1 && t.Experts == nil {
		report("data-parallel-size", "there are no experts that replicas could share")
	}
}

// Check implements strict.Checker.
func (t *SizeTimes) Check(_ *strict.Node, report func(path, message string)) {
	t.At.check(report, "at")
	t.Time.check(report, "time", len(t.At))
}

// Check implements strict.Checker.
func (t *DecodeTimes) Check(_ *strict.Node, report func(path, message string)) {
	t.Sequences.check(report, "sequences")
	t.Context.check(report, "context")
	checkRows(report, t.Time, t.Sequences, t.Context)
	for i, row := range t.Time {
		for k := 1; k < len(row); k++ {
			if row[k] < row[k-1] {
				report(fmt.Sprintf("time[%d]", i), fmt.Sprintf("time %d, %v, is less than the one before, %v: times do not fall with the context", k+1, row[k], row[k-1]))
			}
		}
	}
}

// Check implements strict.Checker.
func (t *PrefillTimes) Check(_ *strict.Node, report func(path, message string)) {
	t.Cached.check(report, "cached")
	t.Computed.check(report, "computed")
	checkRows(report, t.Time, t.Cached, t.Computed)
}

// Check implements strict.Checker.
func (t *MixedTimes) Check(_ *strict.Node, report func(path, message string)) {
	t.Computed.check(report, "computed")
	t.Cached.check(report, "cached")
	t.Sequences.check(report, "sequences")
	t.Context.check(report, "context")
	checkRows(report, t.Time, t.Computed, t.Cached, t.Sequences, t.Context)
}

// step converts a table without faults to grains. The table nil is no table.
func (t *StepTable) step() *profile.StepTable {
	if t == nil {
		return nil
	}
	s := &profile.StepTable{Graphs: int64(t.Graphs), Ranks: int64(t.Ranks), Tokens: t.Tokens.curve(), Sequences: t.Sequences.curve(), Experts: t.Experts.curve()}
	s.Decode = profile.StepGrid{Axes: [][]int64{t.Decode.Sequences, t.Decode.Context}, Time: grains(t.Decode.Time...)}
	s.Prefill = profile.StepGrid{Axes: [][]int64{t.Prefill.Cached, t.Prefill.Computed}, Time: grains(t.Prefill.Time...)}
	if m := t.Mixed; m != nil {
		s.Mixed = profile.StepGrid{Axes: [][]int64{m.Computed, m.Cached, m.Sequences, m.Context}, Time: grains(m.Time...)}
	}
	return s
}

func (t *SizeTimes) curve() profile.StepCurve {
	if t == nil {
		return profile.StepCurve{}
	}
	return profile.StepCurve{At: t.At, Time: grains(t.Time)}
}

// grains returns the times of several rows, one after another.
func grains(rows ...Spans) (list []int64) {
	for _, row := range rows {
		for _, v := range row {
			list = append(list, int64(math.Round(float64(v)*1e9*profile.Grains)))
		}
	}
	return list
}
