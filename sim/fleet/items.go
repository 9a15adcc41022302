package fleet

import (
	"math"
	"time"

	"wavetank/sim/kernel"
	"wavetank/sim/profile"
)

// Combine says how a batch whose members have unequal work takes its time.
type Combine uint8

// A batch of s items takes L(s) of the latency model, times a factor: the mean of its members'
// works, or the largest of them, as where all are padded to the longest. With CombineSum the works
// are sizes, as if nothing is padded: the batch takes L(Σ items × work).
const (
	CombineMean Combine = iota
	CombineMax
	CombineSum
)

// Size returns the items that a request carries.
func (r *Request) Size() float64 {
	if r.Items == 0 {
		return 1
	}
	return float64(r.Items)
}

// Places returns the places that a request takes in a batch: its items, at least one.
func (r *Request) Places() int {
	if r.Items <= 1 {
		return 1
	}
	return int(math.Ceil(float64(r.Items)))
}

// TooManyItems is why a request is rejected that carries more items than the largest batch of its
// replica holds.
const TooManyItems = "more items than the largest batch holds"

// Holds reports whether a replica of a deployment takes a request: whether its largest batch has as
// many places. One that takes no batches takes any request, item after item, in proportion.
func (d *Deployment) Holds(r *Request) bool {
	return d.Latency.Max() == 1 || r.Places() <= d.Latency.Max()
}

// Even reports whether all requests of a model carry one item, and a batch takes the mean of its
// members' works: then its time depends on their number and that mean alone.
func (m *Model) Even() bool { return !m.Varied && m.Combine == CombineMean }

// Alone returns how long a deployment of a model takes for a request that is alone in its batch, at
// a replica that is slowed down by a factor.
func (d *Deployment) Alone(m *Model, r *Request, slowdown float64) time.Duration {
	if m.Even() {
		return profile.Stretched(d.Latency.Latency(1), r.Work*slowdown)
	}
	b := Members{}
	b.Add(r, 1)
	return b.Span(d, m.Combine, slowdown)
}

// WorkOf returns how long a request takes alone, as a multiple of what one item of mean work takes.
// It is that of the model's deployment which is fastest for one item.
func (c *Spec) WorkOf(r *Request) float64 {
	m := &c.Models[r.Model]
	if m.Even() {
		return r.Work
	}
	var fastest *Deployment
	for i := range c.Deployments {
		if d := &c.Deployments[i]; d.Model == r.Model && (fastest == nil || d.Latency.Latency(1) < fastest.Latency.Latency(1)) {
			fastest = d
		}
	}
	if fastest == nil {
		return r.Work
	}
	return float64(fastest.Alone(m, r, 1)) / float64(fastest.Latency.Latency(1))
}

// WorkLeft returns what is left of the work, as WorkOf has it, of a request whose service was begun
// one by one.
func (f *Fleet) WorkLeft(id RequestID, now kernel.Time) float64 {
	s, left := &f.requests[id], float64(f.Left(id, now))
	m, d := &f.spec.Models[s.Model], &f.spec.Deployments[f.replicas[s.replica].Deployment]
	if m.Even() {
		return left / float64(d.Latency.Latency(1))
	}
	if left <= 0 {
		return 0
	}
	return f.spec.WorkOf(&s.Request) * left / float64(d.Alone(m, &s.Request, 1))
}

// Members sums up what the time of a batch depends on. The zero value is an empty batch.
type Members struct {
	Items   float64
	count   float64
	works   float64 // sum
	largest float64 // work
	sizes   float64 // Σ items × work
}

// Add adds a number of requests that are like the given one.
func (m *Members) Add(r *Request, n float64) {
	size := r.Size()
	m.count += n
	m.Items += n * size
	m.works += n * r.Work
	m.largest = max(m.largest, r.Work)
	m.sizes += n * size * r.Work
}

// Span returns how long the batch takes at a replica of a deployment that is slowed down by a
// factor.
func (m *Members) Span(d *Deployment, how Combine, slowdown float64) time.Duration {
	return m.span(d, how, m.works/m.count, slowdown)
}

// Planned is Span for those who plan. The mean of the works is noise then, and counts as 1.
func (m *Members) Planned(d *Deployment, how Combine) time.Duration { return m.span(d, how, 1, 1) }

func (m *Members) span(d *Deployment, how Combine, mean, slowdown float64) time.Duration {
	switch how {
	case CombineSum:
		return profile.Stretched(d.Latency.LatencyOf(m.sizes), slowdown)
	case CombineMax:
		return profile.Stretched(d.Latency.LatencyOf(m.Items), m.largest*slowdown)
	}
	return profile.Stretched(d.Latency.LatencyOf(m.Items), mean*slowdown)
}

// BatchSpan returns how long a batch takes that has just been started, at a replica that is slowed
// down by a factor. First is its first member.
func (f *Fleet) BatchSpan(at ReplicaID, first RequestID, slowdown float64) time.Duration {
	r := &f.replicas[at]
	d, m := &f.spec.Deployments[r.Deployment], &f.spec.Models[r.Model]
	b := Members{}
	for id := first; id != none; id = f.requests[id].next {
		b.Add(&f.requests[id].Request, 1)
	}
	return b.Span(d, m.Combine, slowdown)
}

// Fit returns the longest batch at the front of a replica's line that fits within so many places,
// and the places that it takes. A request that needs more places alone is a batch of its own.
func (f *Fleet) Fit(at ReplicaID, places int) (count, taken int) {
	if f.varied {
		return f.fitItems(at, places)
	}
	places = min(places, int(f.replicas[at].queue.length))
	return places, places
}

// fitItems is Fit where requests may carry more or less than one item.
func (f *Fleet) fitItems(at ReplicaID, places int) (count, taken int) {
	for request := range f.InLine(at) {
		next := taken + request.Places()
		if count > 0 && next > places {
			break
		}
		count, taken = count+1, next
	}
	return count, taken
}
