package builtin

import (
	"wavetank/scenarios/strict"
)

// StepTime is the user's form of a step-time model, which gives the time of a step of a token
// replica. It is the name of a shipped model, the name of a file, coefficients, or a roofline.
type StepTime struct {
	Name         string        // name of a shipped model or a file; empty if not given
	Coefficients *Coefficients // nil if not given
	Roofline     *Roofline     // nil if not given
}

// DecodeNode implements strict.NodeDecoder: a name, coefficients, or a roofline.
func (t *StepTime) DecodeNode(n *strict.Node, d *strict.Decoder) {
	switch {
	case n.Shape() == strict.Text:
		t.Name = n.Text()
	case n.Shape() == strict.Mapping && n.Get("roofline") != nil:
		for _, key := range n.Keys() {
			if key != "roofline" {
				d.Unknown(n, key, []string{"roofline"})
			}
		}
		t.Roofline = &Roofline{}
		d.Decode(n.Get("roofline"), t.Roofline)
	case n.Shape() == strict.Mapping:
		t.Coefficients = &Coefficients{}
		d.Decode(n, t.Coefficients)
	default:
		d.Fault(n, "want the name of a step-time model, coefficients, or {roofline: {…}}, not "+n.Describe())
	}
}

// roofed is the shape of a step-time model that is given as a roofline.
type roofed struct {
	Roofline Roofline `yaml:"roofline,required" doc:"a bound computed from the data sheet"`
}

// EncodeValue implements strict.ValueEncoder.
func (t StepTime) EncodeValue() any {
	switch {
	case t.Roofline != nil:
		return roofed{*t.Roofline}
	case t.Coefficients != nil:
		return *t.Coefficients
	}
	return t.Name
}

// Shapes implements strict.Shaper.
func (t *StepTime) Shapes() []any {
	return []any{strict.RawSchema{"type": "string"}, Coefficients{}, roofed{}}
}
