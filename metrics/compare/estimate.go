package compare

import (
	"math"

	"wavetank/metrics/rows"
)

// run is the value of one replication.
type run struct {
	replication int
	value       float64
}

func values(runs []run) []float64 {
	v := make([]float64, len(runs))
	for i, r := range runs {
		v[i] = r.value
	}
	return v
}

// estimate is a value over replications, with what each replication contributes to it. If the
// estimate is a mean, the contributions are the values of the replications. If it is not, they
// are the pseudo-values of the jackknife.
type estimate struct {
	Interval
	parts []run // in order of replication; empty if none are defined
}

// mean is the estimate of a metric by the mean of its replications. Its interval is drawn on the
// scale that suits the metric: shares stay within 0 and 100 %, times and rates stay positive.
func mean(runs []run, metric, unit string) estimate {
	v := values(runs)
	result, ok := begin(v, Level)
	if ok {
		result.Low, result.High = around(result.Mean, v, Level, scaleFor(metric, unit, v))
	}
	if math.IsInf(rows.Whole(metric, unit), 1) && result.Mean > 0 && result.High > farOff*result.Mean {
		result.High, result.Warning = math.Inf(1), "too few replications to bound it from above"
	}
	return estimate{result, runs}
}

// farOff is the multiple of a mean beyond which an upper end tells nothing. On the scale of
// logarithms, two or three unequal replications have ends that are larger by powers of ten.
const farOff = 100

// around returns the ends of the interval of an estimate, from the contributions of independent
// replications. Student's interval is too short on the side of the longer tail where contributions
// are skewed, as those of queues are. This one differs from it in three ways.
//   - It is drawn on another scale (delta method): logarithms of times and rates, logits of shares.
//   - The side of the longer tail is longer by γ(1+2t²)/(6√n) standard errors, where γ is the
//     skewness. The formula is Johnson's (Journal of the American Statistical Association 73, 1978,
//     formula 2.6), with Hall's (1+2t²) (same journal, 87, 1992). The other side is never
//     shortened, because few replications tell little of γ.
//   - The skewness is that of the contributions, but no less than the lean of the scale implies.
//     The replications that happen to show no tail are those that are too good.
func around(estimate float64, parts []float64, level float64, s scale) (low, high float64) {
	n := float64(len(parts))
	_, variance := moments(parts)
	if variance == 0 || !s.inside(estimate) {
		return estimate, estimate
	}
	t := critical(level, len(parts)-1)
	longer := func(skew float64) float64 { return t + max(0, skew)/(6*math.Sqrt(n))*(1+2*t*t) }
	spread := math.Sqrt(variance) * s.slope(estimate)
	shown, implied := skewness(parts), bounded(spread*s.lean(estimate))
	step, at := spread/math.Sqrt(n), s.to(estimate)
	return s.from(at - step*longer(-min(shown, implied))), s.from(at + step*longer(max(shown, implied)))
}

// bounded returns a skewness of at most 3 either way: more is not told apart from 3.
func bounded(skew float64) float64 { return max(-3, min(3, skew)) }

// skewness estimates the skewness of the population that a sample is from. The sample's own is too
// small by about Hazen's factor 1 + 8.5/n (Flood Flows, 1930), which hydrology uses for the same
// purpose. Here the factor is at most 2.
func skewness(sample []float64) float64 {
	n := float64(len(sample))
	mean, variance := moments(sample)
	second, third := variance*(n-1)/n, 0.0
	for _, v := range sample {
		third += (v - mean) * (v - mean) * (v - mean)
	}
	return bounded(third / n / math.Pow(second, 1.5) * min(2, 1+8.5/n))
}
