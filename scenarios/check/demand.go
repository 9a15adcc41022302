package check

import (
	"fmt"
	"strings"
	"time"

	"wavetank/scenarios/build"
	"wavetank/scenarios/file"
	"wavetank/scenarios/wording"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/workload"
)

// wanted is the demand for a model, as far as it is known before a run.
type wanted struct {
	requests float64 // requests that arrive in the measured part of a run
	rate     float64 // requests per second
	peak     float64 // highest rate that the processes of the arrivals may have at any time
	notes    []string
}

// wants returns the demand for each model. If senders wait for answers, it assumes that each answer
// takes as long as its objective allows. The notes say so.
func (e *Review) wants() []wanted {
	s, seen := &e.Scenario, e.look()
	list := make([]wanted, len(e.Spec.Models))
	course := make([][]float64, len(list)) // highest rate for each model and part of the run
	const parts = 1000
	span := (time.Duration(s.Duration) - time.Duration(s.Warmup)).Seconds()
	for m := range list {
		list[m].requests = seen.asked[m]
		list[m].rate = seen.asked[m] / span
		course[m] = make([]float64, parts)
	}
	for i := range e.Traffic {
		l := &e.Traffic[i]
		var rates []float64 // highest rate in each part, if known
		if l.Drawn() && l.Stages == nil {
			for at := range parts {
				rates = append(rates, workload.Highest(l.Process, kernel.Time((float64(at)+0.5)/parts*float64(s.Duration))))
			}
		}
		l.Mix.Each(func(m fleet.ModelID, share float64) {
			list[m].notes = append(list[m].notes, waits(s, l)...)
			for at, rate := range rates {
				course[m][at] += share * rate
			}
		})
	}
	for m := range list {
		for _, rate := range course[m] {
			list[m].peak = max(list[m].peak, rate)
		}
	}
	return list
}

// waits says how the senders of a stream wait for answers, or nil if they do not.
func waits(s *file.Scenario, l *build.Traffic) (notes []string) {
	if c := l.Stream.Arrivals.Clients(); c != nil {
		notes = append(notes, wording.Count(int64(s.Senders(c.Count)))+" clients, each with one request at a time")
	}
	if l.Most > 0 {
		notes = append(notes, "at most "+wording.Count(int64(l.Most))+" in flight")
	}
	if l.Stream.Conversation != nil || l.Turns {
		notes = append(notes, "conversations")
	}
	return notes
}

// String writes the demand: its rate, its peak if that is higher, and how senders wait.
func (w *wanted) String() string {
	closed := len(w.notes) > 0 && strings.Contains(w.notes[0], "clients")
	var parts []string
	if !closed {
		parts = append(parts, wording.Digits(w.rate)+"/s")
		if w.peak > 1.05*w.rate {
			parts[0] += fmt.Sprintf(", %s/s at the peak", wording.Digits(w.peak))
		}
	}
	return strings.Join(append(parts, w.notes...), ", ")
}

// Expected returns roughly how many requests a run has.
func (e *Review) Expected() (sum float64) {
	for _, asked := range e.look().asked {
		sum += asked
	}
	return sum * float64(e.Scenario.Duration) / float64(e.Scenario.Duration-e.Scenario.Warmup)
}
