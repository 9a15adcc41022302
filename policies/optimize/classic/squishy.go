package classic

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

// Session is the requests of one model that have one objective.
type Session struct {
	Rate      float64                       // requests per second
	Objective time.Duration                 // longest latency
	Latency   func(batch int) time.Duration // of a batch; a larger one never takes less time
	Most      int                           // largest batch
}

// Cycle is what one GPU does again and again: a batch of each of its sessions within Duty. A
// request that just misses a batch of its session waits for the next one. So its latency is at most
// Duty and the time of a batch.
type Cycle struct {
	Duty  time.Duration
	Turns []Turn
}

// Turn is a batch of a session in a cycle.
type Turn struct {
	Session int
	Rate    float64 // requests per second of the session that the cycle serves
	Batch   int
}

// Squishy shares GPUs among sessions and keeps all objectives (Shen et al., "Nexus: a GPU cluster
// engine for accelerating DNN-based video analysis", SOSP 2019, section 6.1, squishy bin packing).
//
//	1  A session fills as many GPUs as it can. Its batch is the largest that takes half its
//	   objective.
//	2  What is left gets the largest batch that keeps the objective: the time in which its
//	   requests come, and the time of the batch. The first of these is the duty cycle.
//	3  These cycles, the fullest first, are merged with the GPU that becomes fullest, if there is
//	   one. A merged cycle is as short as the shorter of the two, and batches shrink with it.
//
// To find the fewest GPUs is NP-hard; no ratio is known. Two things are not in the paper. Where
// requests are rare, the cycle is short enough for a batch of one (as in the scheduler of Nexus,
// src/nexus/scheduler/backend_delegate.cpp). Where the batch of the second step takes longer than
// its cycle, the session gets one more GPU of the first step.
//
// GPUs of the first step come first, then the others. The error joins the faults of all sessions.
func Squishy(sessions []Session) ([]Cycle, error) {
	var faults []error
	var cycles, rest []Cycle
	for i, s := range sessions {
		if err := s.validate(); err != nil {
			faults = append(faults, fmt.Errorf("session %d: %w", i, err))
			continue
		}
		full, left := s.saturate(i)
		cycles = append(cycles, full...)
		rest = append(rest, left...)
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	slices.SortStableFunc(rest, func(a, b Cycle) int { return cmp.Compare(b.occupancy(sessions), a.occupancy(sessions)) })
	var shared []Cycle
	for _, c := range rest {
		at, best := -1, Cycle{}
		for j, on := range shared {
			if both, ok := merge(sessions, on, c); ok && (at < 0 || both.occupancy(sessions) > best.occupancy(sessions)) {
				at, best = j, both
			}
		}
		if at < 0 {
			shared = append(shared, c)
		} else {
			shared[at] = best
		}
	}
	return append(cycles, shared...), nil
}

func (s *Session) validate() error {
	switch {
	case !(s.Rate >= 0) || math.IsInf(s.Rate, 0):
		return fmt.Errorf("rate is %v; it must be a finite number of at least 0", s.Rate)
	case s.Most < 1:
		return fmt.Errorf("the largest batch is %d; it must be at least 1", s.Most)
	case s.Latency(1) <= 0:
		return fmt.Errorf("a batch of one takes %v; it must take time", s.Latency(1))
	case 2*s.Latency(1) > s.Objective:
		return fmt.Errorf("a batch of one takes %v, more than half the objective, %v", s.Latency(1), s.Objective)
	}
	return nil
}

// largest returns the largest batch that fits, if the batch of one does.
func (s *Session) largest(fits func(batch int) bool) int {
	batch := 1
	for batch < s.Most && fits(batch+1) {
		batch++
	}
	return batch
}

// saturate returns the GPUs that session i fills, and the cycle of the rest, if there is any.
func (s *Session) saturate(i int) (full, rest []Cycle) {
	batch := s.largest(func(b int) bool { return 2*s.Latency(b) <= s.Objective })
	takes := s.Latency(batch)
	most := float64(batch) / takes.Seconds()
	whole := Cycle{takes, []Turn{{i, most, batch}}}
	n := math.Floor(s.Rate/most + tolerance)
	for range int(n) {
		full = append(full, whole)
	}
	left := s.Rate - n*most
	if s.Rate == 0 || n > 0 && left <= tolerance*most {
		return full, nil
	}
	comes := func(b int) time.Duration { // at most the objective
		return time.Duration(min(float64(b)/left*float64(time.Second), float64(s.Objective)))
	}
	batch = s.largest(func(b int) bool { return comes(b)+s.Latency(b) <= s.Objective })
	duty := min(comes(batch), s.Objective-s.Latency(batch))
	if duty < s.Latency(batch) {
		return append(full, whole), nil
	}
	return full, []Cycle{{duty, []Turn{{i, left, batch}}}}
}

// tolerance is a part of a request, or of a GPU, that is nothing.
const tolerance = 1e-6

// merge returns the cycle of two GPUs on one; false if they do not fit.
func merge(sessions []Session, a, b Cycle) (both Cycle, ok bool) {
	both = Cycle{min(a.Duty, b.Duty), slices.Concat(a.Turns, b.Turns)}
	for i := range both.Turns {
		t := &both.Turns[i]
		t.Batch = max(1, int(math.Ceil(both.Duty.Seconds()*t.Rate-tolerance)))
		s := &sessions[t.Session]
		if t.Batch > s.Most || both.Duty+s.Latency(t.Batch) > s.Objective {
			return both, false
		}
	}
	return both, both.takes(sessions) <= both.Duty
}

// takes returns how long the batches of a cycle take together.
func (c Cycle) takes(sessions []Session) (sum time.Duration) {
	for _, t := range c.Turns {
		sum += sessions[t.Session].Latency(t.Batch)
	}
	return sum
}

// occupancy returns the share of a cycle in which the GPU works.
func (c Cycle) occupancy(sessions []Session) float64 {
	return c.takes(sessions).Seconds() / c.Duty.Seconds()
}
