package control

import (
	"time"

	"wavetank/sim/kernel"
)

// trail holds the course of a value over time, as means over consecutive spans.
type trail struct{ spans []span }

// span is a span of time with the mean of a value in it.
type span struct {
	from, to kernel.Time
	mean     float64
}

// add appends a span. It ignores a span that does not end after the last one.
func (t *trail) add(s span) {
	if n := len(t.spans); s.to > s.from && (n == 0 || s.to > t.spans[n-1].to) {
		t.spans = append(t.spans, s)
	}
}

// watch adds the mean of the last window if ok is true, and forgets what is older than kept.
func (t *trail) watch(o *observed, mean float64, ok bool, kept time.Duration) {
	if ok {
		t.add(span{o.start, o.end, mean})
	}
	t.forget(o.end.Add(-kept))
}

// forget drops the spans that ended before an instant.
func (t *trail) forget(before kernel.Time) {
	n := 0
	for n < len(t.spans) && t.spans[n].to <= before {
		n++
	}
	t.spans = t.spans[n:]
}

// mean returns the mean over the given time before the end of the last span, as far as it is known.
// ok is false if there are no spans.
func (t *trail) mean(over time.Duration) (mean float64, ok bool) {
	if len(t.spans) == 0 {
		return 0, false
	}
	from := t.spans[len(t.spans)-1].to.Add(-over)
	var area, length float64
	for _, s := range t.spans {
		if part := s.to.Sub(max(s.from, from)).Seconds(); part > 0 {
			area += part * s.mean
			length += part
		}
	}
	return area / length, true
}
