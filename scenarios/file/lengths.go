package file

import (
	"errors"
	"fmt"
	"math"

	"wavetank/scenarios/strict"
	"wavetank/workload/distribution"
	"wavetank/workload/table"
)

// TokenLengths is a law of whole numbers of at least 1, by name with its parameters: tokens of a prompt or an answer, turns.
type TokenLengths struct{ selection }

// Names implements strict.Selector.
func (*TokenLengths) Names() []string { return names(lengthKinds) }

// Params implements strict.Selector.
func (*TokenLengths) Params(name string) (any, bool) { return params(lengthKinds, name) }

// Check implements strict.Checker.
func (c *TokenLengths) Check(_ *strict.Node, report func(path, message string)) {
	if p, ok := c.params.(lengthParameters); ok {
		_, err := p.Distribution(nil)
		ReportFields(err, c.name, report)
	}
}

// Distribution returns the law chosen; open opens files that it names.
func (c *TokenLengths) Distribution(open func(file string) table.File) (distribution.Count, error) {
	p, ok := c.params.(lengthParameters)
	if !ok { // it could not be read, which is reported
		return nil, errors.New("there is no law")
	}
	return p.Distribution(open)
}

// TableFile returns the file that the law names; empty: none.
func (c *TokenLengths) TableFile() string {
	if p, ok := c.params.(*HistogramLengths); ok {
		return p.File
	}
	return ""
}

// countLaw is the parameters of a law. With no way to open files, one that names a file checks its parameters only.
type lengthParameters interface {
	Distribution(open func(file string) table.File) (distribution.Count, error)
}

var lengthKinds = []kind{
	{"fixed", func() any { return &FixedLengths{} }},
	{"normal", func() any { return &NormalLengths{bounds: bounds{1, distribution.LargestCount}} }},
	{"lognormal", func() any { return &LognormalLengths{bounds: bounds{1, distribution.LargestCount}} }},
	{"geometric", func() any { return &GeometricLengths{bounds: bounds{1, distribution.LargestCount}} }},
	{"histogram", func() any { return &HistogramLengths{} }},
}

// bounds are what values outside become.
type bounds struct {
	Min int32 `yaml:"min" was:"least" doc:"values below become this one"`
	Max int32 `yaml:"max" was:"most" doc:"values above become this one"`
}

// FixedLengths is a law of one value.
type FixedLengths struct {
	Value int32 `yaml:"value,required" doc:"the value"`
}

// NormalLengths is a normal law, clamped.
type NormalLengths struct {
	Mean   float64 `yaml:"mean,required" doc:"mean before values are clamped"`
	SD     float64 `yaml:"sd,required" was:"deviation" doc:"standard deviation before values are clamped"`
	bounds `yaml:",inline"`
}

// LognormalLengths is a lognormal law, clamped.
type LognormalLengths struct {
	Mean   float64 `yaml:"mean,required" doc:"mean before values are clamped"`
	SD     float64 `yaml:"sd,required" was:"deviation" doc:"standard deviation before values are clamped"`
	bounds `yaml:",inline"`
}

// GeometricLengths is a geometric law on 1, 2, …, clamped.
type GeometricLengths struct {
	Mean   float64 `yaml:"mean,required" doc:"mean before values are clamped"`
	bounds `yaml:",inline"`
}

// HistogramLengths is an empirical law.
type HistogramLengths struct {
	Bins []Bin  `yaml:"bins,omitempty" doc:"parts that rise and do not overlap; within one all values are equally likely"`
	File string `yaml:"file,omitempty" doc:"a table of the bins instead, plain or gzip, with the columns from, to (optional) and share; relative to the scenario file"`
}

// Bin is a part of a histogram.
type Bin struct {
	From  int32   `yaml:"from,required" doc:"smallest value"`
	To    int32   `yaml:"to,omitempty" was:"upto" doc:"largest value; from when not given"`
	Share float64 `yaml:"share,required" doc:"relative share of the values in it"`
}

// Distribution implements lengthParameters.
func (p *FixedLengths) Distribution(func(string) table.File) (distribution.Count, error) {
	return distribution.FixedCount(p.Value)
}

// Distribution implements lengthParameters.
func (p *NormalLengths) Distribution(func(string) table.File) (distribution.Count, error) {
	return distribution.NormalCount(p.Mean, p.SD, distribution.Bounds(p.bounds))
}

// Distribution implements lengthParameters.
func (p *LognormalLengths) Distribution(func(string) table.File) (distribution.Count, error) {
	return distribution.LognormalCount(p.Mean, p.SD, distribution.Bounds(p.bounds))
}

// Distribution implements lengthParameters.
func (p *GeometricLengths) Distribution(func(string) table.File) (distribution.Count, error) {
	return distribution.GeometricCount(p.Mean, distribution.Bounds(p.bounds))
}

