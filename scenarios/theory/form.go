package theory

// Form is a law taken apart: its kind, with the parameters that the kind has.
type Form struct {
	Kind      string // deterministic, gamma, hyperexponential, lognormal, uniform or bimodal
	Mean, SCV float64
	Low, High float64 // of uniform, and the two points of bimodal
	Share     float64 // of bimodal: chance of High
}

// ParseLaw makes the law that a table writes, such as "Gamma(mean1,scv0.25)", with the mean where the text gives none.
func ParseLaw(text string, mean float64) (Law, error) { return parseLaw(text, mean) }

// FormOf takes a law apart; ok is false for a law of more than two points.
func FormOf(law Law) (f Form, ok bool) {
	f = Form{Mean: law.Moment(1), SCV: scv(law)}
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
		switch len(l.points) {
		case 1:
			f.Kind, f.SCV = "deterministic", 0
		case 2:
			f.Kind, f.Low, f.High, f.Share = "bimodal", l.points[0], l.points[1], l.chances[1]
		default:
			return f, false
		}
	}
	return f, true
}
