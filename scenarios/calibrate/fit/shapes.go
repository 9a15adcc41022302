package fit

import (
	"fmt"
	"slices"
	"strings"

	"wavetank/sim/profile"
)

// ModelShape says which coefficients of a step-time model a fit finds. Coefficients that no
// parameter has are zero.
type ModelShape struct {
	Name, About string
	Parameters  []Parameter
}

// physical is the name of the shape whose values are tied to the network and the GPU where the
// measurements tell nothing.
const physical = "physical"

// eachExpert is the name of the time to read an expert of a mixture.
const eachExpert = "experts.each"

// Shapes returns all shapes. Shapes with fewer parameters come first.
func Shapes() []ModelShape {
	before := Parameter{Name: "before"}
	return []ModelShape{
		{physical, "the larger of the times of weights and of tokens, and the other terms, tied to the network and the GPU where the measurements tell nothing", []Parameter{
			NewParameter("memory", "constant"),
			NewParameter("compute", "prefill", "decode"),
			NewParameter("overhead", "constant"),
			NewParameter("overhead", "sequence"),
			NewParameter("overhead", "attention"),
			NewParameter("overhead", "context"),
			before,
		}},
		{"plain", "one form, without attention and context", []Parameter{
			NewParameter("compute", "constant"),
			NewParameter("compute", "prefill"),
			NewParameter("compute", "decode"),
			before,
		}},
		{"ridge", "the larger of the times of weights and of tokens, and a time per sequence", []Parameter{
			NewParameter("memory", "constant"),
			NewParameter("compute", "prefill", "decode"),
			NewParameter("overhead", "sequence"),
			before,
		}},
		{"linear", "one form", []Parameter{
			NewParameter("compute", "constant"),
			NewParameter("compute", "prefill"),
			NewParameter("compute", "attention"),
			NewParameter("compute", "decode"),
			NewParameter("compute", "context"),
			before,
		}},
		{"roofline", "the larger of the times of weights and of tokens, and the other terms", []Parameter{
			NewParameter("memory", "constant"),
			NewParameter("compute", "prefill", "decode"),
			NewParameter("overhead", "constant"),
			NewParameter("overhead", "attention"),
			NewParameter("overhead", "decode"),
			NewParameter("overhead", "context"),
			before,
		}},
	}
}

// findShape returns the shape with a name.
func findShape(name string) (ModelShape, error) {
	list, names := Shapes(), []string{}
	for _, s := range list {
		if s.Name == name {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return ModelShape{}, fmt.Errorf("there is no shape %q of step-time models: %s", name, strings.Join(names, ", "))
}

// addCoefficients adds a parameter for each coefficient of a model that the shape has no parameter
// for. Coefficients of one parameter that differ in the model become parameters of their own.
func (s *ModelShape) addCoefficients(c profile.Vector) {
	var list []Parameter
	for _, p := range s.Parameters {
		if !slices.ContainsFunc(p.Of, func(k int) bool { return c[k] != c[p.Of[0]] }) {
			list = append(list, p)
			continue
		}
		for _, k := range p.Of {
			list = append(list, Parameter{Name: profile.CoefficientName(k), Of: []int{k}})
		}
	}
	for k, v := range c {
		if v > 0 && !slices.ContainsFunc(list, func(p Parameter) bool { return slices.Contains(p.Of, k) }) {
			list = append(list, Parameter{Name: profile.CoefficientName(k), Of: []int{k}})
		}
	}
	s.Parameters = list
}

// addExperts adds the time to read an expert, unless the shape has it.
func (s *ModelShape) addExperts() {
	k := profile.CoefficientIndex(eachExpert)
	if !slices.ContainsFunc(s.Parameters, func(p Parameter) bool { return slices.Contains(p.Of, k) }) {
		s.Parameters = append(slices.Clone(s.Parameters), Parameter{Name: eachExpert, Of: []int{k}})
	}
}
