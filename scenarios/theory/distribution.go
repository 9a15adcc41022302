package theory

import (
	"math"
)

// TimeDistribution is the distribution of a positive time: a service time or a gap between
// arrivals. The constructors of this package make its values.
type TimeDistribution interface {
	// Moment is E[X^k] for k = 1, 2, 3.
	Moment(k int) float64
	// complement returns 1 − E[e^{−sX}] for s ≥ 0, without loss of precision near 0.
	complement(s float64) float64
}

// variance of a distribution.
func variance(l TimeDistribution) float64 { return l.Moment(2) - l.Moment(1)*l.Moment(1) }

// scv is the squared coefficient of variation of a distribution.
func scv(l TimeDistribution) float64 { return variance(l) / (l.Moment(1) * l.Moment(1)) }

type gamma struct{ shape, scale float64 }

func (g gamma) Moment(k int) float64 {
	m := 1.0
	for i := range k {
		m *= (g.shape + float64(i)) * g.scale
	}
	return m
}

func (g gamma) complement(s float64) float64 { return -math.Expm1(-g.shape * math.Log1p(g.scale*s)) }

// Gamma is the gamma distribution with a mean and a squared coefficient of variation, both
// positive.
func Gamma(mean, scv float64) (TimeDistribution, error) {
	var c checks
	c.positive("mean", mean)
	c.positive("scv", scv)
	return gamma{shape: 1 / scv, scale: mean * scv}, c.err()
}

// Exponential is the exponential distribution.
func Exponential(mean float64) (TimeDistribution, error) { return Gamma(mean, 1) }

// Erlang is the distribution of the sum of equal exponential phases.
func Erlang(phases int, mean float64) (TimeDistribution, error) {
	var c checks
	c.positive("mean", mean)
	c.count("phases", phases, 1, mostStates)
	return gamma{shape: float64(phases), scale: mean / float64(phases)}, c.err()
}

type hyperexponential struct{ p1, mean1, mean2 float64 }

func (h hyperexponential) Moment(k int) float64 {
	factorial := float64([]int{1, 1, 2, 6}[k])
	return factorial * (h.p1*math.Pow(h.mean1, float64(k)) + (1-h.p1)*math.Pow(h.mean2, float64(k)))
}

func (h hyperexponential) complement(s float64) float64 {
	return h.p1*s*h.mean1/(1+s*h.mean1) + (1-h.p1)*s*h.mean2/(1+s*h.mean2)
}

// BalancedHyperexponential is a mixture of two exponential distributions that contribute equally to
// the mean. Its squared coefficient of variation is at least 1 (Morse, 1958; balanced means as in
// Whitt, 1982).
func BalancedHyperexponential(mean, scv float64) (TimeDistribution, error) {
	var c checks
	c.positive("mean", mean)
	if !(scv >= 1) || math.IsInf(scv, 0) {
		c.fault("scv is %v, not a number from 1 up", scv)
	}
	root := math.Sqrt((scv - 1) / (scv + 1))
	return hyperexponential{p1: (1 + root) / 2, mean1: mean / (1 + root), mean2: mean / (1 - root)}, c.err()
}

type lognormal struct{ mu, sigma2 float64 }

func (l lognormal) Moment(k int) float64 {
	n := float64(k)
	return math.Exp(n*l.mu + n*n*l.sigma2/2)
}

// complement integrates over the normal variable by the trapezoid rule, which converges very fast
// here.
func (l lognormal) complement(s float64) float64 {
	const step = 1. / 64
	sigma := math.Sqrt(l.sigma2)
	sum := 0.0
	for z := -10.; z <= 10+sigma; z += step {
		sum += math.Exp(-z*z/2) * -math.Expm1(-s*math.Exp(l.mu+sigma*z))
	}
	return sum * step / math.Sqrt(2*math.Pi)
}

// Lognormal is the distribution whose logarithm is normal, with a mean and a squared coefficient of
// variation.
func Lognormal(mean, scv float64) (TimeDistribution, error) {
	var c checks
	c.positive("mean", mean)
	c.positive("scv", scv)
	sigma2 := math.Log1p(scv)
	return lognormal{mu: math.Log(mean) - sigma2/2, sigma2: sigma2}, c.err()
}

type uniform struct{ low, high float64 }

func (u uniform) Moment(k int) float64 {
	sum := 0.0
	for i := range k + 1 {
		sum += math.Pow(u.low, float64(i)) * math.Pow(u.high, float64(k-i))
	}
	return sum / float64(k+1)
}

func (u uniform) complement(s float64) float64 {
	y := s * (u.high - u.low)
	gap := 1 - decay(y)
	if y < 0.1 { // the series of 1 − (1−e^{−y})/y
		gap = 0
		for n, term := 1., y/2; n < 12; n++ {
			gap += term
			term *= -y / (n + 2)
		}
	}
	return -math.Expm1(-u.low*s) + math.Exp(-u.low*s)*gap
}

// Uniform is the distribution of equal density between two bounds, 0 ≤ low < high.
func Uniform(low, high float64) (TimeDistribution, error) {
	var c checks
	c.notNegative("low", low)
	c.positive("high", high)
	if low >= high {
		c.fault("low %v is not below high %v", low, high)
	}
	return uniform{low, high}, c.err()
}

type discrete struct{ chances, points []float64 }

func (d discrete) Moment(k int) float64 {
	sum := 0.0
	for i, p := range d.chances {
		sum += p * math.Pow(d.points[i], float64(k))
	}
	return sum
}

func (d discrete) complement(s float64) float64 {
	sum := 0.0
	for i, p := range d.chances {
		sum -= p * math.Expm1(-s*d.points[i])
	}
	return sum
}

// Discrete is the distribution of a few points with their probabilities, which add up to 1. A point
// may be 0, but not all of them.
func Discrete(chances, points []float64) (TimeDistribution, error) {
	var c checks
	if len(chances) != len(points) {
		c.fault("%d chances for %d points", len(chances), len(points))
		return nil, c.err()
	}
	sum := 0.0
	for i, p := range chances {
		c.notNegative("chance", p)
		c.notNegative("point", points[i])
		sum += p
	}
	if !near(sum, 1) {
		c.fault("the chances sum to %v, not to 1", sum)
	}
	d := discrete{chances, points}
	c.positive("mean", d.Moment(1))
	return d, c.err()
}

// Deterministic is the distribution of one point.
func Deterministic(point float64) (TimeDistribution, error) {
	return Discrete([]float64{1}, []float64{point})
}

// distribution checks that a distribution is not nil. It reports whether there is one.
func (c *checks) distribution(name string, l TimeDistribution) bool {
	if l == nil {
		c.fault("%s has no distribution", name)
		return false
	}
	c.positive("mean of "+name, l.Moment(1))
	return true
}
