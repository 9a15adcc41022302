package metrics

import "math"

// estimate is a value over replications with what each replication contributes to it. The contributions are the
// values of the replications where the estimate is their mean, and the jackknife's pseudo-values where it is not.
type estimate struct {
	Interval
	parts []run // in order of replication; empty where none are defined
}

// mean is the estimate of a metric by the mean of its replications. Its interval is drawn on the scale that suits
// its unit: shares stay within 0 and 100 %, times and rates stay positive.
func mean(runs []run, unit string) estimate {
	v := values(runs)
	result, ok := begin(v, Level)
	if ok {
		result.Low, result.High = around(result.Mean, v, Level, scaleFor(unit, v))
	}
	return estimate{result, runs}
}

// around returns the ends of the interval of an estimate from the contributions of independent replications. Student's
// interval is too short on the side of the longer tail when the contributions are skewed, as those of queues are. Here
//   - the interval is drawn on another scale (delta method): logarithms of times and rates, logits of shares;
//   - the side of the longer tail is longer by γ(1+2t²)/(6√n) standard errors (Johnson, Journal of the American
//     Statistical Association 73, 1978, formula 2.6 with Hall's (1+2t²) of the same journal's 87, 1992); the other side
//     is never shortened, because few replications tell little of γ.
func around(estimate float64, parts []float64, level float64, s scale) (low, high float64) {
	n := float64(len(parts))
	_, variance := moments(parts)
	if variance == 0 || !s.inside(estimate) {
		return estimate, estimate
	}
	t := critical(level, len(parts)-1)
	lean := skewness(parts) / (6 * math.Sqrt(n)) * (1 + 2*t*t)
	step := math.Sqrt(variance/n) * s.slope(estimate)
	at := s.to(estimate)
	return s.from(at - step*(t+max(0, -lean))), s.from(at + step*(t+max(0, lean)))
}

// skewness estimates the skewness of the population that a sample is from. The sample's own is too small by about
// Hazen's factor 1 + 8.5/n (Flood Flows, 1930), which hydrology uses for the same purpose; here it is at most 2. More
// than 3 is not told apart from 3.
func skewness(sample []float64) float64 {
	const most = 3
	n := float64(len(sample))
	mean, variance := moments(sample)
	second, third := variance*(n-1)/n, 0.0
	for _, v := range sample {
		third += (v - mean) * (v - mean) * (v - mean)
	}
	g := third / n / math.Pow(second, 1.5) * min(2, 1+8.5/n)
	return max(-most, min(most, g))
}

// scale is an increasing transformation: to the scale on which an interval is symmetric but for skewness, and back.
type scale struct {
	to, from, slope func(float64) float64 // slope is the derivative of to
	inside          func(float64) bool    // where to is finite
}

// scaleFor returns the scale for values of a unit: logits of percentages, logarithms of times and rates, and others, such
// as counts and money, as they are; there no interval of values that are not negative goes below zero.
func scaleFor(unit string, values []float64) scale {
	least, most := math.Inf(1), math.Inf(-1)
	for _, v := range values {
		least, most = min(least, v), max(most, v)
	}
	switch {
	case unit == "%" && least >= 0 && most <= 100:
		return logits(100)
	case least > 0 && (unit == "s" || unit == "1/s"):
		return scale{math.Log, math.Exp, func(v float64) float64 { return 1 / v }, func(v float64) bool { return v > 0 }}
	}
	floor := math.Inf(-1)
	if least >= 0 {
		floor = 0
	}
	return scale{
		to: func(v float64) float64 { return v }, from: func(v float64) float64 { return max(floor, v) },
		slope: func(float64) float64 { return 1 }, inside: func(float64) bool { return true },
	}
}

// logits is the scale of shares of a whole.
func logits(whole float64) scale {
	return scale{
		to:     func(v float64) float64 { return math.Log(v / (whole - v)) },
		from:   func(v float64) float64 { return whole / (1 + math.Exp(-v)) },
		slope:  func(v float64) float64 { return whole / (v * (whole - v)) },
		inside: func(v float64) bool { return v > 0 && v < whole },
	}
}
