// Package characterize says what a stream of requests looks like: its rate over time, how bursty it is, how long its
// requests are, what they share. From that it makes the parameters of a synthetic workload that resembles it, and says
// how far two streams are apart.
package characterize

import (
	"errors"
	"fmt"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/workload"
	"wavetank/workload/trace"
)

// Characteristics are what a stream looks like. Its size does not grow with the stream, but for one entry per stretch of a
// prompt that others may share, and one per conversation or session.
type Characteristics struct {
	Flow
	Grid     time.Duration // step of a coarse grid that the instants lie on; 0: there is none
	Input    LengthCounts
	Output   LengthCounts
	Joint    JointLengths
	Prefix   Prefix
	Talks    *Conversations // nil where no request tells what its prompt is or whose
	Sessions int64          // requests that belong to one
	Rows     int64          // of a trace that was read
	Failed   int64          // of them, requests that failed
	LeftOut  int64          // of them, rows that do not meet the conditions
}

// Look says how a stream is looked at.
type Reading struct {
	Block   int           // tokens of a block of a prefix cache
	Until   kernel.Time   // requests from then on are left out
	Window  time.Duration // of the counts that are held; 0: some steps of the grid
	Answers Answers
}

// Open opens a stream at its beginning.
type Open func() (workload.Source, error)

// Of reads a stream and returns its characteristics: once, and once more where requests lie on a grid or belong together, which
// the first time tells. A stream without requests is an error.
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
		p.Talks = newConversations(p, look.Answers)
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

// each reads the requests of a stream up to an instant; end sees the source afterwards.
func (open Open) each(until kernel.Time, do func(*fleet.Request), end func(workload.Source)) error {
	src, err := open()
	if err != nil {
		return err
	}
	var r fleet.Request
	for src.Next(&r) && r.Arrival < until {
		do(&r)
	}
	if end != nil {
		end(src)
	}
	return errors.Join(src.Err(), src.Close())
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
