package builtin

import (
	"fmt"
	"math"

	"wavetank/scenarios/strict"
	"wavetank/sim/profile"
	"wavetank/sim/quantity"
)

// Coefficients is the user's form of profile.StepTime: max(compute, memory) + overhead +
// experts + table.
type Coefficients struct {
	Compute  Form `yaml:"compute,omitempty" doc:"time of computing; a step takes the larger of compute and memory, plus overhead and experts"`
	Memory   Form `yaml:"memory,omitempty" doc:"time of memory traffic"`
	Overhead Form `yaml:"overhead,omitempty" doc:"time that is added to the larger of compute and memory"`

	Experts Experts `yaml:"experts,omitempty" doc:"time of the experts of a mixture-of-experts network; depends on how many experts the tokens of a step use"`

	Table *StepTable `yaml:"table,omitempty" doc:"measured times, which are interpolated and added"`
}

// Experts is the user's form of profile.Mixture: the time that the weights of experts take.
type Experts struct {
	Count  int           `yaml:"count,required" doc:"number of experts in a layer"`
	Active int           `yaml:"active,required" doc:"number of experts of a layer that each token uses"`
	Each   quantity.Span `yaml:"each,required" doc:"time for each expert that tokens of the step use, for all layers together"`
}

// Check reports impossible numbers of experts.
func (e *Experts) Check(_ *strict.Node, report func(path, message string)) {
	const most, longest = 1 << 20, 3600
	if *e == (Experts{}) {
		return
	}
	if e.Count < 1 || e.Count > most {
		report("count", fmt.Sprintf("%d is not between 1 and %d", e.Count, most))
	}
	if e.Active < 1 || e.Active > max(1, e.Count) {
		report("active", fmt.Sprintf("%d is not between 1 and the %d that there are", e.Active, e.Count))
	}
	if !(e.Each >= 0) || e.Each > longest {
		report("each", fmt.Sprintf("%v is not between 0 and an hour", e.Each))
	}
}

// Form is the user's form of profile.Form: a coefficient for each of profile.Terms.
type Form struct {
	Constant  quantity.Span `yaml:"constant,omitempty" doc:"per step"`
	Sequence  quantity.Span `yaml:"sequence,omitempty" doc:"per sequence scheduled"`
	Prefill   quantity.Span `yaml:"prefill,omitempty" doc:"per token of sequences scheduled with several tokens"`
	Attention quantity.Span `yaml:"attention,omitempty" doc:"per pair of such a token and a token that it attends to"`
	Decode    quantity.Span `yaml:"decode,omitempty" doc:"per sequence scheduled with one token"`
	Context   quantity.Span `yaml:"context,omitempty" doc:"per token that such a sequence has in the cache"`
}

// Spans returns pointers to the coefficients, in the order of profile.Terms.
func (f *Form) Spans() [len(profile.Terms)]*quantity.Span {
	return [...]*quantity.Span{&f.Constant, &f.Sequence, &f.Prefill, &f.Attention, &f.Decode, &f.Context}
}

// step converts a form to grains.
func (f *Form) step() (profile.Form, error) {
	var c profile.Coefficients
	for i, span := range f.Spans() {
		*profile.Terms[i].Seconds(&c) = float64(*span)
	}
	return profile.NewForm(c)
}

// Check reports impossible coefficients.
func (f *Form) Check(_ *strict.Node, report func(path, message string)) {
	const longest = 3600 // seconds
	for i, span := range f.Spans() {
		if !(*span >= 0) || *span > longest {
			report(profile.Terms[i].Name, fmt.Sprintf("%v is not between 0 and an hour", *span))
		}
	}
}

// StepTime converts the coefficients to grains, in which the simulator counts.
func (c Coefficients) StepTime() (s profile.StepTime, err error) {
	for _, f := range []struct {
		from Form
		to   *profile.Form
	}{{c.Compute, &s.Compute}, {c.Memory, &s.Memory}, {c.Overhead, &s.Overhead}} {
		if *f.to, err = f.from.step(); err != nil {
			return s, err
		}
	}
	e := c.Experts
	s.Experts = profile.Mixture{Count: int64(e.Count), Active: int64(e.Active), Each: int64(math.Round(float64(e.Each) * 1e9 * profile.Grains))}
	s.Table = c.Table.step()
	return s, nil
}

// CoefficientsOf returns the coefficients of a step-time model, without its table.
func CoefficientsOf(s profile.StepTime) Coefficients {
	form := func(f profile.Form) Form {
		var form Form
		c := f.Coefficients()
		for i, span := range form.Spans() {
			*span = quantity.Span(*profile.Terms[i].Seconds(&c))
		}
		return form
	}
	experts := Experts{int(s.Experts.Count), int(s.Experts.Active), quantity.Span(float64(s.Experts.Each) / (1e9 * profile.Grains))}
	return Coefficients{Compute: form(s.Compute), Memory: form(s.Memory), Overhead: form(s.Overhead), Experts: experts}
}

// Text returns the coefficients as YAML, as in a file.
func (c Coefficients) Text() ([]byte, error) { return strict.Encode(c) }
