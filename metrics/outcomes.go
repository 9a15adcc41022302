package metrics

import (
	"math"
	"time"

	"wavetank/metrics/histogram"
	"wavetank/metrics/rows"
	"wavetank/sim"
)

type outcomes struct {
	latencies *histogram.Latencies // latencies of all requests that arrived, counted when they end
	rejected  int64
	timedOut  int64
	dropped   int64
	failed    int64
	retried   int64
	withdrawn int64
	open      int64 // unfinished at the end of the run
	onTime    int64

	// shift is the number of requests that finished in the measured span, minus the number of
	// requests that arrived in the span and finished. shiftInTime is the same for requests in time.
	shift, shiftInTime int64
}

// finished returns the number of requests that finished in the measured span.
func (s *outcomes) finished() int64 { return s.latencies.Finished() + s.shift }

// inTime returns the number of requests that finished in the measured span and met their objective.
func (s *outcomes) inTime() int64 { return s.onTime + s.shiftInTime }

// ending says how a request ended.
type ending struct {
	kind   sim.FactKind
	onTime bool          // it finished within its objective
	came   bool          // it arrived in the measured span
	inside bool          // it ended in the measured span
	span   time.Duration // latency, if it finished
}

func newOutcomes(n int) []outcomes {
	list := make([]outcomes, n)
	for i := range list {
		list[i].latencies = histogram.NewLatencies()
	}
	return list
}

// arrived returns the number of requests that arrived.
func (s *outcomes) arrived() int64 { return s.latencies.Count() }

// count adds the end of one request.
func (s *outcomes) count(e ending) {
	if e.kind != sim.RequestFinished {
		if e.came {
			s.miss(e.kind)
		}
		return
	}
	if e.came {
		s.latencies.Add(e.span)
		if e.onTime {
			s.onTime++
		}
	}
	if e.came != e.inside {
		change := int64(1)
		if e.came {
			change = -1
		}
		s.shift += change
		if e.onTime {
			s.shiftInTime += change
		}
	}
}

// miss counts an end of a request other than its finish.
func (s *outcomes) miss(kind sim.FactKind) {
	switch kind {
	case sim.RequestRejected:
		s.latencies.AddNever()
		s.rejected++
	case sim.RequestTimedOut:
		s.latencies.AddNever()
		s.timedOut++
	case sim.RequestDropped:
		s.latencies.AddNever()
		s.dropped++
	case sim.RequestFailed:
		s.latencies.AddNever()
		s.failed++
	case sim.RequestWithdrawn:
		s.latencies.AddNever()
		s.withdrawn++
	case sim.RequestRetried:
		s.retried++
	case sim.RequestUnfinished:
		s.latencies.AddNever()
		s.open++
	}
}

// sum returns the sum of several outcomes.
func sum(list ...*outcomes) outcomes {
	sum := outcomes{latencies: histogram.NewLatencies()}
	for _, s := range list {
		sum.latencies.Merge(s.latencies)
		sum.rejected += s.rejected
		sum.timedOut += s.timedOut
		sum.dropped += s.dropped
		sum.failed += s.failed
		sum.retried += s.retried
		sum.withdrawn += s.withdrawn
		sum.open += s.open
		sum.onTime += s.onTime
		sum.shift += s.shift
		sum.shiftInTime += s.shiftInTime
	}
	return sum
}

// losses returns the numbers of requests that lost their replica.
func (s *outcomes) losses(scope string) []rows.Measurement {
	return []rows.Measurement{measure(scope, "failed", "1", float64(s.failed)), measure(scope, "retried", "1", float64(s.retried))}
}

func (s *outcomes) measures(scope string, seconds, accuracy float64) []rows.Measurement {
	share := func(part, whole float64) float64 {
		if whole == 0 {
			return math.NaN()
		}
		return 100 * part / whole
	}
	list := []rows.Measurement{
		measure(scope, "arrived", "1", float64(s.arrived())),
		measure(scope, "throughput", "1/s", float64(s.finished())/seconds),
		measure(scope, "goodput", "1/s", float64(s.inTime())/seconds),
		measure(scope, "slo_attainment", "%", share(float64(s.onTime), float64(s.arrived()))),
	}
	list = append(list, spread(scope, "latency", s.latencies)...)
	return append(list,
		measure(scope, "accuracy", "%", accuracy),
		measure(scope, "rejected", "1", float64(s.rejected)),
		measure(scope, "timed_out", "1", float64(s.timedOut)),
		measure(scope, "dropped", "1", float64(s.dropped)),
		measure(scope, "unfinished", "1", float64(s.open)),
	)
}
