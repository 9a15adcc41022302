package scenarios

import (
	"time"

	"wavetank/scenarios/strict"
	"wavetank/sim/fleet"
	"wavetank/sim/quantity"
)

// Varying is a time that is always the same, or varies around its mean.
type Varying struct {
	Mean *quantity.Duration `yaml:"mean,omitempty" doc:"mean time; what it is without this key when not given"`
	Law  Service            `yaml:"law" doc:"law of that time, scaled to the mean"`
}

// varyingFields is the long form.
type varyingFields Varying

// always returns a time that does not vary.
func always(d time.Duration) Varying {
	mean := quantity.Duration(d)
	v := Varying{Mean: &mean}
	v.SetDefaults()
	return v
}

// SetDefaults implements strict.Defaulter.
func (v *Varying) SetDefaults() { v.Law.Choose("deterministic", nil) }

// DecodeNode implements strict.NodeDecoder: a time, or a mapping.
func (v *Varying) DecodeNode(n *strict.Node, d *strict.Decoder) {
	if n.IsScalar() {
		*v = always(0)
		d.Decode(n, v.Mean)
	} else {
		d.Decode(n, (*varyingFields)(v))
	}
}

// Shapes implements strict.Shaper.
func (Varying) Shapes() []any { return []any{quantity.Duration(0), varyingFields{}} }

// EncodeValue implements strict.ValueEncoder.
func (v Varying) EncodeValue() any {
	if v.Mean != nil && v.law() == nil {
		return *v.Mean
	}
	return varyingFields(v)
}

// Check implements strict.Checker.
func (v *Varying) Check(_ *strict.Node, report func(path, message string)) {
	if v.Mean != nil {
		nonNegative(report, "mean", *v.Mean)
	}
}

// law returns the law by which the time varies; nil where it does not, or the law is faulty, which has been reported.
func (v *Varying) law() fleet.Distribution {
	if v.Law.name == "deterministic" {
		return nil
	}
	law, err := v.Law.law()
	if err != nil {
		return nil
	}
	return law
}
