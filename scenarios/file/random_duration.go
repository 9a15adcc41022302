package file

import (
	"time"

	"wavetank/scenarios/strict"
	"wavetank/sim/fleet"
	"wavetank/sim/quantity"
)

// RandomDuration is a time that is fixed or random.
type RandomDuration struct {
	Mean         *quantity.Duration `yaml:"mean,omitempty" doc:"mean time; the default of this key when not given"`
	Distribution Service            `yaml:"distribution" was:"law" doc:"distribution of this time, scaled to the mean"`
}

// randomDurationFields is the long form: a mapping.
type randomDurationFields RandomDuration

// always returns a fixed time.
func always(d time.Duration) RandomDuration {
	mean := quantity.Duration(d)
	v := RandomDuration{Mean: &mean}
	v.SetDefaults()
	return v
}

// SetDefaults implements strict.Defaulter.
func (v *RandomDuration) SetDefaults() { v.Distribution.Choose("deterministic", nil) }

// DecodeNode implements strict.NodeDecoder: a time, or a mapping.
func (v *RandomDuration) DecodeNode(n *strict.Node, d *strict.Decoder) {
	if n.IsScalar() {
		*v = always(0)
		d.Decode(n, v.Mean)
	} else {
		d.Decode(n, (*randomDurationFields)(v))
	}
}

// Shapes implements strict.Shaper.
func (RandomDuration) Shapes() []any { return []any{quantity.Duration(0), randomDurationFields{}} }

// EncodeValue implements strict.ValueEncoder.
func (v RandomDuration) EncodeValue() any {
	if v.Mean != nil && v.Variation() == nil {
		return *v.Mean
	}
	return randomDurationFields(v)
}

// Check implements strict.Checker.
func (v *RandomDuration) Check(_ *strict.Node, report func(path, message string)) {
	if v.Mean != nil {
		nonNegative(report, "mean", *v.Mean)
	}
}

// Variation returns the distribution of the time. It returns nil if the time is fixed, or if the
// distribution has a fault, which Check reports.
func (v *RandomDuration) Variation() fleet.Distribution {
	if v.Distribution.name == "deterministic" {
		return nil
	}
	varies, err := v.Distribution.Distribution()
	if err != nil {
		return nil
	}
	return varies
}
