package analysis

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"wavetank/metrics/rows"
)

// mostTimes is the largest number of times at which a distribution is drawn.
const mostTimes = 500

// CDF is a cumulative distribution: the share, in percent, of requests or tokens that took
// no longer than a time. It has the mean, the smallest and the largest share of the replications.
// Each time is listed twice: first with the share just below the time, then with the share up to
// the time. The last time is the longest finite one of any replication. If its share is below
// 100 %, the rest never ended.
type CDF struct {
	Times, Mean, Low, High []float64
	Zero                   bool // some times are zero, which a logarithmic axis does not show
}

// CDFs returns the distribution of a time for each policy in a scope, in the order of the policies.
// The metric is that of the quantiles, such as "latency".
func (a *Analysis) CDFs(metric, scope string) []CDF {
	points := map[string]map[int][]rows.Quantile{}
	for _, q := range a.Quantiles {
		if q.Scope == scope && q.Metric == metric {
			if points[q.Policy] == nil {
				points[q.Policy] = map[int][]rows.Quantile{}
			}
			points[q.Policy][q.Replication] = append(points[q.Policy][q.Replication], q)
		}
	}
	list := make([]CDF, len(a.Policies))
	for i, policy := range a.Policies {
		list[i] = CDFOf(points[policy])
	}
	return list
}

// CDFOf makes a distribution from the quantiles of each replication.
func CDFOf(replications map[int][]rows.Quantile) CDF {
	var d CDF
	var all []float64
	var parts [][]rows.Quantile
	for _, replication := range slices.Sorted(maps.Keys(replications)) {
		part := Keep(replications[replication], func(q rows.Quantile) bool { return !math.IsNaN(q.Value) && !math.IsInf(q.Value, 0) })
		slices.SortStableFunc(part, func(a, b rows.Quantile) int { return cmp.Compare(a.Share, b.Share) })
		for _, q := range part {
			if q.Value > 0 {
				all = append(all, q.Value)
			} else {
				d.Zero = true
			}
		}
		parts = append(parts, part)
	}
	slices.Sort(all)
	for i := range min(len(all), mostTimes) {
		at := i // evenly by rank, with the first and the last time
		if len(all) > mostTimes {
			at = i * (len(all) - 1) / (mostTimes - 1)
		}
		if n := len(d.Times); n > 0 && d.Times[n-1] == all[at] {
			continue
		}
		d.add(all[at], parts)
	}
	return d
}

// add appends a time, with the shares below and up to it.
func (d *CDF) add(time float64, parts [][]rows.Quantile) {
	var sum, least, most [2]float64 // below the time, and up to it
	least = [2]float64{100, 100}
	for _, part := range parts {
		below, own := sharesAt(part, time)
		for k, share := range []float64{100 * below, 100 * own} {
			sum[k], least[k], most[k] = sum[k]+share, min(least[k], share), max(most[k], share)
		}
	}
	for k := range sum {
		d.Times = append(d.Times, time)
		d.Mean = append(d.Mean, max(least[k], min(most[k], sum[k]/float64(len(parts)))))
		d.Low, d.High = append(d.Low, least[k]), append(d.High, most[k])
	}
}

// sharesAt returns the shares just below a time and up to it, from 0 to 1. The quantiles must be
// sorted. Between two quantiles the share is interpolated linearly in the logarithm of the time.
func sharesAt(quantiles []rows.Quantile, time float64) (below, own float64) {
	n := len(quantiles)
	first, found := slices.BinarySearchFunc(quantiles, time, func(q rows.Quantile, t float64) int { return cmp.Compare(q.Value, t) })
	if found {
		last := first
		for last+1 < n && quantiles[last+1].Value == time {
			last++
		}
		if first == 0 {
			return 0, quantiles[last].Share
		}
		return quantiles[first].Share, quantiles[last].Share
	}
	switch {
	case first == 0:
		return 0, 0
	case first == n:
		return quantiles[n-1].Share, quantiles[n-1].Share
	}
	a, b := quantiles[first-1], quantiles[first]
	if a.Value <= 0 {
		return a.Share, a.Share
	}
	share := a.Share + (b.Share-a.Share)*math.Log(time/a.Value)/math.Log(b.Value/a.Value)
	return share, share
}
