package histogram

import "encoding/binary"

// Compact is a distribution of one replication in compact form, kept until all replications have
// run. It takes about two bytes for every bucket that is not empty.
type Compact struct {
	scope, metric    string
	buckets          []byte // pairs of varints: distance to the last bucket, and count
	finite, infinite int64
}

// Scoped is the distribution of one quantity in one scope of one run. Its rows are in seconds.
// Their metrics are Metric + "_mean", "_p50", "_p90", "_p95" and "_p99".
type Scoped struct {
	Scope  string
	Metric string // "latency", "ttft", "tpot", "itl", "queue", "transfer"
	Of     *Latencies
}

// Compact returns the compact form of the distribution.
func (d Scoped) Compact() Compact {
	c := Compact{scope: d.Scope, metric: d.Metric, finite: d.Of.Finished(), infinite: d.Of.infinite}
	last := 0
	d.Of.histogram.each(func(bucket int, count int64) {
		c.buckets = binary.AppendUvarint(c.buckets, uint64(bucket-last))
		c.buckets = binary.AppendUvarint(c.buckets, uint64(count))
		last = bucket
	})
	return c
}

// Each calls show for every bucket that is not empty, in order, with its count.
func (c *Compact) Each(show func(bucket int, count int64)) {
	bucket := 0
	for rest := c.buckets; len(rest) > 0; {
		step, n := binary.Uvarint(rest)
		count, m := binary.Uvarint(rest[n:])
		rest = rest[n+m:]
		bucket += int(step)
		show(bucket, int64(count))
	}
}

// Count returns the number of values, including infinite values.
func (c *Compact) Count() int64 { return c.finite + c.infinite }

// Name returns the scope and the metric of the distribution.
func (c *Compact) Name() (scope, metric string) { return c.scope, c.metric }

// AddTo adds the counts of the distribution to another. Each value counts as the upper end of its
// bucket, so the mean is exact only to 0.1 %.
func (c *Compact) AddTo(l *Latencies) {
	c.Each(func(bucket int, count int64) {
		l.histogram.add(Upper(bucket), count)
		l.sum += float64(Upper(bucket)) * float64(count)
	})
	l.infinite += c.infinite
}
