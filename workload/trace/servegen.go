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

// ServeGenClients holds the clients of a workload as published with Xiang et al., "ServeGen:
// workload characterization and generation of large language model serving in production" (2025).
// Each client has a rate, a distribution of gaps and distributions of lengths, which change from
// window to window of time. Any number of lanes may share it.
type ServeGenClients struct {
	clients []client
	end     kernel.Time
}

// client is one sender of requests.
type client struct {
	entity  uint64 // entity of its random streams: its index among all clients of the folder
	windows []clientWindow
	lengths []clientLengths
	mean    float64 // expected requests in all windows
}

// clientWindow is a span of time in which a client has one rate and one distribution of gaps.
type clientWindow struct {
	from, to kernel.Time
	rate     float64 // requests per second
	gaps     distribution.Service
}

// clientLengths holds the distributions of the lengths of a client from an instant on.
type clientLengths struct {
	from   kernel.Time
	input  []inputPart // the input is the sum of these parts
	output chances
}

// inputPart is the part of the input with one modality, for example images: the number of pieces,
// and the tokens of each piece.
type inputPart struct {
	pieces *chances // nil: one piece
	tokens chances
}

// chances is a distribution of whole numbers.
type chances struct {
	values []int32
	sums   []float64 // sums of the probabilities up to each value
}

func (d *chances) draw(s *kernel.Stream) int32 {
	u := s.Float64() * d.sums[len(d.sums)-1]
	at, found := slices.BinarySearch(d.sums, u)
	if found {
		at++ // u equal to a sum belongs to the next value
	}
	return d.values[min(at, len(d.values)-1)]
}

// Mean returns the expected number of requests of all clients together.
func (c *ServeGenClients) Mean() float64 {
	sum := 0.0
	for i := range c.clients {
		sum += c.clients[i].mean
	}
	return sum
}

// Span returns the time from the start of the first window to the end of the last.
func (c *ServeGenClients) Span() time.Duration { return time.Duration(c.end) }

// Generate returns the requests of the clients. In each window, each client is a stationary renewal
// process. So the expected number of its requests is its rate times the length of the window. The
// stream ends with the last window.
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
	started       bool // the first gap of the window has been drawn
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
