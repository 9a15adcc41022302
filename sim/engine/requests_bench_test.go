//go:build unix

package engine_test

import (
	"errors"
	"testing"
	"time"

	"wavetank/metrics"
	"wavetank/metrics/rows"
	"wavetank/sim"
	"wavetank/sim/engine"
	"wavetank/sim/kernel"
)

// rowsOf lets a setup make the rows of its requests, which nobody keeps.
func rowsOf(s *sim.Setup, count *int) *metrics.Requests {
	span := metrics.MeasuredSpan{Until: kernel.Time(time.Hour), Period: 15 * time.Second}
	board := metrics.NewBoard(s.Spec, span, time.Minute)
	keep := func(list []rows.RequestRow) error { *count += len(list); return nil }
	requests := metrics.NewRequests(s.Spec, span, board, keep, func() {})
	s.Observers = append([]sim.Observer{requests}, board.Observers()...)
	return requests
}

// BenchmarkRequestsTold compares runs with the rows of their requests, and without. No row is
// written.
//
//	go test -run xxx -bench RequestsTold ./sim/engine
func BenchmarkRequestsTold(b *testing.B) {
	const requests = 500_000
	paths := map[string]func() sim.Setup{
		"batches": func() sim.Setup { return batchPath(b, requests) },
		"tokens":  func() sim.Setup { return tokenPath(b, 8, requests/10, 10, clamped(256, 100), clamped(256, 100)) },
	}
	for path, setup := range paths {
		for _, how := range []string{"told", "untold"} {
			b.Run(path+"/"+how, func(b *testing.B) {
				best(b, requests, func() func() {
					s, count := setup(), 0
					if how == "told" {
						rowsOf(&s, &count)
					} else {
						span := metrics.MeasuredSpan{Until: kernel.Time(time.Hour), Period: 15 * time.Second}
						s.Observers = metrics.NewBoard(s.Spec, span, time.Minute).Observers()
					}
					return running(b, s)
				})
			})
		}
	}
}

// TestRowsOfRequestsTakeNoMemory: a run that makes rows of its requests allocates as much for
// 80,000 requests as for 20,000, up to the growth of its tables.
func TestRowsOfRequestsTakeNoMemory(t *testing.T) {
	allocated := func(requests int64) float64 {
		return testing.AllocsPerRun(2, func() {
			s, count := batchPath(t, requests), 0
			told := rowsOf(&s, &count)
			if err := errors.Join(engine.Run(t.Context(), s), told.Close()); err != nil || count != int(requests) {
				t.Errorf("%d rows of %d requests (%v)", count, requests, err)
			}
		})
	}
	if few, many := allocated(20_000), allocated(80_000); many > few+200 {
		t.Errorf("%v allocations for 20,000 requests, %v for 80,000", few, many)
	}
}
