package fit

import (
	"slices"

	"wavetank/sim/profile"
)

// Parameter is an unknown of a fit: the value of one or several coefficients, or a time outside the
// steps.
type Parameter struct {
	Name string
	Of   []int // coefficients (profile.CoefficientIndex); none: one of the overheads
}

// NewParameter returns the parameter of coefficients that are equal: terms of a form. The first
// names it.
func NewParameter(form string, terms ...string) Parameter {
	p := Parameter{Name: form + "." + terms[0]}
	for _, t := range terms {
		p.Of = append(p.Of, profile.CoefficientIndex(form+"."+t))
	}
	return p
}

// Feature returns what the parameter multiplies in steps with the features.
func (p Parameter) Feature(features *profile.Vector) (sum float64) {
	for _, k := range p.Of {
		sum += features[k]
	}
	return sum
}

// Coefficients returns the coefficients that have the values of the parameters; others are zero.
func Coefficients(parameters []Parameter, values []float64) (v profile.Vector) {
	for i, p := range parameters {
		for _, k := range p.Of {
			v[k] = values[i]
		}
	}
	return v
}

// overheads are the times outside the engine, of one request:
//   - before: until it can be scheduled
//   - per-token: per token emitted
//   - after: after the last token
var overheads = [3]string{"before", "per-token", "after"}

// overhead returns which of the overheads a parameter is; −1: it is one or several coefficients.
func (p Parameter) overhead() int {
	if len(p.Of) > 0 {
		return -1
	}
	return slices.Index(overheads[:], p.Name)
}

// isBefore reports whether a parameter is the time before a request can be scheduled.
func (p Parameter) isBefore() bool { return p.overhead() == 0 }
