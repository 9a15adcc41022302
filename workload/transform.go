package workload

import (
	"errors"
	"fmt"
	"math"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/workload/distribution"
)

// Compress returns src with all instants divided by f, above 0. Its rate is f times as high.
func Compress(src Source, f float64) (Source, error) {
	if err := errors.Join(distribution.Within("compress", f, 1e-6, 1e6), recorded("compress", src)); err != nil {
		return nil, err
	}
	return &compressed{src, f}, nil
}

type compressed struct {
	Source
	factor float64
}

func (c *compressed) Next(r *fleet.Request) bool {
	if !c.Source.Next(r) {
		return false
	}
	at := float64(r.Arrival) / c.factor
	if at >= float64(horizon) {
		return false
	}
	r.Arrival = kernel.Time(at)
	return true
}

// Thin returns a source that keeps each request of src with probability p in (0, 1], independently.
func (l Lane) Thin(src Source, p float64) (Source, error) {
	err := recorded("thin", src)
	if !(p > 0 && p <= 1) {
		err = errors.Join(err, fmt.Errorf("thin: %g lies outside (0, 1]", p))
	}
	if err != nil {
		return nil, err
	}
	return &thin{src, l.Stream("thin", 0), p}, nil
}

type thin struct {
	Source
	stream *kernel.Stream
	keep   float64
}

func (t *thin) Next(r *fleet.Request) bool {
	for t.Source.Next(r) {
		if t.stream.Float64() < t.keep {
			return true
		}
	}
	return false
}

// Superpose returns the requests of n copies of src, in the order of their instants. The first copy
// is unchanged. Every request of the other copies is delayed by a uniform jitter in [0, window),
// independent for each request. The source holds the copies of all requests of the last window.
func (l Lane) Superpose(src Source, n int, window time.Duration) (Source, error) {
	err := recorded("superpose", src)
	if n < 1 || n > 10_000 {
		err = errors.Join(err, fmt.Errorf("superpose: %d lies outside 1 to 10000", n))
	}
	if window <= 0 || window > 365*24*time.Hour {
		err = errors.Join(err, fmt.Errorf("superpose: jitter: %v must be above 0 and at most a year", window))
	}
	if err != nil {
		return nil, err
	}
	return &superposed{Source: src, stream: l.Stream("superpose", 0), copies: n, window: float64(window)}, nil
}

type superposed struct {
	Source
	stream *kernel.Stream
	copies int
	window float64 // largest jitter, nanoseconds
	late   kernel.Queue[fleet.Request]
	next   fleet.Request // the next request of src, if known
	known  bool
	ended  bool
}

func (s *superposed) Next(r *fleet.Request) bool {
	if !s.known && !s.ended {
		s.known = s.Source.Next(&s.next)
		s.ended = !s.known
	}
	if s.known && s.next.Arrival <= s.late.Peek() {
		s.known = false
		for range s.copies - 1 {
			jitter := kernel.Time(s.stream.Float64() * s.window)
			s.late.Schedule(s.next.Arrival+min(jitter, kernel.Never-1-s.next.Arrival), s.next)
		}
		*r = s.next
		return true
	}
	at, request, ok := s.late.Next()
	if ok {
		*r = request
		r.Arrival = at
	}
	return ok
}

// Spread returns src with each request delayed by a uniform jitter in [0, window), independent for
// each request. The requests come in the order of their new instants. The source holds all requests
// of the last window.
func (l Lane) Spread(src Source, window time.Duration) (Source, error) {
	err := recorded("spread", src)
	if window <= 0 || window > 365*24*time.Hour {
		err = errors.Join(err, fmt.Errorf("jitter: %v must be above 0 and at most a year", window))
	}
	if err != nil {
		return nil, err
	}
	return &spread{plain: ahead{Source: src}, Source: src, stream: l.Stream("spread", 0), window: float64(window)}, nil
}

type spread struct {
	Source
	plain  ahead
	stream *kernel.Stream
	window float64 // largest jitter, nanoseconds
	late   kernel.Queue[fleet.Request]
}

func (s *spread) Next(r *fleet.Request) bool {
	for at := s.plain.when(); at < kernel.Never && at <= s.late.Peek(); at = s.plain.when() {
		delay := kernel.Time(s.stream.Float64() * s.window)
		s.late.Schedule(at+min(delay, kernel.Never-1-at), s.plain.next)
		s.plain.known = false
	}
	at, request, ok := s.late.Next()
	if ok {
		*r = request
		r.Arrival = at
	}
	return ok
}

// Window returns the part of src in [from, to), moved to begin at instant 0.
func Window(src Source, from, to kernel.Time) (Source, error) {
	if from < 0 || to <= from {
		return nil, fmt.Errorf("window: %v to %v is not a span", from, to)
	}
	if err := recorded("window", src); err != nil {
		return nil, err
	}
	return &window{Source: src, from: from, to: to}, nil
}

type window struct {
	Source
	from, to kernel.Time
	ended    bool
}

func (w *window) Next(r *fleet.Request) bool {
	for !w.ended && w.Source.Next(r) {
		switch {
		case r.Arrival >= w.to:
			w.ended = true
		case r.Arrival >= w.from:
			r.Arrival -= w.from
			return true
		}
	}
	return false
}

// recorded returns an error for a ResponsiveSource, because its instants cannot be changed.
func recorded(what string, src Source) error {
	if _, is := src.(ResponsiveSource); is {
		return fmt.Errorf("%s: the requests of this stream wait for answers; their instants cannot be changed", what)
	}
	return nil
}

// Measure reads src up to the instant until, or to its end if until is kernel.Never. It returns the
// offered requests per second of each model in each window: [window][model]. If until cuts the last
// window short, its rate is that over the shorter window. For a ResponsiveSource it counts only the
// requests that come without an answer; see Answered.
func Measure(src Source, models int, window time.Duration, until kernel.Time) ([][]float64, error) {
	const most = 100_000_000 // cells
	if models < 1 || window <= 0 || until <= 0 {
		return nil, fmt.Errorf("measure: %d models in windows of %v until %v", models, window, until)
	}
	if until != kernel.Never && int64(until)/int64(window) >= int64(most/models) {
		return nil, fmt.Errorf("measure: windows of %v are too many until %v", window, until)
	}
	var rates [][]float64
	grow := func(windows int64) error {
		if windows > int64(most/models) {
			return fmt.Errorf("measure: windows of %v are too many", window)
		}
		for int64(len(rates)) < windows {
			rates = append(rates, make([]float64, models))
		}
		return nil
	}
	var r fleet.Request
	for src.Next(&r) && r.Arrival < until {
		if r.Model < 0 || int(r.Model) >= models {
			return nil, fmt.Errorf("measure: request %d is of model %d of %d", r.Ordinal, r.Model, models)
		}
		place := int64(r.Arrival) / int64(window)
		if err := grow(place + 1); err != nil {
			return nil, err
		}
		rates[place][r.Model]++
	}
	if err := src.Err(); err != nil {
		return nil, err
	}
	if until != kernel.Never {
		if err := grow(int64(math.Ceil(float64(until) / float64(window)))); err != nil {
			return nil, err
		}
	}
	for i := range rates {
		length := min(int64(window), int64(until)-int64(i)*int64(window))
		for m := range rates[i] {
			rates[i][m] /= float64(length) / 1e9
		}
	}
	return rates, nil
}
