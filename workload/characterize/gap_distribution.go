package characterize

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// GapDistribution is a distribution of gaps with mean 1, in operational time (the integral of the
// rate).
type GapDistribution struct {
	Kind     string  // "gamma", "lognormal" or "hyperexponential"
	SCV      float64 // squared coefficient of variation
	Distance float64 // Kolmogorov–Smirnov distance from the measured gaps
}

// CV is the coefficient of variation.
func (l GapDistribution) CV() float64 { return math.Sqrt(l.SCV) }

const (
	nearGaps = 0.05 // up to this distance the gamma distribution is accepted
	nearer   = 0.02 // another distribution is chosen only if its distance is smaller by this much
)

// gapDistribution returns the gamma distribution with the variation of the gaps. If its distance
// from the gaps is large, it tries distributions that match the local variation or the logarithms
// of the gaps, and returns the nearest.
func gapDistribution(g *Gaps) GapDistribution {
	scv := func(cv float64) float64 {
		if math.IsNaN(cv) {
			cv = 1
		}
		return min(max(cv*cv, 1e-4), 1e4)
	}
	all := g.Variation()
	best := g.against(GapDistribution{Kind: "gamma", SCV: scv(all)})
	if best.Distance <= nearGaps {
		return best
	}
	for _, l := range []GapDistribution{
		{Kind: "gamma", SCV: scv(g.Local())}, {Kind: "lognormal", SCV: scv(g.logarithmic())}, {Kind: "lognormal", SCV: scv(all)},
		{Kind: "hyperexponential", SCV: max(1, scv(all))},
	} {
		if l = g.against(l); l.Distance < best.Distance-nearer {
			best = l
		}
	}
	return best
}

// logarithmic returns the coefficient of variation of the lognormal distribution whose logarithm
// has the same variance as the logarithms of the gaps. Gaps of 0 are left out.
func (g *Gaps) logarithmic() float64 {
	var n, sum, sum2 float64
	for i, count := range g.bins[1:] {
		x, c := math.Log(edge(i+1)), float64(count)
		n, sum, sum2 = n+c, sum+c*x, sum2+c*x*x
	}
	return math.Sqrt(math.Expm1(min(20, max(0, sum2/n-sum/n*sum/n))))
}

// against returns the distribution with its Distance from the gaps.
func (g *Gaps) against(l GapDistribution) GapDistribution {
	mean, below := g.sum/float64(g.n), int64(0)
	for i, n := range g.bins {
		if n == 0 {
			continue
		}
		if before := edge(i - 1); below > 0 && i > 0 {
			l.Distance = max(l.Distance, math.Abs(float64(below)/float64(g.n)-l.below(before/1e9/mean)))
		}
		below += n
		l.Distance = max(l.Distance, math.Abs(float64(below)/float64(g.n)-l.below(edge(i)/1e9/mean)))
	}
	return l
}

// edge is the upper end of a bin, in nanoseconds.
func edge(i int) float64 {
	if i < fine {
		return float64(i + 1)
	}
	shift := i/fine - 1
	return math.Ldexp(float64(i-shift*fine+1), shift)
}

// below is the distribution function at x.
func (l GapDistribution) below(x float64) float64 {
	switch l.Kind {
	case "gamma":
		return mathext.GammaIncReg(1/l.SCV, x/l.SCV)
	case "lognormal":
		variance := math.Log1p(l.SCV)
		return math.Erfc(-(math.Log(x)+variance/2)/math.Sqrt(2*variance)) / 2
	}
	p := (1 + math.Sqrt((l.SCV-1)/(l.SCV+1))) / 2
	return 1 - p*math.Exp(-2*p*x) - (1-p)*math.Exp(-2*(1-p)*x)
}
