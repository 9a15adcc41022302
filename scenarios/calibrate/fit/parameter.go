package fit

import (
	"slices"

	"wavetank/sim/profile"
)

// Parameter is an unknown of a fit: the value of one or several coefficients, or a time outside the
// steps.
type Parameter struct {
	Name string
	Of   []int // coefficients (profile.CoefficientIndex); empty: an overhead
}

// NewParameter returns the parameter of one or several terms of a form, whose coefficients are
// equal. The first term names it.
func NewParameter(form string, terms ...string) Parameter {
	p := Parameter{Name: form + "." + terms[0]}
	for _, t := range terms {
		p.Of = append(p.Of, profile.CoefficientIndex(form+"."+t))
	}
	return p
}

// Feature returns the factor of the parameter in the time of steps with these features.
func (p Parameter) Feature(features *profile.Vector) (sum float64) {
	for _, k := range p.Of {
		sum += features[k]
	}
	return sum
}

// Coefficients returns the coefficients for values of the parameters. All other coefficients are
// zero.
func Coefficients(parameters []Parameter, values []float64) (v profile.Vector) {
	for i, p := range parameters {
		for _, k := range p.Of {
			v[k] = values[i]
		}
	}
	return v
}

// overheads are the times that one request spends outside the engine:
//   - before: until the request can be scheduled
//   - per-token: for each emitted token
//   - after: after the last token
var overheads = [3]string{"before", "per-token", "after"}

// overhead returns the index of a parameter in overheads, or −1 for a parameter of coefficients.
func (p Parameter) overhead() int {
	if len(p.Of) > 0 {
		return -1
	}
	return slices.Index(overheads[:], p.Name)
}

// isBefore reports whether a parameter is the time before a request can be scheduled.
func (p Parameter) isBefore() bool { return p.overhead() == 0 }
