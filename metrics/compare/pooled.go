package compare

import (
	"fmt"
	"math"
	"slices"
	"sort"

	"wavetank/metrics/histogram"
	"wavetank/metrics/rows"
)

// percentiles lists the percentiles that are reported of distributions.
var percentiles = []struct {
	suffix string
	share  float64
}{{"_p50", 0.50}, {"_p90", 0.90}, {"_p95", 0.95}, {"_p99", 0.99}}

// Pool returns the percentiles of one policy over all its replications together. Distributions
// holds the distributions of each of the replications. The rows have the scenario and the policy of
// label. With fewer than two replications there are no rows.
func Pool(label rows.Row, replications []int, distributions [][]histogram.Compact) []rows.Pooled {
	if len(replications) < 2 {
		return nil
	}
	type name struct{ scope, metric string }
	var names []name
	// by index in replications; nil: the replication has none
	found := map[name][]*histogram.Compact{}
	for i, list := range distributions {
		for j := range list {
			d := &list[j]
			scope, metric := d.Name()
			key := name{scope, metric}
			if found[key] == nil {
				names, found[key] = append(names, key), make([]*histogram.Compact, len(replications))
			}
			found[key][i] = d
		}
	}
	var result []rows.Pooled
	for _, key := range names {
		p := merge(found[key])
		if p.all == 0 {
			continue
		}
		for _, percentile := range percentiles {
			row := label
			row.Measurement = rows.Measurement{Scope: key.scope, Metric: key.metric + percentile.suffix, Unit: "s"}
			result = append(result, p.percentile(row, replications, percentile.share)...)
		}
	}
	return result
}

// merged holds the distributions of one quantity in several replications.
type merged struct {
	buckets []int    // buckets that are not empty, in order
	total   []int64  // per bucket: number of values up to its end, in all replications
	each    [][]upTo // per replication, in the order of its buckets that are not empty
	counts  []int64  // per replication: number of values, including infinite values
	all     int64    // number of values in all replications
}

// upTo is the number of values of one replication up to the end of a bucket.
type upTo struct {
	bucket int
	values int64
}

func merge(replications []*histogram.Compact) *merged {
	p := &merged{each: make([][]upTo, len(replications)), counts: make([]int64, len(replications))}
	var held []int64 // by bucket: values in all replications
	var list []upTo
	for i, c := range replications {
		if c == nil {
			continue
		}
		sum := int64(0)
		list = list[:0]
		c.Each(func(bucket int, count int64) {
			if bucket >= len(held) {
				held = append(held, make([]int64, bucket+1-len(held))...)
			}
			held[bucket] += count
			sum += count
			list = append(list, upTo{bucket, sum})
		})
		p.each[i] = slices.Clone(list)
		p.counts[i] = c.Count()
		p.all += c.Count()
	}
	sum := int64(0)
	for bucket, count := range held {
		if count > 0 {
			sum += count
			p.buckets, p.total = append(p.buckets, bucket), append(p.total, sum)
		}
	}
	return p
}

// percentile returns the rows of one percentile.
func (p *merged) percentile(row rows.Row, replications []int, share float64) []rows.Pooled {
	value, low, high := p.estimate(share)
	row.Replication, row.Value = rows.Together, value
	result := []rows.Pooled{{Row: row, Low: low, High: high}}
	for i, contribution := range p.contributions(share, value) {
		row.Replication, row.Value = replications[i], contribution
		result = append(result, rows.Pooled{Row: row, Low: math.NaN(), High: math.NaN()})
	}
	return result
}

// contributions returns the contribution of each replication i to a percentile q, in seconds. It is
// q − (Fᵢ − F)/f (Jaeckel's infinitesimal jackknife, 1972), where
//
//   - F is the share of all requests with a value of at most q,
//   - Fᵢ is the contribution of the replication to F,
//   - f is the density of all requests at q. It is estimated between the two percentiles whose
//     shares are one standard error away.
//
// The ordinary jackknife leaves out whole replications. A percentile then jumps from bucket to
// bucket, which would hide how similar pairs are.
func (p *merged) contributions(percent, value float64) []float64 {
	list := make([]float64, len(p.counts))
	for i := range list {
		list[i] = value
	}
	switch {
	case math.IsInf(value, 1):
		return list
	case p.few(percent):
		for i := range list {
			list[i] = math.NaN()
		}
		return list
	}
	r, _, _, parts := shareOf(p.within(p.at(percent)), 1, false, Level)
	_, variance := moments(parts)
	s := logits(1)
	if variance == 0 || !s.inside(r) {
		return list
	}
	step := math.Sqrt(variance/float64(len(parts))) * s.slope(r)
	low, high := s.from(s.to(r)-step), s.from(s.to(r)+step)
	from, to := p.quantile(low), p.quantile(high)
	if math.IsInf(to, 1) { // at the upper percentile are requests that never finished
		high, to = r, p.quantile(r)
	}
	for i := range list {
		list[i] -= (parts[i] - r) * (to - from) / (high - low)
	}
	return list
}

