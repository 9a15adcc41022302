package fit

// ModelShape says which coefficients of a step-time model a fit finds. Coefficients that no
// parameter has are zero.
type ModelShape struct {
	Name, About string
	Parameters  []Parameter
}

// Shapes returns all shapes. Shapes with fewer parameters come first.
func Shapes() []ModelShape {
	before := Parameter{Name: "before"}
	return []ModelShape{
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
