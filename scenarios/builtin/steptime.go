package builtin

import (
	"embed"
	"fmt"
	"math"
	"path"
	"slices"
	"strings"

	"wavetank/scenarios/strict"
	"wavetank/sim/profile"
	"wavetank/sim/quantity"
)

//go:embed steptimes/*.yaml
var stepTimeFiles embed.FS

// StepTime is how long a step of a token replica takes: the name of a shipped law, a law file,
// coefficients, or a roofline.
type StepTime struct {
	Name         string        // of a shipped law or a file; empty where one of the others is given
	Coefficients *Coefficients // nil where not given
	Roofline     *Roofline     // nil where not given
}

// Coefficients is the law max(compute, memory) + overhead.
type Coefficients struct {
	Compute  Form `yaml:"compute,omitempty" doc:"what takes computing; a step takes the larger of compute and memory, and overhead"`
	Memory   Form `yaml:"memory,omitempty" doc:"what takes memory traffic"`
	Overhead Form `yaml:"overhead,omitempty" doc:"what comes on top"`

	Experts Experts `yaml:"experts,omitempty" doc:"what the experts of a mixture add, by how many of them the tokens of a step go through"`
}

// Experts is the part of a law that goes by how many experts are read, few for few tokens.
type Experts struct {
	Count  int           `yaml:"count,required" doc:"experts of a layer"`
	Active int           `yaml:"active,required" doc:"of which a token goes through so many"`
	Each   quantity.Span `yaml:"each,required" doc:"per expert that tokens of a step go through, for all layers"`
}

// Check reports experts that no network has.
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

// Form is a linear form in the features of a step.
type Form struct {
	Constant  quantity.Span `yaml:"constant,omitempty" doc:"per step"`
	Sequence  quantity.Span `yaml:"sequence,omitempty" doc:"per sequence scheduled"`
	Prefill   quantity.Span `yaml:"prefill,omitempty" doc:"per token of sequences scheduled with several tokens"`
	Attention quantity.Span `yaml:"attention,omitempty" doc:"per pair of such a token and a token that it attends to"`
	Decode    quantity.Span `yaml:"decode,omitempty" doc:"per sequence scheduled with one token"`
	Context   quantity.Span `yaml:"context,omitempty" doc:"per token that such a sequence has in the cache"`
}

// Spans returns the coefficients in the order of profile.Terms, to be read or set.
func (f *Form) Spans() [len(profile.Terms)]*quantity.Span {
	return [...]*quantity.Span{&f.Constant, &f.Sequence, &f.Prefill, &f.Attention, &f.Decode, &f.Context}
}

// step converts a form.
func (f *Form) step() (profile.Form, error) {
	var c profile.Coefficients
	for i, span := range f.Spans() {
		*profile.Terms[i].Seconds(&c) = float64(*span)
	}
	return profile.NewForm(c)
}

// Check reports coefficients that no law has.
func (f *Form) Check(_ *strict.Node, report func(path, message string)) {
	const longest = 3600 // seconds
	for i, span := range f.Spans() {
		if !(*span >= 0) || *span > longest {
			report(profile.Terms[i].Name, fmt.Sprintf("%v is not between 0 and an hour", *span))
		}
	}
}

// StepTime converts the coefficients to the law that the simulator uses.
func (c Coefficients) StepTime() (s profile.StepTime, err error) {
	for _, f := range []struct {
		from Form
		to   *profile.Form
	}{{c.Compute, &s.Compute}, {c.Memory, &s.Memory}, {c.Overhead, &s.Overhead}} {
		if *f.to, err = f.from.step(); err != nil {
			return s, err
		}
	}
	if e := c.Experts; e.Each > 0 {
		s.Experts = profile.Mixture{Count: int64(e.Count), Active: int64(e.Active), Each: int64(math.Round(float64(e.Each) * 1e9 * profile.Grains))}
	}
	return s, nil
}

// CoefficientsOf returns the coefficients of a law.
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
	return Coefficients{form(s.Compute), form(s.Memory), form(s.Overhead), experts}
}

// StepTimeFile is a law with where it comes from, as in a file of its own.
type StepTimeFile struct {
	Name      string                `yaml:"name,required" doc:"what a profile calls it"`
	Model     string                `yaml:"model,required" doc:"network that it was measured on, with the type of its weights"`
	GPU       string                `yaml:"gpu,required" doc:"kind of GPU"`
	GPUs      int                   `yaml:"gpus,required" doc:"GPUs of a replica: tensor parallelism"`
	StepTime  Coefficients          `yaml:"step-time,required" was:"law" doc:"the coefficients"`
	Before    quantity.Duration     `yaml:"before,omitempty" doc:"from the arrival at the replica until a request can be scheduled, as fitted with the law"`
	PerToken  quantity.Duration     `yaml:"per-token,omitempty" doc:"a token is seen so much later than it is emitted, times its place in the output, as fitted with the law"`
	After     quantity.Duration     `yaml:"after,omitempty" doc:"from the last token to the end of the request, as fitted with the law"`
	Source    string                `yaml:"source,required" doc:"what it was fitted to"`
	Date      string                `yaml:"date,omitempty" doc:"when that was measured"`
	Rows      string                `yaml:"rows,required" doc:"how much was used, and held back"`
	Error     string                `yaml:"error,required" doc:"how far the law is off, on what"`
	Intervals []CoefficientInterval `yaml:"intervals,omitempty" doc:"95 % confidence intervals of fitted coefficients"`
	Notes     []string              `yaml:"notes,omitempty" doc:"what else to know"`

	Warnings []string // of reading it: keys that have other names now
}

