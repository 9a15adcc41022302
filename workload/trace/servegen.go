package trace

import (
	"errors"
	"math"
	"slices"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/workload"
	"wavetank/workload/distribution"
)

// ServeGenClients are the senders of a workload as published with Xiang et al., "ServeGen: workload
// characterization and generation of large language model serving in production" (2025). In windows
// of time each has a rate, a distribution of its gaps and distributions of its lengths. Any number
// of lanes may share them.
type ServeGenClients struct {
	clients []client
	end     kernel.Time
}

// client is one sender.
type client struct {
	entity  uint64 // of its random streams: its place among all files
	windows []clientWindow
	lengths []clientLengths
	mean    float64 // requests expected in all windows
}

// clientWindow is a stretch of time in which a client has one rate and one distribution of gaps.
type clientWindow struct {
	from, to kernel.Time
	rate     float64 // requests per second
	gaps     distribution.Service
}

// clientLengths is how long the requests of a client are from an instant on.
type clientLengths struct {
	from   kernel.Time
	input  []inputPart // that add up
	output chances
}

// inputPart is a modality of the input: a number of pieces, and the tokens of each.
type inputPart struct {
	pieces *chances // nil: one
	tokens chances
}

// chances is a distribution of whole numbers.
type chances struct {
	values []int32
	sums   []float64 // of the chances up to each value
}

func (d *chances) draw(s *kernel.Stream) int32 {
	u := s.Float64() * d.sums[len(d.sums)-1]
	at, found := slices.BinarySearch(d.sums, u)
	if found {
		at++ // a value begins where the sum before it ends
	}
	return d.values[min(at, len(d.values)-1)]
}

// Mean returns the requests that all clients together are expected to send.
func (c *ServeGenClients) Mean() float64 {
	sum := 0.0
	for i := range c.clients {
		sum += c.clients[i].mean
	}
	return sum
}

// Span returns the time from the start of the first window to the end of the last.
func (c *ServeGenClients) Span() time.Duration { return time.Duration(c.end) }

// Generate returns the requests of the clients. In each window a client is a stationary renewal
// process of its own, so that its rate times the length of the window is the mean number of its
// requests. The stream ends with the last window.
func Generate(l workload.Lane, c *ServeGenClients) (workload.Source, error) {
	if c == nil || len(c.clients) == 0 {
		return nil, errors.New("clients: none given")
	}
	sources := make([]workload.Source, len(c.clients))
	for i := range c.clients {
		entity := c.clients[i].entity
		marks, err := l.Marks(entity)
		if err != nil {
			return nil, err
		}
		sources[i] = &sender{
			client: &c.clients[i], gaps: l.Stream("arrivals", entity), lengths: l.Stream("lengths", entity), marks: marks,
		}
	}
	return workload.Merge(sources...), nil
}

// sender is one realisation of a client.
type sender struct {
	client        *client
	gaps, lengths *kernel.Stream
	marks         workload.Marks
	clock         workload.Clock
	window        int
	dataset       int
	started       bool // in the window
}

func (s *sender) Next(r *fleet.Request) bool {
	for ; s.window < len(s.client.windows); s.window++ {
		w := &s.client.windows[s.window]
		if !s.started {
			s.clock = workload.ClockAt(w.from)
		}
		if w.rate > 0 {
			gap := s.gap(w)
			if at := s.clock.Advance(gap * 1e9 / w.rate); at < w.to {
				s.fill(r, at)
				return true
			}
		}
		s.started = false
	}
	return false
}

func (s *sender) gap(w *clientWindow) float64 {
	if s.started {
		return w.gaps.Work(s.gaps)
	}
	s.started = true
	return w.gaps.Residual(s.gaps)
}

func (s *sender) fill(r *fleet.Request, at kernel.Time) {
	for s.dataset+1 < len(s.client.lengths) && s.client.lengths[s.dataset+1].from <= at {
		s.dataset++
	}
	d := &s.client.lengths[s.dataset]
	input := int64(0)
	for _, p := range d.input {
		pieces := int32(1)
		if p.pieces != nil {
			pieces = p.pieces.draw(s.lengths)
		}
		for range pieces {
			input += int64(p.tokens.draw(s.lengths))
		}
	}
	*r = fleet.Request{
		Model: s.marks.Model(), Arrival: at, Work: s.marks.NextWork(), Items: s.marks.NextItems(),
		Input: int32(min(input, math.MaxInt32)), Output: d.output.draw(s.lengths),
	}
}

func (s *sender) Err() error   { return nil }
func (s *sender) Close() error { return nil }