// few reports whether too few requests lie on one side of a percentile.
func (p *merged) few(percent float64) bool { return min(percent, 1-percent)*float64(p.all) < rare }

// at returns the index of the bucket that contains a percentile. It returns the index after the
// last bucket if the percentile is infinite.
func (p *merged) at(percent float64) int {
	rank := max(1, math.Ceil(percent*float64(p.all)-1e-9))
	return p.first(func(b int) bool { return float64(p.total[b]) >= rank })
}

// first returns the index of the first bucket for which reached is true. Reached must then be true
// for all later buckets. It returns the index after the last bucket if there is none.
func (p *merged) first(reached func(b int) bool) int { return sort.Search(len(p.buckets), reached) }

// end returns the largest value of a bucket, in seconds. It returns +Inf after the last bucket.
func (p *merged) end(b int) float64 {
	if b == len(p.buckets) {
		return math.Inf(1)
	}
	return float64(histogram.Upper(p.buckets[b])) / 1e9
}

// within counts, for every replication, the values up to the end of a bucket. Bucket −1 means
// before the first.
func (p *merged) within(b int) []counted {
	list := make([]counted, len(p.counts))
	for i := range list {
		list[i].all = p.counts[i]
		if b < 0 {
			continue
		}
		n := sort.Search(len(p.each[i]), func(k int) bool { return p.each[i][k].bucket > p.buckets[b] })
		if n > 0 {
			list[i].met = p.each[i][n-1].values
		}
	}
	return list
}

// quantile returns the value, in seconds, that a share of all values does not exceed. It returns
// +Inf if too few values are finite. It assumes that values are spread evenly within a bucket.
func (p *merged) quantile(share float64) float64 {
	rank := share * float64(p.all)
	b := p.first(func(b int) bool { return float64(p.total[b]) >= rank-1e-9 })
	if b == len(p.buckets) {
		return math.Inf(1)
	}
	before := int64(0)
	if b > 0 {
		before = p.total[b-1]
	}
	from, to := float64(histogram.Upper(p.buckets[b]-1)), float64(histogram.Upper(p.buckets[b]))
	return (from + (to-from)*(rank-float64(before))/float64(p.total[b]-before)) / 1e9
}

// estimate returns a percentile and its interval, in seconds. Take the share of requests with a
// value of at most x, and the interval of this share. The interval of the percentile contains x if
// the interval of the share contains percent. This is Woodruff's interval (Journal of the American
// Statistical Association 47, 1952), by test inversion (Francisco and Fuller, Annals of Statistics
// 19, 1991). So a percentile and an attainment never contradict each other.
func (p *merged) estimate(percent float64) (value, low, high float64) {
	value = p.end(p.at(percent))
	if math.IsInf(value, 1) {
		return value, math.NaN(), math.NaN()
	}
	ends := func(b int) (low, high float64) {
		_, low, high, _ = shareOf(p.within(b), 1, p.few(percent), Level)
		return low, high
	}
	if _, top := ends(-1); top < percent {
		low = p.end(p.first(func(b int) bool { _, top := ends(b); return top >= percent }))
	}
	high = p.end(p.first(func(b int) bool { bottom, _ := ends(b); return bottom >= percent }))
	return value, min(low, value), max(high, value)
}

// pooledEstimate returns the estimate of a percentile from its pooled rows.
func pooledEstimate(data []rows.Pooled) (estimate, error) {
	var together *rows.Pooled
	var parts []run
	for i := range data {
		if r := &data[i]; r.Replication == rows.Together {
			together = r
		} else {
			parts = append(parts, run{r.Replication, r.Value})
		}
	}
	if together == nil || len(parts) < 2 {
		return estimate{}, fmt.Errorf("policy %q, metric %q, scope %q: pooled rows are incomplete", data[0].Policy, data[0].Metric, data[0].Scope)
	}
	slices.SortFunc(parts, func(a, b run) int { return a.replication - b.replication })
	e := estimate{Interval{Mean: together.Value, Low: together.Low, High: together.High, N: len(parts), Level: Level}, parts}
	switch {
	case math.IsInf(together.Value, 0):
		e.Warning = "infinite over all replications together: no interval"
	case math.IsInf(together.High, 0):
		e.Warning = "too few requests finished to bound it from above"
	}
	return e, nil
}
