package workload

import (
	"errors"
	"math"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/tokens"
	"wavetank/workload/distribution"
)

// copyJitter is the length of the span from which a delay of a further copy is drawn.
const copyJitter = 10 * time.Second

// Multiply returns a source with f requests on average for each request of src, f above 0. A
// request comes ⌊f + u⌋ times, where u is uniform in [0, 1) and independent of all others. The
// first copy comes at the instant of the request. Every further copy is delayed by a uniform
// jitter of at most 10 s, so the first 10 s have fewer copies. It belongs to another sender: its
// session and the content of its prompt are those of the same copy of other requests.
//
// This is thinning for f below 1, and superposition above. So the course of the rate over the day
// stays, unlike with Compress. It is what load scaling by users does with job traces (Zakay and
// Feitelson, "Workload resampling for performance evaluation of parallel job schedulers",
// Concurrency and Computation 2014), with single requests instead of users. All requests of a
// factor are among those of every larger factor, at the same instants.
//
// The source holds the copies of the requests of the last 10 s.
func (l Lane) Multiply(src Source, f float64) (Source, error) {
	if f == 1 {
		return src, nil
	}
	err := errors.Join(recorded("load", src), distribution.Within("load", f, math.SmallestNonzeroFloat64, 1e6))
	if err != nil {
		return nil, err
	}
	m := &multiplied{plain: ahead{Source: src}, Source: src, lane: l, factor: f, chance: l.Stream("load", 0)}
	return m, nil
}

type multiplied struct {
	Source
	plain  ahead
	lane   Lane
	factor float64
	chance *kernel.Stream   // u of each request
	delays []*kernel.Stream // jitter of each further copy; every request draws from each stream
	late   kernel.Queue[fleet.Request]
}

func (m *multiplied) Next(r *fleet.Request) bool {
	for at := m.plain.when(); at < kernel.Never && at <= m.late.Peek(); at = m.plain.when() {
		m.plain.known = false
		copies := int(m.factor + m.chance.Float64())
		for k := 1; float64(k) < m.factor+1; k++ {
			if k > len(m.delays) {
				m.delays = append(m.delays, m.lane.Stream("load", uint64(k)))
			}
			jitter := kernel.Time(m.delays[k-1].Float64() * float64(copyJitter))
			if k < copies {
				m.late.Schedule(at+min(jitter, kernel.Never-1-at), ofSender(m.plain.next, k))
			}
		}
		if copies > 0 {
			*r = m.plain.next
			return true
		}
	}
	at, request, ok := m.late.Next()
	if ok {
		*r = request
		r.Arrival = at
	}
	return ok
}

// copyBits is the place of the number of the copy in the ordinal of a request that is not merged.
const copyBits = 40

// copyOf returns the ordinal of a request before Multiply, and the number of the copy, from 0.
func copyOf(ordinal int64) (original int64, copy int) {
	return ordinal & (1<<copyBits - 1), int(ordinal >> copyBits)
}

// ofSender returns a copy of a request with another session and another content. Its ordinal says
// of which request it is a copy; merging numbers requests anew.
func ofSender(r fleet.Request, copy int) fleet.Request {
	r.Ordinal += int64(copy) << copyBits
	salt := uint64(copy) * 0x9e3779b97f4a7c15 // odd, so that copies differ
	if r.Session > 0 {
		r.Session = max(1, int64((uint64(r.Session)^salt)&math.MaxInt64))
	}
	if r.Content == nil {
		return r
	}
	c := &tokens.Content{Prefix: make([]tokens.Segment, len(r.Content.Prefix))}
	for i, s := range r.Content.Prefix {
		c.Prefix[i] = tokens.Segment{Content: s.Content ^ salt, Tokens: s.Tokens}
	}
	if r.Content.Reply != 0 {
		c.Reply = r.Content.Reply ^ salt
	}
	r.Content = c
	return r
}
