package workload

import (
	"errors"
	"fmt"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/tokens"
	"wavetank/workload/distribution"
)

// ClosedLoop describes senders that wait for the answer to a request before they send the next.
// Each holds conversations of one or more turns. The draws of a turn depend only on the number of
// the conversation and of the turn, never on the order in which requests end.
type ClosedLoop struct {
	// Arrivals says when callers come, each for one conversation. If it is nil, there are Clients
	// callers from the beginning. They hold one conversation after the other, and pause before
	// each.
	Arrivals Process
	Clients  int
	Pause    Pause

	Turns   distribution.Count // turns of a conversation; nil: one
	Think   Pause              // think time from an answer to the next turn
	Context int32              // most tokens of a prompt with its answer; 0: LargestCount
	First   int64              // session number of the first conversation; 0: there are no sessions
	// difference between the session numbers of consecutive conversations
	Step int64

	// lengths of the new input of a turn and of its answer; nil: requests have no tokens
	Lengths *Lengths
	// Input and Output are the distributions of lengths in turns after the first. Nil: those of
	// Lengths.
	Input, Output distribution.Count
	Labels        Labels // labels of a conversation, without sessions; patience is drawn per turn
}

// Pause is a random time.
type Pause struct {
	Mean         time.Duration
	Distribution distribution.Service // around Mean; nil stands for Deterministic
}

func (p Pause) draw(s *kernel.Stream) time.Duration {
	if p.Mean == 0 {
		return 0
	}
	return span(p.Mean, p.Distribution, s)
}

// patient is the shortest time until the next request of a caller, if its last request ended at the
// instant at which it arrived. Without it, a caller whose requests are rejected would send requests
// for ever at one instant.
const patient = time.Millisecond

func (c *ClosedLoop) check() error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	if c.Arrivals == nil && (c.Clients < 1 || c.Clients > 1_000_000) {
		fault("count: %d lies outside 1 to 1000000", c.Clients)
	}
	if c.Pause.Mean < 0 || c.Think.Mean < 0 {
		fault("think-time: mean: %v is negative", min(c.Pause.Mean, c.Think.Mean))
	}
	if c.Context < 0 || c.Context > distribution.LargestCount {
		fault("context-window: %d lies outside 1 to %d", c.Context, distribution.LargestCount)
	}
	if c.First < 0 || c.First > 0 && c.Step < 1 {
		fault("sessions: the first number %d and the step %d must be above 0", c.First, c.Step)
	}
	return errors.Join(faults...)
}

// Conversations returns the requests of conversations. It holds a state for each open conversation.
func (l Lane) Conversations(c ClosedLoop) (ResponsiveSource, error) {
	marks, err := l.Marks(0)
	lengths, errL := l.measurer(c.Lengths)
	labels, errP := l.labeller(c.Labels)
	if err := errors.Join(err, c.check(), errL, errP); err != nil {
		return nil, err
	}
	for _, p := range []*Pause{&c.Pause, &c.Think} {
		if p.Distribution == nil {
			p.Distribution = distribution.Deterministic()
		}
	}
	if c.Context == 0 {
		c.Context = distribution.LargestCount
	}
	s := &calls{
		ClosedLoop: c, marks: marks, lengths: lengths, labels: labels, next: kernel.Never,
		turns: l.Stream("turns", 0), pauses: l.Stream("pause", 0), thoughts: l.Stream("think time", 0), contents: l.Stream("contents", 0),
	}
	if c.Arrivals != nil {
		s.starts = c.Arrivals.Start(l.Stream("arrivals", 0))
		s.next = s.starts.Next()
		return s, nil
	}
	for range c.Clients {
		s.pause(s.seat(), 0)
	}
	return s, nil
}

// caller is one conversation. A later conversation uses its place in the list of callers again.
type caller struct {
	number      int64 // number of the conversation, from 0
	turn, turns int32
	model       fleet.ModelID
	class       fleet.ClassID
	tenant      fleet.TenantID
	history     int32          // prompt tokens between the system prompt and the new input
	system      int32          // tokens of the system prompt
	shared      int            // segments of the system prompt
	content     tokens.Content // content of the present prompt
}

// calls is a realisation of a ClosedLoop.
type calls struct {
	ClosedLoop
	marks   Marks
	lengths *measurer // nil: requests have no tokens
	labels  labeller
	starts  Instants    // realisation of Arrivals, or nil
	next    kernel.Time // when the next caller comes
	begun   int64       // conversations or clients begun so far
	callers []*caller
	last    int32               // place of the caller of the last request
	idle    []int32             // places without a conversation
	due     kernel.Queue[int32] // places of the callers whose next request is scheduled

	turns, pauses, thoughts, contents *kernel.Stream
}

// seat returns the place of a new caller.
func (c *calls) seat() int32 {
	at := int32(len(c.callers))
	if n := len(c.idle); n > 0 {
		at, c.idle = c.idle[n-1], c.idle[:n-1]
	} else {
		c.callers = append(c.callers, &caller{})
	}
	c.callers[at].number = c.begun
	c.callers[at].turn, c.callers[at].turns = 0, 0
	c.begun++
	return at
}

