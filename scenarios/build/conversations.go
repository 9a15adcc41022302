package build

import (
	"errors"
	"fmt"
	"time"

	"wavetank/scenarios/file"
	"wavetank/workload"
	"wavetank/workload/distribution"
	"wavetank/workload/table"
)

// closedLoopOf returns the closed loop of a stream, or nil if its senders do not wait for answers.
// drawn holds what the requests of every stream have: instants, lengths and labels. The error
// begins with the wrong key.
func closedLoopOf(s *file.Scenario, stream int, open func(name string) table.File, drawn workload.ClosedLoop) (*workload.ClosedLoop, error) {
	w, c := &s.Workload[stream], &drawn
	closed, talk := w.Arrivals.Clients(), w.Conversation
	if closed == nil && talk == nil {
		return nil, nil
	}
	var err error
	if closed != nil {
		c.Clients = s.Senders(closed.Count)
		if c.Pause, err = pauseOf(&closed.ThinkTime); err != nil {
			return nil, err
		}
	}
	if talk == nil {
		return c, nil
	}
	c.Context, c.First, c.Step = talk.Context, int64(stream)+1, int64(len(s.Workload))
	for _, k := range []struct {
		key  string
		from *file.TokenLengths
		into *distribution.Count
	}{{"turns", &talk.Turns, &c.Turns}, {"input", talk.Input, &c.Input}, {"output", talk.Output, &c.Output}} {
		if k.from == nil {
			continue
		}
		if *k.into, err = k.from.Distribution(open); err != nil {
			name, _ := k.from.Chosen()
			return nil, fmt.Errorf("conversation: %s: %s: %w", k.key, name, err)
		}
	}
	if c.Think, err = pauseOf(&talk.ThinkTime); err != nil {
		return nil, err
	}
	return c, nil
}

// pauseOf returns the distribution of pauses of a think time.
func pauseOf(t *file.ThinkTime) (workload.Pause, error) {
	around, err := t.Distribution.Distribution()
	return workload.Pause{Mean: time.Duration(t.Mean), Distribution: around}, err
}

// lengthsOf returns the distributions of a stream's tokens, or nil if it has none. The error joins
// all faults. Each begins with the wrong key.
func lengthsOf(s *file.Stream, open func(name string) table.File) (*workload.Lengths, error) {
	if s.Input == nil || s.Output == nil {
		return nil, nil
	}
	l := &workload.Lengths{Correlation: s.Correlation}
	var errIn, errOut error
	if l.Input, errIn = s.Input.Distribution(open); errIn != nil {
		name, _ := s.Input.Chosen()
		errIn = fmt.Errorf("input: %s: %w", name, errIn)
	}
	if l.Output, errOut = s.Output.Distribution(open); errOut != nil {
		name, _ := s.Output.Chosen()
		errOut = fmt.Errorf("output: %s: %w", name, errOut)
	}
	for _, p := range s.SystemPrompt {
		l.System = append(l.System, workload.SystemPrompt(p))
	}
	return l, errors.Join(errIn, errOut)
}
