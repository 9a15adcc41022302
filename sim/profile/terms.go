package profile

import (
	"errors"
	"fmt"
	"math"
)

// Term is one addend of a Form: a coefficient times a feature of the step.
type Term struct {
	Name  string  // name of the coefficient, as users write it
	Per   string  // the coefficient is the time of one such unit, for example "per step"
	Times float64 // value of the feature for one such unit

	Of      func(f *Form) *int64           // the coefficient in grains per count of the feature
	Seconds func(c *Coefficients) *float64 // the coefficient in seconds
	Feature func(w *Work) int64            // the feature that the coefficient is multiplied by

	// Most returns the largest value of the feature, for the most sequences and tokens of a step
	// and the most tokens (context) of a sequence.
	Most func(sequences, tokens, context float64) float64
}

// Indices of the terms in Terms.
const (
	ConstantTerm = iota
	SequenceTerm
	PrefillTerm
	AttentionTerm
	DecodeTerm
	ContextTerm
	terms
)

// Terms is the table of all terms. A new term is a line here, a field of Form, Work and
// Coefficients, an addend of Form.Time, and a field of the user's form, builtin.Form.
var Terms = [terms]Term{
	ConstantTerm: {
		Name: "constant", Per: "per step", Times: 1,
		Of:      func(f *Form) *int64 { return &f.Constant },
		Seconds: func(c *Coefficients) *float64 { return &c.Constant },
		Feature: func(*Work) int64 { return 1 },
		Most:    func(_, _, _ float64) float64 { return 1 },
	},
	SequenceTerm: {
		Name: "sequence", Per: "per sequence scheduled", Times: 1,
		Of:      func(f *Form) *int64 { return &f.Sequence },
		Seconds: func(c *Coefficients) *float64 { return &c.Sequence },
		Feature: func(w *Work) int64 { return w.Sequences },
		Most:    func(sequences, _, _ float64) float64 { return sequences },
	},
	PrefillTerm: {
		Name: "prefill", Per: "per token of sequences scheduled with several tokens", Times: 1,
		Of:      func(f *Form) *int64 { return &f.Prefill },
		Seconds: func(c *Coefficients) *float64 { return &c.Prefill },
		Feature: func(w *Work) int64 { return w.Prefill },
		Most:    func(_, tokens, _ float64) float64 { return tokens },
	},
	AttentionTerm: {
		Name: "attention", Per: "per pair of such a token and a token that it attends to", Times: 2,
		Of:      func(f *Form) *int64 { return &f.Attention },
		Seconds: func(c *Coefficients) *float64 { return &c.Attention },
		Feature: func(w *Work) int64 { return w.Attention },
		Most:    func(_, tokens, context float64) float64 { return 2 * tokens * context },
	},
	DecodeTerm: {
		Name: "decode", Per: "per sequence scheduled with one token", Times: 1,
		Of:      func(f *Form) *int64 { return &f.Decode },
		Seconds: func(c *Coefficients) *float64 { return &c.Decode },
		Feature: func(w *Work) int64 { return w.Decode },
		Most:    func(sequences, _, _ float64) float64 { return sequences },
	},
	ContextTerm: {
		Name: "context", Per: "per token that such a sequence has in the cache", Times: 1,
		Of:      func(f *Form) *int64 { return &f.Context },
		Seconds: func(c *Coefficients) *float64 { return &c.Context },
		Feature: func(w *Work) int64 { return w.Context },
		Most:    func(sequences, _, context float64) float64 { return sequences * context },
	},
}

// Coefficients are the coefficients of a Form in seconds. The table Terms says which feature each
// coefficient is multiplied by.
type Coefficients struct {
	Constant, Sequence, Prefill, Attention, Decode, Context float64
}

// NewForm returns the form with the coefficients nearest to c. The errors name the terms whose
// coefficients are not between 0 and an hour.
func NewForm(c Coefficients) (Form, error) {
	const longest = 3600 // seconds
	var f Form
	var faults []error
	for _, t := range Terms {
		seconds := *t.Seconds(&c)
		if !(seconds >= 0) || seconds > longest {
			faults = append(faults, fmt.Errorf("%s: %v s is not between 0 and an hour", t.Name, seconds))
			continue
		}
		*t.Of(&f) = int64(math.Round(seconds * 1e9 * Grains / t.Times))
	}
	return f, errors.Join(faults...)
}

// Coefficients returns the coefficients of the form in seconds.
func (f Form) Coefficients() (c Coefficients) {
	for _, t := range Terms {
		*t.Seconds(&c) = t.Times * (float64(*t.Of(&f)) / (1e9 * Grains))
	}
	return c
}

// Holds returns an error if a step could take longer than 86 s, the longest that a step may take.
// The replica has at most sequences sequences and tokens tokens in a step, and context tokens in a
// sequence.
func (s *StepTime) Holds(sequences, tokens, context int64) error {
	const longest = 24 * 3600 * 1e9 * Grains / 1000
	worst := float64(s.Experts.Each) * float64(s.Experts.Count)
	for _, f := range []*Form{&s.Compute, &s.Memory, &s.Overhead} {
		for _, t := range Terms {
			worst += float64(*t.Of(f)) * t.Most(float64(sequences), float64(tokens), float64(context))
		}
	}
	if s.Table != nil {
		if sequences > 1<<20 || sequences*context > endless>>2 {
			return fmt.Errorf("a table does not hold %d sequences with a context of %d", sequences, context)
		}
		worst += s.Table.most(float64(sequences), float64(tokens), float64(context))
	}
	if worst > longest {
		return fmt.Errorf("a step of %d sequences and %d tokens with a context of %d could take %.3g s, more than 86 s", sequences, tokens, context, worst/(1e9*Grains))
	}
	return nil
}
