package classic

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

// Session stands for the requests of one model with the same objective.
type Session struct {
	Rate      float64                       // requests per second
	Objective time.Duration                 // longest latency
	Latency   func(batch int) time.Duration // time of a batch; never falls as the batch grows
	Most      int                           // largest batch
}

// Cycle is the work that one GPU repeats for ever: a batch of each of its sessions within the time
// Duty. A request that just misses a batch of its session waits for the next batch. So its latency
// is at most Duty plus the time of a batch.
type Cycle struct {
	Duty  time.Duration
	Turns []Turn
}

// Turn is the batch of one session in a cycle.
type Turn struct {
	Session int
	Rate    float64 // requests per second that the cycle serves of the session
	Batch   int
}

// Squishy shares GPUs among sessions and keeps all objectives (Shen et al., "Nexus: a GPU cluster
// engine for accelerating DNN-based video analysis", SOSP 2019, section 6.1, squishy bin packing).
//
//	1  A session fills as many GPUs as it can. Its batch is the largest that takes half its
//	   objective.
//	2  For the rest of a session, the batch is the largest that keeps the objective: the time in
//	   which its requests arrive plus the time of the batch. The first time is the duty cycle.
//	3  Each of these cycles, the fullest first, is merged with the GPU that gets fullest, if one
//	   has room. A merged cycle is as short as the shorter of the two, and batches shrink with it.
//
// Finding the fewest GPUs is NP-hard, and no bound on the ratio to the fewest is known. Two points
// are not in the paper. If requests are rare, the cycle is short enough for a batch of one request
// (as in the scheduler of Nexus, src/nexus/scheduler/backend_delegate.cpp). If the batch of the
// second step takes longer than its cycle, the session gets one more GPU of the first step.
//
// The result lists the GPUs of the first step first. The error joins the faults of all sessions.
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

// largest returns the largest batch that fits. A batch of one request is taken to fit.
func (s *Session) largest(fits func(batch int) bool) int {
	batch := 1
	for batch < s.Most && fits(batch+1) {
		batch++
	}
	return batch
}

// saturate returns the cycles of the GPUs that session i fills, and the cycle of the rest of its
// requests, if there is a rest.
func (s *Session) saturate(i int) (full, rest []Cycle) {
	batch := s.largest(func(b int) bool { return 2*s.Latency(b) <= s.Objective })
	takes := s.Latency(batch)
	most := float64(batch) / takes.Seconds()
	whole := Cycle{takes, []Turn{{i, most, batch}}}
	n := math.Floor(s.Rate/most + tolerance)
	for range int(n) {
		full = append(full, whole)
	}
	left := s.Rate - float64(n*most)
	if s.Rate == 0 || n > 0 && left <= tolerance*most {
		return full, nil
	}
	comes := func(b int) time.Duration { // time in which b requests arrive, at most the objective
		return time.Duration(min(float64(b)/left*float64(time.Second), float64(s.Objective)))
	}
	batch = s.largest(func(b int) bool { return comes(b)+s.Latency(b) <= s.Objective })
	duty := min(comes(batch), s.Objective-s.Latency(batch))
	if duty < s.Latency(batch) {
		return append(full, whole), nil
	}
	return full, []Cycle{{duty, []Turn{{i, left, batch}}}}
}

// tolerance is the part of a request or of a GPU that counts as 0.
const tolerance = 1e-6

// merge returns one cycle for the sessions of two GPUs. ok is false if one GPU cannot serve both.
func merge(sessions []Session, a, b Cycle) (both Cycle, ok bool) {
	both = Cycle{min(a.Duty, b.Duty), slices.Concat(a.Turns, b.Turns)}
	for i := range both.Turns {
		t := &both.Turns[i]
		t.Batch = max(1, int(math.Ceil(float64(both.Duty.Seconds()*t.Rate)-tolerance)))
		s := &sessions[t.Session]
		if t.Batch > s.Most || both.Duty+s.Latency(t.Batch) > s.Objective {
			return both, false
		}
	}
	return both, both.takes(sessions) <= both.Duty
}

// takes returns the sum of the times of a cycle's batches.
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
