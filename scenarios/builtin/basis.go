package builtin

import (
	"fmt"

	"wavetank/sim/spelling"
)

// Basis says what the times of a profile or of a step-time model rest on.
type Basis string

// The kinds of bases.
const (
	Given    Basis = ""         // nothing is said
	Measured Basis = "measured" // an engine or a server was measured
	Kernels  Basis = "kernels"  // computed from measured kernels: the time of the GPU alone
	Derived  Basis = "derived"  // computed from data sheets, or from measurements of another device
)

// check reports an unknown basis.
func (b Basis) check(report func(path, message string)) {
	switch b {
	case Given, Measured, Kernels, Derived:
	default:
		report("basis", fmt.Sprintf("%q is not one of measured, kernels and derived%s", string(b), spelling.Suggest(string(b), []string{string(Measured), string(Kernels), string(Derived)})))
	}
}

// RestsOn returns what the times of the profile rest on. A step-time file is opened by open, which
// may be nil. Times that a scenario gives itself are Given, unless it says more.
func (p Profile) RestsOn(open FileReader) (Basis, error) {
	switch {
	case p.Basis != Given || p.Tokens == nil:
		return p.Basis, nil
	case p.Tokens.StepTime.Roofline != nil:
		return Derived, nil
	case p.Tokens.StepTime.Name != "":
		f, err := FindStepTime(p.Tokens.StepTime.Name, open)
		return f.Basis, err
	}
	return Given, nil
}
