package theory

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Law is the distribution of a positive time: a service or a gap between arrivals. It is made by
// one of the constructors of this package.
type Law interface {
	// Moment is E[X^k] for k = 1, 2, 3.
	Moment(k int) float64
	// complement is 1 − E[e^{−sX}] for s ≥ 0, without loss near 0.
	complement(s float64) float64
}

// variance of a law.
func variance(l Law) float64 { return l.Moment(2) - l.Moment(1)*l.Moment(1) }

// scv is the squared coefficient of variation of a law.
func scv(l Law) float64 { return variance(l) / (l.Moment(1) * l.Moment(1)) }

type gamma struct{ shape, scale float64 }

func (g gamma) Moment(k int) float64 {
	m := 1.0
	for i := range k {
		m *= (g.shape + float64(i)) * g.scale
	}
	return m
}

func (g gamma) complement(s float64) float64 { return -math.Expm1(-g.shape * math.Log1p(g.scale*s)) }

// Gamma is the gamma law with a mean and a squared coefficient of variation, both positive.
func Gamma(mean, scv float64) (Law, error) {
	var c checks
	c.positive("mean", mean)
	c.positive("scv", scv)
	return gamma{shape: 1 / scv, scale: mean * scv}, c.err()
}

// Exponential is the law without memory.
func Exponential(mean float64) (Law, error) { return Gamma(mean, 1) }

// Erlang is the sum of so many equal exponential phases.
func Erlang(phases int, mean float64) (Law, error) {
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

// BalancedHyperexponential is the mixture of two exponential laws that carry equal shares of the
// mean; its scv is at least 1 (Morse, 1958; balanced means as in Whitt, 1982).
func BalancedHyperexponential(mean, scv float64) (Law, error) {
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

// complement sums the trapezoid rule over the normal variable, which converges faster than any
// power.
func (l lognormal) complement(s float64) float64 {
	const step = 1. / 64
	sigma := math.Sqrt(l.sigma2)
	sum := 0.0
	for z := -10.; z <= 10+sigma; z += step {
		sum += math.Exp(-z*z/2) * -math.Expm1(-s*math.Exp(l.mu+sigma*z))
	}
	return sum * step / math.Sqrt(2*math.Pi)
}

// Lognormal is the law whose logarithm is normal, with a mean and a squared coefficient of
// variation.
func Lognormal(mean, scv float64) (Law, error) {
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
	if y < 0.1 { // 1 − (1−e^{−y})/y as its series
		gap = 0
		for n, term := 1., y/2; n < 12; n++ {
			gap += term
			term *= -y / (n + 2)
		}
	}
	return -math.Expm1(-u.low*s) + math.Exp(-u.low*s)*gap
}

// Uniform is the law of equal density between two bounds, 0 ≤ low < high.
func Uniform(low, high float64) (Law, error) {
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

// Discrete is the law of a few points with their chances, which sum to 1; a point may be 0, but not
// all.
func Discrete(chances, points []float64) (Law, error) {
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

// Deterministic is the law of one point.
func Deterministic(point float64) (Law, error) { return Discrete([]float64{1}, []float64{point}) }

// lawText is a law as tables write it: "Gamma(mean1,scv0.25)", "H2balanced(cv2=4)", "Uniform[0,2]",
// "exp(1)".
type lawText struct {
	kind string
	// numbers without a name: bounds, chance:point pairs one after the other
	bare  []float64
	named map[string]float64 // mean, scv
}

func readLaw(text string) (lawText, error) {
	law := lawText{kind: text, named: map[string]float64{}}
	open := strings.IndexAny(text, "([")
	if open < 0 {
		return law, nil
	}
	law.kind = text[:open]
	closing := string(")]"[strings.IndexByte("([", text[open])])
	inside, closed := strings.CutSuffix(text[open+1:], closing)
	if !closed {
		return law, fmt.Errorf("law %q: the closing %s is missing", text, closing)
	}
	for argument := range strings.FieldsFuncSeq(inside, func(r rune) bool { return r == ',' || r == ':' }) {
		name, number := "", argument
		for _, known := range []string{"mean", "scv", "cv2"} {
			if rest, ok := strings.CutPrefix(argument, known); ok {
				name, number = known, strings.TrimPrefix(rest, "=")
			}
		}
		x, err := strconv.ParseFloat(number, 64)
		if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
			return law, fmt.Errorf("law %q: %q is not a finite number", text, argument)
		}
		switch name {
		case "":
			law.bare = append(law.bare, x)
		case "cv2":
			law.named["scv"] = x
		default:
			law.named[name] = x
		}
	}
	return law, nil
}

// check reports numbers without a name, and means and variations that are missing, of the kinds
// that need names.
func (t *lawText) check(mean float64) error {
	kind := strings.ToLower(t.kind)
	varies := slices.Contains([]string{"gamma", "h2balanced", "lognormal"}, kind)
	if !varies && kind != "det" && kind != "deterministic" && !strings.HasPrefix(kind, "erlang") {
		return nil
	}
	if len(t.bare) > 0 {
		return fmt.Errorf("the number %v has no name; write mean%[1]v", t.bare[0])
	}
	if math.IsNaN(mean) {
		return fmt.Errorf("it has no mean; write %s(mean1)", t.kind)
	}
	if _, ok := t.named["scv"]; varies && !ok {
		return fmt.Errorf("it has no variation; write %s(mean%v,scv4)", t.kind, mean)
	}
	return nil
}

// parseLaw makes the law that a table writes. The mean may be left out where the rest of the row
// gives it. A bare number in exp(...) is a rate.
func parseLaw(text string, mean float64) (Law, error) {
	t, err := readLaw(text)
	if err != nil {
		return nil, err
	}
	if m, ok := t.named["mean"]; ok {
		mean = m
	}
	if err := t.check(mean); err != nil {
		return nil, fmt.Errorf("law %q: %w", text, err)
	}
	var law Law
	switch kind := strings.ToLower(t.kind); {
	case kind == "exp" && len(t.bare) == 1:
		law, err = Exponential(1 / t.bare[0])
	case kind == "exp" || kind == "exponential" || kind == "poisson":
		law, err = Exponential(mean)
	case kind == "deterministic" || kind == "det":
		law, err = Deterministic(mean)
	case strings.HasPrefix(kind, "erlang"):
		phases, bad := strconv.Atoi(kind[len("erlang"):])
		if bad != nil {
			return nil, fmt.Errorf("law %q does not say how many phases", text)
		}
		law, err = Erlang(phases, mean)
	case kind == "gamma":
		law, err = Gamma(mean, t.named["scv"])
	case kind == "h2balanced":
		law, err = BalancedHyperexponential(mean, t.named["scv"])
	case kind == "lognormal":
		law, err = Lognormal(mean, t.named["scv"])
	case kind == "uniform" && len(t.bare) == 2:
		law, err = Uniform(t.bare[0], t.bare[1])
	case kind == "bimodal" && len(t.bare) > 0 && len(t.bare)%2 == 0:
		var chances, points []float64
		for i := 0; i < len(t.bare); i += 2 {
			chances, points = append(chances, t.bare[i]), append(points, t.bare[i+1])
		}
		law, err = Discrete(chances, points)
	default:
		err = errors.New("no such law, or the wrong number of arguments")
	}
	if err != nil {
		return nil, fmt.Errorf("law %q: %w", text, err)
	}
	return law, nil
}
