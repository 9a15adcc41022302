package check

import (
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/quantity"
)

// Only a policy that knows the works of requests can put large and small requests into the same
// batch on purpose. If all works are drawn from one distribution and no policy knows them, the
// other requests of a batch are random draws from the same distribution. Then the best choice is
// one deployment and one batch size: the pair with which most requests are in time.

// batchmates holds the works of a model's latest requests, and its possible batches.
type batchmates struct {
	sizes []batchSize
	works []float64 // works of the latest requests, oldest first
}

// batchSize is a batch of n requests on a deployment.
type batchSize struct {
	n    int
	each time.Duration // time of the batch if its requests have mean work
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

// met sets in[i] to whether a request is in time in a batch of size i with the latest requests
// before it. For the first requests, copies of the first one stand for missing earlier ones.
func (b *batchmates) met(work float64, most time.Duration, in []bool) {
	if len(b.works) == cap(b.works) {
		b.works = b.works[:copy(b.works, b.works[len(b.works)/2:])]
	}
	b.works = append(b.works, work)
	sum, n := 0.0, 0
	for i := range in {
		s := b.sizes[i]
		if s.n < n {
			sum, n = 0, 0 // sizes of the next deployment begin
		}
		for ; n < s.n; n++ {
			sum += b.works[max(0, len(b.works)-1-n)]
		}
		took := min(sum/float64(n)*float64(s.each), float64(quantity.Longest))
		in[i] = time.Duration(took) <= most
	}
}
