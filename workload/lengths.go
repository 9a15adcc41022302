package workload

import (
	"cmp"
	"errors"
	"fmt"
	"math"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/tokens"
	"wavetank/workload/distribution"
)

// Lengths says how many tokens the prompts and the answers of a stream have, and which system
// prompts they share.
type Lengths struct {
	Input, Output distribution.Count
	// Correlation is the correlation of two standard normal draws, −1 to 1. Input and output are
	// the quantiles of their distributions at the levels of these draws: a Gaussian copula (Nelsen,
	// An Introduction to Copulas, 2006, 2.3). For all distributions, the rank correlation of the
	// lengths is then 6/π · arcsin(Correlation/2) (Kruskal, Ordinal measures of association, JASA
	// 1958).
	Correlation float64
	System      []SystemPrompt // chosen by their shares; empty: prompts begin with their input
}

// SystemPrompt is the beginning of prompts, before their input. Its content is one of Variants
// contents, all equally likely.
type SystemPrompt struct {
	Tokens   int32   // 0: no system prompt
	Variants int     // number of contents, 1 to 1,000,000
	Share    float64 // relative to other system prompts; 0: 1
}

func (l *Lengths) check() error {
	var faults []error
	if l.Input == nil || l.Output == nil {
		faults = append(faults, errors.New("lengths: input and output need a distribution each"))
	}
	faults = append(faults, distribution.Within("correlation", l.Correlation, -1, 1))
	for _, s := range l.System {
		faults = append(faults, distribution.Countable("system-prompt: tokens", float64(s.Tokens), 0), distribution.Within("system-prompt: count", float64(s.Variants), 1, 1e6))
	}
	return errors.Join(faults...)
}

// Lengthen returns src with prompts and answers of these lengths, in place of the tokens of src.
// The draws have random streams of their own.
func (l Lane) Lengthen(src Source, lengths Lengths) (Source, error) {
	m, err := l.measurer(&lengths)
	if err != nil {
		return nil, err
	}
	return &lengthened{src, m}, nil
}

type lengthened struct {
	Source
	*measurer
}

func (l *lengthened) Next(r *fleet.Request) bool {
	if !l.Source.Next(r) {
		return false
	}
	r.Input, r.Output = l.draw()
	if r.Content = l.system(); r.Content != nil {
		r.Input += r.Content.Prefix[0].Tokens
	}
	return true
}

// measurer draws lengths.
type measurer struct {
	Lengths
	rest             float64 // √(1 − Correlation²)
	lengths, systems *kernel.Stream
	// contents of each system prompt; nil: no system prompts
	kinds *distribution.Choice[[]tokens.Content]
}

// measurer returns nil if there are no lengths.
func (l Lane) measurer(lengths *Lengths) (*measurer, error) {
	if lengths == nil {
		return nil, nil
	}
	if err := lengths.check(); err != nil {
		return nil, err
	}
	m := &measurer{
		Lengths: *lengths, rest: math.Sqrt(1 - lengths.Correlation*lengths.Correlation),
		lengths: l.Stream("lengths", 0), systems: l.Stream("system prompt", 0),
	}
	if len(lengths.System) == 0 {
		return m, nil
	}
	var kinds [][]tokens.Content
	var shares []float64
	names := l.Stream("system prompt contents", 0)
	for _, s := range lengths.System {
		var prompts []tokens.Content
		for range s.Variants {
			if s.Tokens > 0 {
				prompts = append(prompts, tokens.Content{Prefix: []tokens.Segment{{Content: content(names), Tokens: s.Tokens}}})
			}
		}
		kinds, shares = append(kinds, prompts), append(shares, cmp.Or(s.Share, 1))
	}
	var err error
	if m.kinds, err = distribution.NewChoice(kinds, shares); err != nil {
		return nil, fmt.Errorf("system-prompt: share: %w", err)
	}
	return m, nil
}

// content draws the number that identifies a content.
func content(s *kernel.Stream) uint64 { return cmp.Or(s.Uint64(), 1) }

// draw draws the tokens of an input and of its answer.
func (m *measurer) draw() (input, output int32) { return m.drawOf(m.Input, m.Output) }

// drawOf is draw with the given distributions.
func (m *measurer) drawOf(inputs, outputs distribution.Count) (input, output int32) {
	z := distribution.StandardNormal(m.lengths)
	return inputs.At(z), outputs.At(m.Correlation*z + m.rest*distribution.StandardNormal(m.lengths))
}

// system draws a system prompt, or nil for none.
func (m *measurer) system() *tokens.Content {
	if m.kinds == nil {
		return nil
	}
	kind := m.kinds.Draw(m.systems)
	if len(kind) == 0 {
		return nil
	}
	return &kind[m.systems.IntN(len(kind))]
}
