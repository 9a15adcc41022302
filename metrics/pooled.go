package metrics

import (
	"fmt"
	"math"
	"slices"
	"sort"
)

// Together is the number that stands for all replications together.
const Together = -1

// Pooled is a percentile over the requests of several replications. Of replication Together it is that of all, with its
// interval; of replication i that of all but i, from which differences are told (jackknife).
type Pooled struct {
	Row
	Low, High float64 // 95 % interval; NaN where there is none, High +Inf where nothing bounds it from above
}

// percentiles are those that are told of distributions.
var percentiles = []struct {
	suffix string
	share  float64
}{{"_p50", 0.50}, {"_p90", 0.90}, {"_p95", 0.95}, {"_p99", 0.99}}

// Pool returns the percentiles of one policy over all its replications together, from the distributions of each
// replication, which have the numbers given. Labels are those of the row. Without two replications there is nothing.
func Pool(label Row, replications []int, distributions [][]Compact) []Pooled {
	if len(replications) < 2 {
		return nil
	}
	type name struct{ scope, metric string }
	var names []name
	found := map[name][]*Compact{} // by place in replications; nil where one has none
	for i, list := range distributions {
		for j := range list {
			d := &list[j]
			key := name{d.scope, d.metric}
			if found[key] == nil {
				names, found[key] = append(names, key), make([]*Compact, len(replications))
			}
			found[key][i] = d
		}
	}
	var result []Pooled
	for _, key := range names {
		p := merge(found[key])
		if p.all == 0 {
			continue
		}
		for _, percentile := range percentiles {
			row := label
			row.Measure = Measure{key.scope, key.metric + percentile.suffix, "s", 0}
			result = append(result, p.percentile(row, replications, percentile.share)...)
		}
	}
	return result
}

// merged is the distributions of one quantity in several replications.
type merged struct {
	buckets []int     // that hold something, in order
	upTo    [][]int64 // per replication and bucket: values up to its end
	total   []int64   // the same of all replications
	counts  []int64   // per replication, infinite values included
	all     int64
}

func merge(replications []*Compact) *merged {
	p := &merged{counts: make([]int64, len(replications))}
	held := map[int]bool{}
	for i, c := range replications {
		if c == nil {
			continue
		}
		c.each(func(bucket int, _ int64) {
			if !held[bucket] {
				held[bucket] = true
				p.buckets = append(p.buckets, bucket)
			}
		})
		p.counts[i] = c.count()
		p.all += c.count()
	}
	slices.Sort(p.buckets)
	p.total = make([]int64, len(p.buckets))
	for _, c := range replications {
		upTo, at, sum := make([]int64, len(p.buckets)), 0, int64(0)
		if c != nil {
			c.each(func(bucket int, count int64) {
				for p.buckets[at] != bucket {
					upTo[at] = sum
					at++
				}
				sum += count
			})
		}
		for ; at < len(upTo); at++ {
			upTo[at] = sum
		}
		p.upTo = append(p.upTo, upTo)
		for b, n := range upTo {
			p.total[b] += n
		}
	}
	return p
}

// percentile returns the rows of one percentile.
func (p *merged) percentile(row Row, replications []int, share float64) []Pooled {
	value, low, high := p.estimate(share)
	row.Replication, row.Value = Together, value
	result := []Pooled{{row, low, high}}
	fine := p.quantile(share, -1)
	for i, replication := range replications {
		row.Replication = replication
		row.Value = p.quantile(share, i)
		if !math.IsInf(value, 0) && !math.IsInf(row.Value, 0) && fine > 0 {
			row.Value *= value / fine // both are the same within the percentile's bucket
		}
		result = append(result, Pooled{row, math.NaN(), math.NaN()})
	}
	return result
}

// quantile returns, in seconds, the value that a share of all values but those of one replication (−1: of none) does not
// exceed: +Inf when too few are finite. Within a bucket, values are taken to lie evenly, because leaving out one of many
// replications moves a quantile by less than a bucket.
func (p *merged) quantile(share float64, without int) float64 {
	upTo, all := func(b int) int64 { return p.total[b] }, p.all
	if without >= 0 {
		upTo, all = func(b int) int64 { return p.total[b] - p.upTo[without][b] }, p.all-p.counts[without]
	}
	rank := max(1, share*float64(all))
	b := sort.Search(len(p.buckets), func(b int) bool { return float64(upTo(b)) >= rank-1e-9 })
	if b == len(p.buckets) {
		return math.Inf(1)
	}
	before := int64(0)
	if b > 0 {
		before = upTo(b - 1)
	}
	from, to := float64(upper(p.buckets[b]-1)), float64(upper(p.buckets[b]))
	return (from + (to-from)*(rank-float64(before))/float64(upTo(b)-before)) / 1e9
}

// estimate returns the percentile and its interval, in seconds: those values of which the interval of the share of
// requests that are no longer holds the percentile's share (Woodruff, Journal of the American Statistical Association 47,
// 1952; by test inversion, Francisco and Fuller, Annals of Statistics 19, 1991). So a percentile and an attainment never
// contradict each other.
func (p *merged) estimate(percent float64) (value, low, high float64) {
	rank := max(1, int64(math.Ceil(percent*float64(p.all)-1e-9)))
	first := func(reached func(b int) bool) float64 {
		b := sort.Search(len(p.buckets), reached)
		if b == len(p.buckets) {
			return math.Inf(1)
		}
		return float64(upper(p.buckets[b])) / 1e9
	}
	value = first(func(b int) bool { return p.total[b] >= rank })
	if math.IsInf(value, 1) {
		return value, math.NaN(), math.NaN()
	}
	few := min(percent, 1-percent)*float64(p.all) < rare
	ends := func(b int) (low, high float64) {
		tallies := make([]counted, len(p.counts))
		for i := range tallies {
			if tallies[i].all = p.counts[i]; b >= 0 {
				tallies[i].met = p.upTo[i][b]
			}
		}
		_, low, high, _ = shareOf(tallies, 1, few)
		return low, high
	}
	if _, top := ends(-1); top < percent {
		low = first(func(b int) bool { _, top := ends(b); return top >= percent })
	}
	high = first(func(b int) bool { bottom, _ := ends(b); return bottom >= percent })
	return value, min(low, value), max(high, value)
}

// pooledEstimate is the estimate of a percentile from its rows.
func pooledEstimate(rows []Pooled) (estimate, error) {
	var together *Pooled
	var without []run
	for i := range rows {
		if r := &rows[i]; r.Replication == Together {
			together = r
		} else {
			without = append(without, run{r.Replication, r.Value})
		}
	}
	if together == nil || len(without) < 2 {
		return estimate{}, fmt.Errorf("policy %q, metric %q, scope %q: pooled rows are incomplete", rows[0].Policy, rows[0].Metric, rows[0].Scope)
	}
	slices.SortFunc(without, func(a, b run) int { return a.replication - b.replication })
	e := estimate{Interval: Interval{Mean: together.Value, Low: together.Low, High: together.High, N: len(without), Level: Level}}
	switch {
	case math.IsInf(together.Value, 0):
		e.Warning = "infinite over all replications together: no interval"
	case math.IsInf(together.High, 0):
		e.Warning = "too few requests finished to bound it from above"
	}
	for _, r := range without { // the jackknife's pseudo-values
		e.parts = append(e.parts, run{r.replication, together.Value + float64(len(without)-1)*(together.Value-r.value)})
	}
	return e, nil
}
