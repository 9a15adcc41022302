// Package characterize measures a stream of requests: its rate over time, its burstiness, the
// lengths of its requests, and what prompts share. From these characteristics it makes the
// parameters of a synthetic workload that resembles the stream. It also measures the distance
// between two streams.
package characterize

import (
	"errors"
	"fmt"
	"time"

	"wavetank/sim/fleet"
	"wavetank/workload"
	"wavetank/workload/trace"
)

// Characteristics are the measurements of a stream. Their size does not grow with the stream,
// except for one entry per conversation or session, and one per segment of a prompt that others may
// share.
type Characteristics struct {
	Flow
	// step of the grid of all instants; 0: the instants lie on no coarse grid
	Grid     time.Duration
	Input    LengthCounts
	Output   LengthCounts
	Joint    JointLengths
	Prefix   Prefix
	Talks    *Conversations // nil: no request has a prompt with known content or a session
	Sessions int64          // requests that belong to a session
	Rows     int64          // rows of the trace that were read
	Failed   int64          // rows of failed requests, which are left out
	LeftOut  int64          // rows that do not meet the conditions of the scenario
}

// Of reads a stream and returns its characteristics. The first reading shows whether instants lie
// on a grid, and whether requests form conversations or sessions. If so, Of reads the stream a
// second time. A stream without requests is an error.
func Of(open Open, look Reading) (*Characteristics, error) {
	if look.Block < 1 {
		return nil, fmt.Errorf("block: %d tokens are less than 1", look.Block)
	}
	p := &Characteristics{Flow: newFlow(), Prefix: Prefix{block: int32(look.Block), places: map[place]int32{}}}
	err := open.each(look, p.add, func(src workload.Source) { p.Rows, p.Failed, p.LeftOut = trace.Counted(src) })
	if err == nil && p.Requests == 0 {
		err = errors.New("there is no request in it")
	}
	if err != nil {
		return nil, err
	}
	p.Grid = p.Gaps.Grid()
	window := look.Window
	if window == 0 {
		window = p.window()
	}
	if p.Prefix.Named > 0 || p.Sessions > 0 {
		p.Talks = newConversations(&p.Prefix, p.Requests, look.Answers)
		p.Talks.Starts.onto(p.Grid, window)
	}
	if window == 0 && p.Talks == nil {
		return p, nil
	}
	p.Flow.onto(p.Grid, window)
	err = open.each(look, func(r *fleet.Request) {
		p.Flow.count(r.Arrival - p.First)
		if p.Talks != nil {
			p.Talks.add(r)
		}
	}, nil)
	if p.Talks != nil {
		p.Talks.finish(p.Last)
	}
	return p, err
}

func (p *Characteristics) add(r *fleet.Request) {
	p.Flow.add(r.Arrival)
	p.Input.add(r.Input)
	p.Output.add(r.Output)
	p.Joint.add(r.Input, r.Output)
	p.Prefix.add(r)
	if r.Session != 0 {
		p.Sessions++
	}
}

// HasLengths reports whether requests have tokens.
func (p *Characteristics) HasLengths() bool { return p.Input.Max() > 0 || p.Output.Max() > 0 }

// window returns the length of the windows for the counts of a stream on a grid. It is several
// steps of the grid, and more if the stream has very many steps.
func (p *Characteristics) window() time.Duration {
	window := several * p.Grid
	for window > 0 && p.Span()/window > mostCells {
		window *= 2
	}
	return window
}
