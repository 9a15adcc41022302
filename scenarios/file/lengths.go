package file

import (
	"errors"
	"fmt"
	"math"

	"wavetank/scenarios/strict"
	"wavetank/workload/distribution"
	"wavetank/workload/table"
)

// TokenLengths names a distribution of whole numbers from 1 on, with its parameters. It is for the
// tokens of prompts and answers, and for the turns of conversations.
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

// Distribution returns the chosen distribution. open opens the file that the distribution names, if
// any. The error begins with the wrong parameter.
func (c *TokenLengths) Distribution(open func(file string) table.File) (distribution.Count, error) {
	p, ok := c.params.(lengthParameters)
	if !ok { // not readable; the fault has been reported
		return nil, errors.New("there is no distribution")
	}
	return p.Distribution(open)
}

// TableFile returns the name of the file of the distribution, or "" if it has none.
func (c *TokenLengths) TableFile() string {
	if p, ok := c.params.(*HistogramLengths); ok {
		return p.File
	}
	return ""
}

// lengthParameters are the parameters of a distribution. If open is nil, no file is read: a
// distribution from a file then only checks its parameters, and returns nil.
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

// bounds are the range to which values are clamped.
type bounds struct {
	Min int32 `yaml:"min" was:"least" doc:"values below become this one"`
	Max int32 `yaml:"max" was:"most" doc:"values above become this one"`
}

// FixedLengths is a distribution with one value.
type FixedLengths struct {
	Value int32 `yaml:"value,required" doc:"the value"`
}

// NormalLengths is a clamped normal distribution.
type NormalLengths struct {
	Mean   float64 `yaml:"mean,required" doc:"mean before values are clamped"`
	SD     float64 `yaml:"sd,required" was:"deviation" doc:"standard deviation before values are clamped"`
	bounds `yaml:",inline"`
}

// LognormalLengths is a clamped lognormal distribution.
type LognormalLengths struct {
	Mean   float64 `yaml:"mean,required" doc:"mean before values are clamped"`
	SD     float64 `yaml:"sd,required" was:"deviation" doc:"standard deviation before values are clamped"`
	bounds `yaml:",inline"`
}

// GeometricLengths is a clamped geometric distribution on 1, 2, ….
type GeometricLengths struct {
	Mean   float64 `yaml:"mean,required" doc:"mean before values are clamped"`
	bounds `yaml:",inline"`
}

// HistogramLengths is an empirical distribution, given by bins.
type HistogramLengths struct {
	Bins []Bin  `yaml:"bins,omitempty" doc:"bins in rising order without overlap; within a bin all values are equally likely"`
	File string `yaml:"file,omitempty" doc:"a table of the bins instead, plain, gzip or zstd, with the columns from, to (optional) and share; path relative to the scenario file"`
}

// Bin is a bin of a histogram.
type Bin struct {
	From  int32   `yaml:"from,required" doc:"smallest value"`
	To    int32   `yaml:"to,omitempty" was:"upto" doc:"largest value; the value of from when not given"`
	Share float64 `yaml:"share,required" doc:"share of the values in the bin, relative to the other bins"`
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
		lengths, err := distribution.ReadHistogram(open(p.File))
		if err != nil {
			return nil, fmt.Errorf("file: %w", err)
		}
		return lengths, nil
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

// SystemPrompts are the texts with which the prompts of a stream begin: one kind for all prompts,
// or a list of kinds with their shares.
type SystemPrompts []SystemPrompt

// SystemPrompt is a kind of system prompt.
type SystemPrompt struct {
	Tokens   int32   `yaml:"tokens,required" doc:"length of the system prompt; the input comes after it. In a list, 0 means prompts without a system prompt"`
	Variants int     `yaml:"count" was:"variants" doc:"number of different system prompts of this kind, all equally likely"`
	Share    float64 `yaml:"share" doc:"share of the requests, or conversations, that begin with this kind, relative to the other kinds of the list"`
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

// Mean returns the mean number of tokens of a system prompt, or 0 if the list is empty.
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
