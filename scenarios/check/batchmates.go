package check

import (
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/quantity"
)

// Some requests cannot be put beside small ones on purpose: those whose works are drawn from one
// distribution and unknown to every policy. Others beside them in a batch are drawn from the same
// distribution. Then no policy does better than batches of the one size, on the one deployment, in
// which most are in time.

// batchmates holds the latest works of a model's requests, and its batches of more than one.
type batchmates struct {
	sizes []batchSize
	works []float64 // the latest ones, oldest first
}

// batchSize is a batch of a deployment.
type batchSize struct {
	n    int
	each time.Duration // time of the batch, if its members have mean work
}

// newBatchmates returns the batchmates of a model, or nil if none of its batches is larger than
// one.
func newBatchmates(c *fleet.Spec, m fleet.ModelID) *batchmates {
	var b batchmates
	largest := 0
	for i := range c.Deployments {
		d := &c.Deployments[i]
		if d.Model != m {
			continue
		}
		if d.Tokens != nil {
			return nil
		}
		for n := 1; n <= d.MaxBatch; n++ {
			b.sizes = append(b.sizes, batchSize{n, d.Latency.Latency(n)})
		}
		largest = max(largest, d.MaxBatch)
	}
	if largest < 2 {
		return nil
	}
	b.works = make([]float64, 0, 2*largest)
	return &b
}

// met reports for each size whether a request is in time beside the latest ones before it. The
// first requests have none before them.
func (b *batchmates) met(work float64, most time.Duration, in []bool) {
	if len(b.works) == cap(b.works) {
		b.works = b.works[:copy(b.works, b.works[len(b.works)/2:])]
	}
	b.works = append(b.works, work)
	sum, n := 0.0, 0
	for i := range in {
		s := b.sizes[i]
		if s.n < n {
			sum, n = 0, 0 // of another deployment
		}
		for ; n < s.n; n++ {
			sum += b.works[max(0, len(b.works)-1-n)]
		}
		took := min(sum/float64(n)*float64(s.each), float64(quantity.Longest))
		in[i] = time.Duration(took) <= most
	}
}