// Distribution implements lengthParameters.
func (p *HistogramLengths) Distribution(open func(string) table.File) (distribution.Count, error) {
	if (len(p.Bins) == 0) == (p.File == "") {
		return nil, errors.New("bins: a histogram has either bins or a file")
	}
	if p.File != "" {
		if open == nil {
			return nil, nil
		}
		law, err := distribution.ReadHistogram(open(p.File))
		if err != nil {
			return nil, fmt.Errorf("file: %w", err)
		}
		return law, nil
	}
	bins := make([]distribution.Bin, len(p.Bins))
	for i, b := range p.Bins {
		if b.To == 0 {
			b.To = b.From
		}
		bins[i] = distribution.Bin(b)
	}
	return distribution.Histogram(bins)
}

// SystemPrompts are what the prompts of a stream begin with: one kind for all of them, or a list of kinds in their shares.
type SystemPrompts []SystemPrompt

// SystemPrompt is a kind of system prompt.
type SystemPrompt struct {
	Tokens   int32   `yaml:"tokens,required" doc:"its length; the input comes after it. In a list, 0 is for prompts that begin with their input"`
	Variants int     `yaml:"count" was:"variants" doc:"how many different ones there are, each equally likely"`
	Share    float64 `yaml:"share" doc:"share of the requests, or conversations, that begin with it, relative to those of the list"`
}

// DecodeNode implements strict.NodeDecoder.
func (p *SystemPrompts) DecodeNode(n *strict.Node, d *strict.Decoder) {
	if n.Shape() == strict.Sequence {
		d.Decode(n, (*[]SystemPrompt)(p))
		return
	}
	*p = make(SystemPrompts, 1)
	d.Decode(n, &(*p)[0])
}

// Shapes implements strict.Shaper.
func (SystemPrompts) Shapes() []any { return []any{SystemPrompt{}, []SystemPrompt{}} }

// EncodeValue implements strict.ValueEncoder.
func (p SystemPrompts) EncodeValue() any {
	if len(p) == 1 {
		return p[0]
	}
	return []SystemPrompt(p)
}

// Mean returns the mean number of tokens; 0 where there is none.
func (p SystemPrompts) Mean() float64 {
	tokens, shares := 0.0, 0.0
	for _, s := range p {
		tokens, shares = tokens+s.Share*float64(s.Tokens), shares+s.Share
	}
	return tokens / max(shares, math.SmallestNonzeroFloat64)
}

// SetDefaults implements strict.Defaulter.
func (p *SystemPrompt) SetDefaults() { p.Variants, p.Share = 1, 1 }

// Check implements strict.Checker.
func (p *SystemPrompts) Check(at *strict.Node, report func(path, message string)) {
	for i, s := range *p {
		path, least := "", int32(1)
		if at != nil && at.Shape() == strict.Sequence {
			path, least = fmt.Sprintf("[%d].", i), 0
		}
		if s.Tokens < least || s.Tokens > distribution.LargestCount {
			report(path+"tokens", fmt.Sprintf("%d is outside %d to %d", s.Tokens, least, distribution.LargestCount))
		}
		if s.Variants < 1 || s.Variants > 1_000_000 {
			report(path+"count", fmt.Sprintf("%d is outside 1 to 1000000", s.Variants))
		}
		if !(s.Share > 0 && s.Share <= 1e9) {
			report(path+"share", fmt.Sprintf("%v is outside (0, 1e9]", s.Share))
		}
	}
}

// HasTokens reports whether requests of the stream have tokens.
func (s *Stream) HasTokens() bool {
	if s.Input != nil {
		return true
	}
	switch t := s.Arrivals.params.(type) {
	case *AzureFunctions:
		return false
	case *CSV:
		return t.Input != "" && t.Output != ""
	case *JSONLines:
		return t.Input != "" && t.Output != ""
	case Recorded:
		return true
	}
	return false
}

// checkTokens reports what is said of the tokens of a stream that lacks what it needs.
func (s *Stream) checkTokens(report func(path, message string)) {
	if (s.Input == nil) != (s.Output == nil) {
		report(strict.Resting("input", "output"), "a stream has distributions of both input and output, or of neither")
	}
	if !(s.Correlation >= -1 && s.Correlation <= 1) {
		report("correlation", fmt.Sprintf("%v is outside -1 to 1", s.Correlation))
	}
	if s.Input != nil || s.Output != nil {
		return
	}
	if s.Correlation != 0 {
		report(strict.Resting("correlation", "input", "output"), "the stream has no distributions of input and output that it could be of")
	}
	if s.SystemPrompt != nil {
		report(strict.Resting("system-prompt", "input", "output"), "the stream has no distribution of the input that comes after it")
	}
}