// CoefficientInterval is a confidence interval.
type CoefficientInterval struct {
	Of   string        `yaml:"of,required" doc:"coefficient, such as compute.prefill"`
	Low  quantity.Span `yaml:"low,required" doc:"lower bound"`
	High quantity.Span `yaml:"high,required" doc:"upper bound"`
}

// Check reports a law that says nothing.
func (l *StepTimeFile) Check(_ *strict.Node, report func(path, message string)) {
	if s, err := l.StepTime.StepTime(); err == nil && s == (profile.StepTime{}) {
		report("step-time", "all coefficients are zero")
	}
	positive(report, "gpus", l.GPUs)
}

// Text writes the law as a file that ReadLaw reads.
func (l StepTimeFile) Text() ([]byte, error) { return strict.Encode(l) }

// Text writes the coefficients as they stand in a file.
func (c Coefficients) Text() ([]byte, error) { return strict.Encode(c) }

// ReadStepTime reads a law file.
func ReadStepTime(name string, data []byte) (StepTimeFile, error) {
	var l StepTimeFile
	doc, err := strict.Parse(name, data)
	if err == nil {
		err = doc.Decode(&l).Err()
		l.Warnings = doc.Warnings()
	}
	return l, err
}

// StepTimes returns the shipped laws in the order of their names.
func StepTimes() ([]StepTimeFile, error) {
	entries, err := stepTimeFiles.ReadDir("steptimes")
	if err != nil {
		return nil, err
	}
	var list []StepTimeFile
	for _, e := range entries {
		data, err := stepTimeFiles.ReadFile(path.Join("steptimes", e.Name()))
		if err != nil {
			return nil, err
		}
		l, err := ReadStepTime(e.Name(), data)
		if err != nil {
			return nil, fmt.Errorf("read the catalogue: %w", err)
		}
		list = append(list, l)
	}
	slices.SortFunc(list, func(a, b StepTimeFile) int { return strings.Compare(a.Name, b.Name) })
	return list, nil
}

// Opener returns the content of a file that a scenario names.
type Opener func(name string) ([]byte, error)

// FindStepTime returns a shipped law, or reads that of a file, whose name ends in .yaml or .yml.
func FindStepTime(name string, open Opener) (StepTimeFile, error) {
	if end := path.Ext(name); end == ".yaml" || end == ".yml" {
		if open == nil {
			return StepTimeFile{}, fmt.Errorf("law file %s: files cannot be opened here", name)
		}
		data, err := open(name)
		if err != nil {
			return StepTimeFile{}, err
		}
		return ReadStepTime(name, data)
	}
	list, err := StepTimes()
	if err != nil {
		return StepTimeFile{}, err
	}
	return find(list, name, "law", func(l StepTimeFile) string { return l.Name })
}

// DecodeNode reads a name, or coefficients, or a roofline.
func (l *StepTime) DecodeNode(n *strict.Node, d *strict.Decoder) {
	switch {
	case n.Shape() == strict.Text:
		l.Name = n.Text()
	case n.Shape() == strict.Mapping && n.Get("roofline") != nil:
		for _, key := range n.Keys() {
			if key != "roofline" {
				d.Unknown(n, key, []string{"roofline"})
			}
		}
		l.Roofline = &Roofline{}
		d.Decode(n.Get("roofline"), l.Roofline)
	case n.Shape() == strict.Mapping:
		l.Coefficients = &Coefficients{}
		d.Decode(n, l.Coefficients)
	default:
		d.Fault(n, "want the name of a law, coefficients, or {roofline: {…}}, not "+n.Describe())
	}
}

// roofed is the shape of a law by roofline.
type roofed struct {
	Roofline Roofline `yaml:"roofline,required" doc:"bounds by the data sheet"`
}

// EncodeValue writes what was read.
func (l StepTime) EncodeValue() any {
	switch {
	case l.Roofline != nil:
		return roofed{*l.Roofline}
	case l.Coefficients != nil:
		return *l.Coefficients
	}
	return l.Name
}

// Shapes gives the schema the shapes of a law.
func (l *StepTime) Shapes() []any {
	return []any{strict.RawSchema{"type": "string"}, Coefficients{}, roofed{}}
}
