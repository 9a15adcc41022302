package engine_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"wavetank/policies/admission"
	"wavetank/policies/batching"
	"wavetank/policies/routing"
	"wavetank/sim"
	"wavetank/sim/engine"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
	"wavetank/sim/simtest"
)

// deaf is a plain stream in the form of a responsive one. Answers do not change it.
type deaf struct {
	sim.Arrivals
	next  fleet.Request
	known bool
	ended int
}

func (d *deaf) When() kernel.Time {
	if !d.known {
		d.known = d.Arrivals.Next(&d.next)
	}
	if !d.known {
		return kernel.Never
	}
	return d.next.Arrival
}

func (d *deaf) Next(r *fleet.Request) bool {
	*r, d.known = d.next, false
	return true
}

func (d *deaf) Caller() int64 { return 7 }

func (d *deaf) Ended(caller int64, _ *fleet.Request, _ kernel.Time) { d.ended += int(caller) }

// TestAnswersThatNobodyWaitsForChangeNothing compares the facts of a plain stream with those of the
// same stream as a responsive one, bit by bit.
func TestAnswersThatNobodyWaitsForChangeNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		sum := func(wrap func(sim.Arrivals) sim.Arrivals) uint64 {
			p := simtest.NewFingerprint()
			s := randomSetup(seed, time.Millisecond, simtest.Mixed())
			s.Arrivals = wrap(s.Arrivals)
			s.Observers = []sim.Observer{p}
			run(t, s)
			return p.Sum()
		}
		plain := sum(func(a sim.Arrivals) sim.Arrivals { return a })
		if sum(func(a sim.Arrivals) sim.Arrivals { return &deaf{Arrivals: a} }) != plain {
			t.Error("the facts differ")
		}
	})
}

// crew is a closed loop: each member sends again a step after its request has ended.
type crew struct {
	step      time.Duration
	due       kernel.Queue[int32]
	models    int64
	flying    map[int32]bool
	last      int32
	sent, got int64
	err       error
}

func newCrew(members int, step time.Duration, models int64) *crew {
	c := &crew{step: step, models: models, flying: map[int32]bool{}}
	for i := range members {
		c.due.Schedule(0, int32(i))
	}
	return c
}

func (c *crew) When() kernel.Time { return c.due.Peek() }

func (c *crew) Next(r *fleet.Request) bool {
	at, member, _ := c.due.Next()
	if c.flying[member] {
		c.err = fmt.Errorf("member %d sends before it is answered", member)
	}
	c.flying[member], c.last = true, member
	c.sent++
	*r = fleet.Request{Arrival: at, Work: 1, Model: fleet.ModelID(c.sent % c.models)}
	return true
}

func (c *crew) Caller() int64 { return int64(c.last) }

func (c *crew) Ended(caller int64, _ *fleet.Request, at kernel.Time) {
	member := int32(caller)
	if !c.flying[member] {
		c.err = fmt.Errorf("member %d is answered twice", member)
	}
	c.flying[member] = false
	c.got++
	c.due.Schedule(at.Add(c.step), member)
}

func (c *crew) Err() error { return c.err }

// TestEveryEndIsAnswered runs a closed loop on fleets that reject, drop, lose and time out.
func TestEveryEndIsAnswered(t *testing.T) {
	var ends simtest.InvariantChecker
	rapid.Check(t, func(t *rapid.T) {
		s := randomSetup(rapid.Uint64().Draw(t, "seed"), time.Millisecond, simtest.Mixed())
		loseMachines(t, s.Spec)
		s.FailLost = rapid.Bool().Draw(t, "fail lost")
		s.Batcher = rapid.SampledFrom([]sim.Batcher{batching.NewGreedy(), impatient{}}).Draw(t, "batcher")
		for i := range s.Spec.Models {
			s.Spec.Models[i].Timeout = time.Duration(max(0, rapid.IntRange(-2000, 2000).Draw(t, "timeout"))) * time.Millisecond
			s.Spec.Models[i].QueueLimit = rapid.IntRange(-1, 5).Draw(t, "limit")
		}
		c := newCrew(rapid.IntRange(1, 30).Draw(t, "members"), time.Duration(rapid.IntRange(50, 500).Draw(t, "step"))*time.Millisecond, 2)
		s.Arrivals = c
		s.Duration = time.Duration(rapid.IntRange(11, 40).Draw(t, "duration")) * time.Second
		s.Drain = rapid.SampledFrom([]time.Duration{-1, 0, 2 * time.Second}).Draw(t, "drain")
		check := simtest.NewInvariantChecker(s.Spec)
		s.Observers = []sim.Observer{check}
		if err := errors.Join(engine.Run(t.Context(), s), check.Err()); err != nil {
			t.Fatal(err)
		}
		if c.sent != check.Arrived || c.got != check.Arrived-check.Unfinished {
			t.Fatalf("%d sent, %d answered, of %d that arrived %d are unfinished", c.sent, c.got, check.Arrived, check.Unfinished)
		}
		ends.Rejected += check.Rejected
		ends.TimedOut += check.TimedOut
		ends.Dropped += check.Dropped
		ends.Failed += check.Failed
		ends.Finished += check.Finished
	})
	if ends.Rejected == 0 || ends.TimedOut == 0 || ends.Dropped == 0 || ends.Failed == 0 || ends.Finished == 0 {
		t.Errorf("not every end was met: %+v", ends)
	}
}

// liar announces or sends requests at the wrong instants.
type liar struct{ announced, sent kernel.Time }

func (l *liar) When() kernel.Time                        { return l.announced }
func (l *liar) Next(r *fleet.Request) bool               { *r = fleet.Request{Arrival: l.sent, Work: 1}; return true }
func (l *liar) Caller() int64                            { return 0 }
func (l *liar) Ended(int64, *fleet.Request, kernel.Time) {}
func (l *liar) Err() error                               { return nil }

func TestAnnouncedArrivalsMustCome(t *testing.T) {
	latency, err := profile.Linear(time.Millisecond, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		liar
		want string
	}{{liar{-1, -1}, "a request is to arrive at -1ns, but the run is already at 0s"}, {liar{5, 7}, "arrives at 7ns, but was announced for 5ns"}} {
		err := engine.Run(t.Context(), sim.Setup{
			Spec: simtest.OneModel(latency, 1, 1), Arrivals: &c.liar, Levers: sim.Levers{Admission: admission.NewAlways(), Router: routing.NewLeastOutstanding(), Batcher: batching.NewGreedy(), Allocator: simtest.Fixed{Replicas: 1}}, Duration: time.Second,
		})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("the error is %v, want %q", err, c.want)
		}
	}
}

// TestClosedLoopAllocatesNothingPerRequest compares the allocations of a run with those of a run
// that is ten times as long.
func TestClosedLoopAllocatesNothingPerRequest(t *testing.T) {
	latency, err := profile.Linear(2*time.Millisecond, time.Millisecond, 16)
	if err != nil {
		t.Fatal(err)
	}
	allocations := func(duration time.Duration) float64 {
		return testing.AllocsPerRun(3, func() {
			err := engine.Run(t.Context(), sim.Setup{
				Spec: simtest.OneModel(latency, 1, 1), Arrivals: newCrew(20, time.Millisecond, 1),
				Levers: sim.Levers{Router: routing.NewLeastOutstanding(), Batcher: batching.NewGreedy(), Allocator: simtest.Fixed{Replicas: 1}}, Duration: duration,
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
	if short, long := allocations(time.Second), allocations(10*time.Second); long > short+10 {
		t.Errorf("%v allocations for a second, %v for ten", short, long)
	}
}
