package theory

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// ParseDistribution reads a distribution as tables write it. If the text has no mean, the argument
// mean is the mean. A bare number in exp(…) is a rate.
func ParseDistribution(text string, mean float64) (TimeDistribution, error) {
	t, err := readDistribution(text)
	if err != nil {
		return nil, err
	}
	if m, ok := t.named["mean"]; ok {
		mean = m
	}
	if err := t.check(mean); err != nil {
		return nil, fmt.Errorf("distribution %q: %w", text, err)
	}
	var distribution TimeDistribution
	switch kind := strings.ToLower(t.kind); {
	case kind == "exp" && len(t.bare) == 1:
		distribution, err = Exponential(1 / t.bare[0])
	case kind == "exp" || kind == "exponential" || kind == "poisson":
		distribution, err = Exponential(mean)
	case kind == "deterministic" || kind == "det":
		distribution, err = Deterministic(mean)
	case strings.HasPrefix(kind, "erlang"):
		phases, bad := strconv.Atoi(kind[len("erlang"):])
		if bad != nil {
			return nil, fmt.Errorf("distribution %q does not say how many phases", text)
		}
		distribution, err = Erlang(phases, mean)
	case kind == "gamma":
		distribution, err = Gamma(mean, t.named["scv"])
	case kind == "h2balanced":
		distribution, err = BalancedHyperexponential(mean, t.named["scv"])
	case kind == "lognormal":
		distribution, err = Lognormal(mean, t.named["scv"])
	case kind == "uniform" && len(t.bare) == 2:
		distribution, err = Uniform(t.bare[0], t.bare[1])
	case kind == "bimodal" && len(t.bare) > 0 && len(t.bare)%2 == 0:
		var chances, points []float64
		for i := 0; i < len(t.bare); i += 2 {
			chances, points = append(chances, t.bare[i]), append(points, t.bare[i+1])
		}
		distribution, err = Discrete(chances, points)
	default:
		err = errors.New("no such distribution, or the wrong number of arguments")
	}
	if err != nil {
		return nil, fmt.Errorf("distribution %q: %w", text, err)
	}
	return distribution, nil
}

func readDistribution(text string) (distributionText, error) {
	t := distributionText{kind: text, named: map[string]float64{}}
	open := strings.IndexAny(text, "([")
	if open < 0 {
		return t, nil
	}
	t.kind = text[:open]
	closing := string(")]"[strings.IndexByte("([", text[open])])
	inside, closed := strings.CutSuffix(text[open+1:], closing)
	if !closed {
		return t, fmt.Errorf("distribution %q: the closing %s is missing", text, closing)
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
			return t, fmt.Errorf("distribution %q: %q is not a finite number", text, argument)
		}
		switch name {
		case "":
			t.bare = append(t.bare, x)
		case "cv2":
			t.named["scv"] = x
		default:
			t.named[name] = x
		}
	}
	return t, nil
}

// distributionText is a distribution as tables write it: "Gamma(mean1,scv0.25)",
// "H2balanced(cv2=4)", "Uniform[0,2]", "exp(1)".
type distributionText struct {
	kind string
	// bare holds numbers without a name: bounds, or probabilities and points in turn.
	bare  []float64
	named map[string]float64 // mean, scv
}

// check reports faults of kinds whose numbers have names: numbers without a name, and a missing
// mean or variation.
func (t *distributionText) check(mean float64) error {
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
