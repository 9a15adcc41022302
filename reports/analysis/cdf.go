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

// cdfKey names the distributions of a time under all policies.
type cdfKey struct{ metric, scope string }

// sharePoint is a point of a distribution: the share of times that are at most the value.
type sharePoint struct{ share, value float64 }

// sharesOf sorts the finite quantiles by the distribution that they belong to: by policy and
// replication.
func sharesOf(quantiles []rows.Quantile) map[cdfKey]map[string]map[int][]sharePoint {
	by := map[cdfKey]map[string]map[int][]sharePoint{}
	for i := range quantiles {
		q := &quantiles[i]
		key := cdfKey{q.Metric, q.Scope}
		if by[key] == nil {
			by[key] = map[string]map[int][]sharePoint{}
		}
		if by[key][q.Policy] == nil {
			by[key][q.Policy] = map[int][]sharePoint{}
		}
		part := by[key][q.Policy][q.Replication]
		if Finite(q.Value) {
			part = append(part, sharePoint{q.Share, q.Value})
		}
		by[key][q.Policy][q.Replication] = part
	}
	return by
}

// CDFs returns the distribution of a time for each policy in a scope, in the order of the policies.
// The metric is that of the quantiles, such as "latency".
func (a *Analysis) CDFs(metric, scope string) []CDF {
	list := make([]CDF, len(a.Policies))
	for i, policy := range a.Policies {
		list[i] = cdfOf(a.shares[cdfKey{metric, scope}][policy])
	}
	return list
}

// cdfOf makes a distribution from those of the replications.
func cdfOf(replications map[int][]sharePoint) CDF {
	var d CDF
	var all []float64
	var parts [][]sharePoint
	for _, replication := range slices.Sorted(maps.Keys(replications)) {
		part := slices.SortedStableFunc(slices.Values(replications[replication]), func(a, b sharePoint) int { return cmp.Compare(a.share, b.share) })
		for _, q := range part {
			if q.value > 0 {
				all = append(all, q.value)
			} else {
				d.Zero = true
			}
		}
		parts = append(parts, part)
	}
	slices.Sort(all)
	n := 2 * min(len(all), mostTimes)
	d.Times, d.Mean, d.Low, d.High = make([]float64, 0, n), make([]float64, 0, n), make([]float64, 0, n), make([]float64, 0, n)
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
func (d *CDF) add(time float64, parts [][]sharePoint) {
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
func sharesAt(quantiles []sharePoint, time float64) (below, own float64) {
	n := len(quantiles)
	first, found := slices.BinarySearchFunc(quantiles, time, func(q sharePoint, t float64) int { return cmp.Compare(q.value, t) })
	if found {
		last := first
		for last+1 < n && quantiles[last+1].value == time {
			last++
		}
		if first == 0 {
			return 0, quantiles[last].share
		}
		return quantiles[first].share, quantiles[last].share
	}
	switch {
	case first == 0:
		return 0, 0
	case first == n:
		return quantiles[n-1].share, quantiles[n-1].share
	}
	a, b := quantiles[first-1], quantiles[first]
	if a.value <= 0 {
		return a.share, a.share
	}
	share := a.share + (b.share-a.share)*math.Log(time/a.value)/math.Log(b.value/a.value)
	return share, share
}
