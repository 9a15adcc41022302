package theory

// DistributionParameters holds the kind of a distribution, with the parameters of this kind.
type DistributionParameters struct {
	Kind      string // gamma, hyperexponential, lognormal, uniform or discrete
	Mean, SCV float64
	Low, High float64   // bounds of uniform
	Points    []float64 // points of discrete
	Chances   []float64 // probabilities of the points
}

// ParametersOf returns the kind and the parameters of a distribution.
func ParametersOf(distribution TimeDistribution) DistributionParameters {
	f := DistributionParameters{Mean: distribution.Moment(1), SCV: scv(distribution)}
	switch l := distribution.(type) {
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
