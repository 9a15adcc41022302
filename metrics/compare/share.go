package compare

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// counted is the number of requests in one replication, and the number of these that meet a
// condition.
type counted struct{ met, all int64 }

// altogether returns the sums over all replications.
func altogether(tallies []counted) (sum counted) {
	for _, t := range tallies {
		sum.met, sum.all = sum.met+t.met, sum.all+t.all
	}
	return sum
}

// rare is the least number of requests, in all replications together, from which a share is well
// estimated.
const rare = 10

// shareOf estimates the share of requests that meet a condition, over the requests of all
// replications together. The share is a part of whole (1 or 100). The contributions are those of
// the delta method for a ratio of sums.
//
// The interval has the given confidence level. The argument few says that few requests meet the
// condition, or that few do not. The replications then say little about the share. So the interval
// is at least as wide as the exact interval of Clopper and Pearson (Biometrika 26, 1934) for the
// same number of independent requests.
func shareOf(tallies []counted, whole float64, few bool, level float64) (value, low, high float64, parts []float64) {
	sum := altogether(tallies)
	met, all := float64(sum.met), float64(sum.all)
	r, n := met/all, float64(len(tallies))
	parts = make([]float64, len(tallies))
	for i, t := range tallies {
		parts[i] = whole * (r + n*(float64(t.met)-r*float64(t.all))/all)
	}
	value = whole * r
	low, high = around(value, parts, level, logits(whole))
	if few {
		exactLow, exactHigh := clopperPearson(sum.met, sum.all, level)
		low, high = min(low, whole*exactLow), max(high, whole*exactHigh)
	}
	return value, low, high, parts
}

// clopperPearson returns the exact interval of a probability, if met of all independent trials
// succeeded.
func clopperPearson(met, all int64, level float64) (low, high float64) {
	tail := (1 - level) / 2
	low, high = 0, 1
	if met > 0 {
		low = distuv.Beta{Alpha: float64(met), Beta: float64(all - met + 1)}.Quantile(tail)
	}
	if met < all {
		high = distuv.Beta{Alpha: float64(met + 1), Beta: float64(all - met)}.Quantile(1 - tail)
	}
	return low, high
}

// attainment estimates slo_attainment over the requests of all replications together. It takes the
// values in percent, and the numbers of requests that arrived, per replication. Ok is false if a
// replication with requests lacks one of the two.
func attainment(percent, arrived []run, level float64) (e estimate, ok bool) {
	// a replication without requests has no share
	arrived = slices.DeleteFunc(slices.Clone(arrived), func(r run) bool { return r.value == 0 })
	if len(percent) != len(arrived) || len(percent) == 0 {
		return e, false
	}
	tallies := make([]counted, len(percent))
	for i := range percent {
		all := arrived[i].value
		if percent[i].replication != arrived[i].replication || !(all > 0) || !(percent[i].value >= 0 && percent[i].value <= 100) {
			return e, false
		}
		tallies[i] = counted{int64(math.Round(percent[i].value * all / 100)), int64(math.Round(all))}
	}
	if len(tallies) == 1 {
		return mean(percent, shareInTime, "%"), true
	}
	sum := altogether(tallies)
	value, low, high, parts := shareOf(tallies, 100, min(sum.met, sum.all-sum.met) < rare, level)
	e = estimate{Interval{Mean: value, Low: low, High: high, N: len(parts), Level: level}, make([]run, len(parts))}
	for i := range parts {
		e.parts[i] = run{percent[i].replication, parts[i]}
	}
	return e, true
}

// ShareInTime estimates the share of requests in time, over the requests of all replications
// together, with its interval at a confidence level. It takes the share in percent and the number
// of requests that arrived, per replication. Replications without requests do not count.
func ShareInTime(percent, arrived []float64, level float64) Interval {
	var shares, numbers []run
	for i, p := range percent {
		if !math.IsNaN(p) && arrived[i] > 0 {
			shares, numbers = append(shares, run{i, p}), append(numbers, run{i, arrived[i]})
		}
	}
	if e, ok := attainment(shares, numbers, level); ok {
		return e.Interval
	}
	return undefined(level, "no requests arrived")
}
