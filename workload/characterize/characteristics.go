// Package characterize says what a stream of requests looks like: its rate over time, how bursty it
// is, how long its requests are, what they share. From that it makes the parameters of a synthetic
// workload that resembles the stream. It also says how far two streams are apart.
package characterize

import (
	"errors"
	"fmt"
	"time"

	"wavetank/sim/fleet"
	"wavetank/workload"
	"wavetank/workload/trace"
)

// Characteristics are what a stream looks like. Their size does not grow with the stream, except
// for one entry per conversation or session, and one per stretch of a prompt that others may share.
type Characteristics struct {
	Flow
	Grid     time.Duration // step of a coarse grid that the instants lie on; 0: there is none
	Input    LengthCounts
	Output   LengthCounts
	Joint    JointLengths
	Prefix   Prefix
	Talks    *Conversations // nil if no request has a prompt with content or a session
	Sessions int64          // requests that belong to one
	Rows     int64          // rows of the trace that were read
	Failed   int64          // rows of requests that failed, which are left out
	LeftOut  int64          // rows that do not meet the conditions of the scenario
}

// Of reads a stream and returns its characteristics. The first reading shows whether requests lie
// on a grid or belong together. If they do, Of reads the stream a second time. A stream without
// requests is an error.
func Of(open Open, look Reading) (*Characteristics, error) {
	if look.Block < 1 {
		return nil, fmt.Errorf("block: %d tokens are less than 1", look.Block)
	}
	p := &Characteristics{Flow: newFlow(), Prefix: Prefix{block: int32(look.Block), places: map[place]int32{}}}
	err := open.each(look.Until, p.add, func(src workload.Source) { p.Rows, p.Failed, p.LeftOut = trace.Counted(src) })
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
	err = open.each(look.Until, func(r *fleet.Request) {
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

// window returns the length of the windows whose counts say how bursty requests on a grid are:
// several steps of the grid, and more where the stream has very many steps.
func (p *Characteristics) window() time.Duration {
	window := several * p.Grid
	for window > 0 && p.Span()/window > mostCells {
		window *= 2
	}
	return window
}
