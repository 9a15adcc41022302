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

// estimate is a value over replications, with the contribution of each replication. The
// contributions to a mean are the values of the replications. Those to other estimates are the
// pseudo-values of the jackknife.
type estimate struct {
	Interval
	parts []run // contributions in the order of replications; empty if undefined
}

// mean estimates a metric by the mean over replications. The interval is computed on a scale that
// suits the metric: intervals of shares stay within 0 and 100 %, those of times and rates stay
// positive.
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

// farOff is the multiple of a mean above which an upper end is useless. On a logarithmic scale, two
// or three unequal replications can give upper ends that are too large by powers of ten.
const farOff = 100

// around returns the ends of the interval of an estimate, from the contributions of independent
// replications. Contributions of queues are skewed, and Student's interval is then too short on the
// side of the longer tail. This interval differs from Student's in three ways.
//   - It is computed on another scale (delta method): logarithms for times and rates, logits for
//     shares.
//   - The side of the longer tail is longer by γ(1+2t²)/(6√n) standard errors, where γ is the
//     skewness. The formula is Johnson's (Journal of the American Statistical Association 73, 1978,
//     formula 2.6), with Hall's (1+2t²) (same journal, 87, 1992). The other side is never
//     shortened, because an estimate of γ from few replications is poor.
//   - The skewness is estimated from the contributions. It is at least the value that follows from
//     scale.lean, because replications without a visible tail tend to be too good by chance.
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

// bounded limits a skewness to −3 … 3, because few replications cannot show more.
func bounded(skew float64) float64 { return max(-3, min(3, skew)) }

// skewness estimates the skewness of a population from a sample. The skewness of the sample is too
// small by about Hazen's factor 1 + 8.5/n (Flood Flows, 1930), which is used in hydrology. Here the
// factor is at most 2.
func skewness(sample []float64) float64 {
	n := float64(len(sample))
	mean, variance := moments(sample)
	second, third := variance*(n-1)/n, 0.0
	for _, v := range sample {
		third += (v - mean) * (v - mean) * (v - mean)
	}
	return bounded(third / n / math.Pow(second, 1.5) * min(2, 1+8.5/n))
}
