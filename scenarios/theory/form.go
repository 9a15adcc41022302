package theory

// Form is a law taken apart: its kind, with the parameters that the kind has.
type Form struct {
	Kind      string // gamma, hyperexponential, lognormal, uniform or discrete
	Mean, SCV float64
	Low, High float64   // of uniform
	Points    []float64 // of discrete
	Chances   []float64 // of these
}

// ParseLaw makes the law that a table writes, such as "Gamma(mean1,scv0.25)", with the mean where
// the text gives none.
func ParseLaw(text string, mean float64) (Law, error) { return parseLaw(text, mean) }

// FormOf takes a law apart.
func FormOf(law Law) Form {
	f := Form{Mean: law.Moment(1), SCV: scv(law)}
	switch l := law.(type) {
	case gamma:
		f.Kind = "gamma"
	case hyperexponential:
		f.Kind = "hyperexponential"
	case lognormal:
		f.Kind = "lognormal"
	case uniform:
		f.Kind, f.Low, f.High = "uniform", l.low, l.high
	case discrete:
		f.Kind, f.Points, f.Chances = "discrete", l.points, l.chances
	}
	return f
}
