package workload

import (
	"fmt"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Merge returns the requests of all sources in the order of their arrival, and numbers them from 0.
// Requests of one instant come in the order of the sources. It ends at the first error of a source,
// and holds one request per source. If one of the sources is a ResponsiveSource, the merged source
// is one, too. At each instant, requests of responsive sources come after the other requests.
func Merge(sources ...Source) Source {
	var plain []Source
	var responsive []ResponsiveSource
	for _, s := range sources {
		if r, ok := s.(ResponsiveSource); ok {
			responsive = append(responsive, r)
		} else {
			plain = append(plain, s)
		}
	}
	m := &merged{sources: plain, pending: make([]fleet.Request, len(plain))}
	if len(responsive) == 0 {
		return m
	}
	return &conversing{plain: ahead{Source: m}, responsive: responsive}
}

type merged struct {
	sources []Source
	pending []fleet.Request // the next request of each source
	heap    []head          // binary heap of the sources that have a next request
	primed  bool
	ordinal int64
	err     error
}

type head struct {
	at     kernel.Time
	source int
}

func (h head) before(o head) bool { return h.at < o.at || h.at == o.at && h.source < o.source }

func (m *merged) Next(r *fleet.Request) bool {
	if !m.primed {
		m.prime()
	}
	if m.err != nil || len(m.heap) == 0 {
		return false
	}
	top := m.heap[0]
	next := &m.pending[top.source]
	*r = *next
	r.Ordinal = m.ordinal
	m.ordinal++
	if m.sources[top.source].Next(next) {
		if next.Arrival < top.at {
			m.err = fmt.Errorf("lane %d: goes back from %v to %v", top.source, top.at, next.Arrival)
		}
		m.sift(0, head{next.Arrival, top.source})
		return true
	}
	m.err = m.sources[top.source].Err()
	last := len(m.heap) - 1
	end := m.heap[last]
	m.heap = m.heap[:last]
	if last > 0 {
		m.sift(0, end)
	}
	return true
}

// prime asks every source for its first request.
func (m *merged) prime() {
	m.primed = true
	for i, s := range m.sources {
		if s.Next(&m.pending[i]) {
			m.heap = append(m.heap, head{m.pending[i].Arrival, i})
		} else if m.err == nil {
			m.err = s.Err()
		}
	}
	for i := len(m.heap)/2 - 1; i >= 0; i-- {
		m.sift(i, m.heap[i])
	}
}

// sift puts an entry into the heap at or below the hole at index i.
func (m *merged) sift(i int, entry head) {
	h := m.heap
	for {
		child := 2*i + 1
		if child >= len(h) {
			break
		}
		if right := child + 1; right < len(h) && h[right].before(h[child]) {
			child = right
		}
		if !h[child].before(entry) {
			break
		}
		h[i] = h[child]
		i = child
	}
	h[i] = entry
}

func (m *merged) Err() error { return m.err }

func (m *merged) Close() error { return closeAll(m.sources) }
