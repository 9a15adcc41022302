package fleet

import (
	"math"
	"time"

	"wavetank/sim/kernel"
	"wavetank/sim/profile"
)

// Combine says how the time of a batch depends on the works of its members.
type Combine uint8

// L(s) is the time of s items by the latency model, s the number of items of the batch:
//
//   - CombineMean: L(s) times the mean of the works.
//   - CombineMax: L(s) times the largest work, as if all members are padded to the longest.
//   - CombineSum: L(Σ items × work), as if nothing is padded; works are then sizes.
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

// TooManyItems is the reason of a rejection: the request carries more items than the largest batch
// of its replica holds.
const TooManyItems = "more items than the largest batch holds"

// Holds reports whether a replica of a deployment can serve a request, because its largest batch
// has enough places. A deployment whose latency model has no batches above 1 serves any request:
// its items one after the other.
func (d *Deployment) Holds(r *Request) bool {
	return d.Latency.Max() == 1 || r.Places() <= d.Latency.Max()
}

// Even reports whether all requests of a model carry one item, and batches combine works by
// CombineMean. The time of a batch then depends only on the number of its members and on the mean
// of their works.
func (m *Model) Even() bool { return !m.Varied && m.Combine == CombineMean }

// Alone returns how long a deployment of a model takes for a request that is alone in its batch.
// Slowdown is a factor on this time (Fleet.Slowdown).
func (d *Deployment) Alone(m *Model, r *Request, slowdown float64) time.Duration {
	if m.Even() {
		return profile.Stretched(d.Latency.Latency(1), r.Work*slowdown)
	}
	b := Members{}
	b.Add(r, 1)
	return b.Span(d, m.Combine, slowdown)
}

// WorkOf returns the size of a request: how long it takes alone, as a multiple of the time that one
// item of mean work takes. Both times are those of the deployment of the model that is fastest for
// one item.
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

// WorkLeft returns the part of WorkOf that is still to be done for a request. The request must have
// been started by Begin.
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

// Members sums the numbers that the time of a batch depends on. The zero value is an empty batch.
type Members struct {
	Items   float64
	count   float64
	works   float64 // sum of the works
	largest float64 // largest work
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

// Span returns how long the batch takes at a replica of a deployment. Slowdown is a factor on this
// time (Fleet.Slowdown).
func (m *Members) Span(d *Deployment, how Combine, slowdown float64) time.Duration {
	return m.span(d, how, m.works/m.count, slowdown)
}

// Planned is Span for plans, without slowdown. It takes the mean of the works as 1, since the mean
// over one batch is random.
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

// BatchSpan returns how long a batch that has just been started takes. First is its first member.
// Slowdown is a factor on this time (Slowdown).
func (f *Fleet) BatchSpan(at ReplicaID, first RequestID, slowdown float64) time.Duration {
	r := &f.replicas[at]
	d, m := &f.spec.Deployments[r.Deployment], &f.spec.Models[r.Model]
	b := Members{}
	for id := first; id != none; id = f.requests[id].next {
		b.Add(&f.requests[id].Request, 1)
	}
	return b.Span(d, m.Combine, slowdown)
}

// Fit returns how many requests at the front of a replica's line fit into so many places of a
// batch, and how many places they take. A first request that needs more places than that is a batch
// of its own.
func (f *Fleet) Fit(at ReplicaID, places int) (count, taken int) {
	if f.varied {
		return f.fitItems(at, places)
	}
	places = min(places, int(f.replicas[at].queue.length))
	return places, places
}

// fitItems is Fit for requests whose number of items may not be 1.
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