// pause schedules the first request of a client's conversation, after a pause.
func (c *calls) pause(at int32, now kernel.Time) {
	c.pauses.Rewind(uint64(c.callers[at].number))
	c.schedule(at, now, c.Pause.draw(c.pauses))
}

func (c *calls) schedule(at int32, now kernel.Time, after time.Duration) {
	if when := now.Add(after); when >= now && when < horizon {
		c.due.Schedule(when, at)
	}
}

func (c *calls) When() kernel.Time { return min(c.next, c.due.Peek()) }

func (c *calls) Next(r *fleet.Request) bool {
	var at int32
	now := c.next
	if c.next <= c.due.Peek() {
		if c.next == kernel.Never {
			return false
		}
		at = c.seat()
		c.next = c.starts.Next()
	} else {
		now, at, _ = c.due.Next()
	}
	c.last = at
	s := c.callers[at]
	if s.turn == 0 {
		c.begin(s)
	}
	*r = fleet.Request{Model: s.model, Arrival: now, Class: s.class, Tenant: s.tenant}
	name := s.name()
	if c.First > 0 {
		r.Session = c.First + s.number*c.Step
	}
	c.marks.works.Rewind(name)
	r.Work = c.marks.NextWork()
	c.marks.counts.Rewind(name)
	r.Items = c.marks.NextItems()
	c.labels.patience.Rewind(name)
	r.Patience = c.labels.wait()
	if c.lengths != nil {
		c.speak(r, s)
	}
	return true
}

// name returns a number that identifies the present turn among all turns, for its draws.
func (s *caller) name() uint64 { return uint64(s.number)<<24 | uint64(s.turn) }

// begin draws the properties that all turns of a conversation share.
func (c *calls) begin(s *caller) {
	number := uint64(s.number)
	for _, stream := range []*kernel.Stream{c.turns, c.marks.models, c.labels.classes, c.labels.tenants} {
		stream.Rewind(number)
	}
	if s.turns = 1; c.Turns != nil {
		s.turns = c.Turns.At(distribution.StandardNormal(c.turns))
	}
	s.model = c.marks.Model()
	s.class, s.tenant = c.labels.sender()
	s.history, s.system, s.shared, s.content.Prefix = 0, 0, 0, s.content.Prefix[:0]
	if c.lengths == nil {
		return
	}
	c.lengths.systems.Rewind(number)
	if prompt := c.lengths.system(); prompt != nil {
		s.system, s.shared = prompt.Prefix[0].Tokens, len(prompt.Prefix)
		s.content.Prefix = append(s.content.Prefix, prompt.Prefix...)
	}
}

// speak makes the prompt of a turn: the system prompt, the turns before it, and the new input. If
// that exceeds the context, the oldest turns are left out.
func (c *calls) speak(r *fleet.Request, s *caller) {
	name := s.name()
	c.lengths.lengths.Rewind(name)
	inputs, outputs := c.lengths.Input, c.lengths.Output
	if s.turn > 0 && c.Input != nil {
		inputs = c.Input
	}
	if s.turn > 0 && c.Output != nil {
		outputs = c.Output
	}
	input, output := c.lengths.drawOf(inputs, outputs)
	for s.history > 0 && s.system+s.history+input+output > c.Context {
		oldest := s.content.Prefix[s.shared:]
		s.history -= oldest[0].Tokens + oldest[1].Tokens
		s.content.Prefix = append(s.content.Prefix[:s.shared], oldest[2:]...)
	}
	r.Input, r.Output = s.system+s.history+input, output
	s.content.Reply = 0
	if s.turns > 1 {
		c.contents.Rewind(name)
		s.content.Prefix = append(s.content.Prefix, tokens.Segment{Content: content(c.contents), Tokens: input})
		s.content.Reply = content(c.contents)
	}
	if len(s.content.Prefix) > 0 {
		r.Content = &s.content
	}
}

// Ended schedules the next turn of the caller, or ends its conversation. Later prompts contain the
// answer even if the request was not served, so that they are the same under every policy.
func (c *calls) Ended(caller int64, r *fleet.Request, at kernel.Time) {
	place := int32(caller)
	s := c.callers[place]
	c.thoughts.Rewind(s.name())
	s.turn++
	if at == r.Arrival {
		at = at.Add(patient)
	}
	switch {
	case s.turn < s.turns:
		if c.lengths != nil {
			s.history += s.content.Prefix[len(s.content.Prefix)-1].Tokens + r.Output
			s.content.Prefix = append(s.content.Prefix, tokens.Segment{Content: s.content.Reply, Tokens: r.Output})
		}
		c.schedule(place, at, c.Think.draw(c.thoughts))
	case c.starts == nil:
		s.number += int64(c.Clients)
		s.turn = 0
		c.pause(place, at)
	default:
		c.idle = append(c.idle, place)
	}
}

// Caller returns the place of the caller in the list of callers.
func (c *calls) Caller() int64 { return int64(c.last) }

func (c *calls) Err() error   { return nil }
func (c *calls) Close() error { return nil }
