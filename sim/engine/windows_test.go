package engine_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"wavetank/policies/batching"
	"wavetank/policies/routing"
	"wavetank/sim"
	"wavetank/sim/engine"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/simtest"
)

// reader is an allocator that keeps a copy of every window that it sees after the start.
type reader struct {
	sim.Allocator
	read []sim.Window
}

func (r *reader) Allocate(v *sim.View) (sim.Plan, error) {
	if v.Now() > 0 {
		r.read = append(r.read, copied(v.Window()))
	}
	return r.Allocator.Allocate(v)
}

func copied(w *sim.Window) sim.Window {
	c := *w
	c.Models, c.Deployments, c.Waiting = slices.Clone(w.Models), slices.Clone(w.Deployments), slices.Clone(w.Waiting)
	c.Classes = nil
	for _, list := range w.Classes {
		c.Classes = append(c.Classes, slices.Clone(list))
	}
	return c
}

// windows returns the windows that a run shows its allocator.
func windows(t anyT, s sim.Setup) []sim.Window {
	r := &reader{Allocator: s.Allocator}
	s.Allocator = r
	run(t, s)
	return r.read
}

// TestWindowsTellWhatIsInTime has services of 1 s at one replica, an objective of 1.5 s and periods
// of 4 s. Requests come at 0, 0.2, 0.4 and 0.6 s. At most one may wait, so those of 0.4 s and 0.6 s
// are rejected. The latency of the first is 1 s, that of the second 1.8 s. One more comes at 2.5 s.
// Another comes at 7.5 s; it is in the system for half a second of the second window and half a
// second of the third.
func TestWindowsTellWhatIsInTime(t *testing.T) {
	s := alone(t, 1, func(*fleet.MachineType) {})
	s.Spec.Models[0].Target, s.Spec.Models[0].QueueLimit = 1500*time.Millisecond, 1
	s.Arrivals, s.Duration, s.Period = at(0, 0.2, 0.4, 0.6, 2.5, 7.5), 13*time.Second, 4*time.Second
	const ms = time.Millisecond
	want := []sim.ModelWindow{
		{Offered: 5, Finished: 3, InTime: 2, Late: 1, Lost: 2, Rejected: 2, Latency: 3800 * ms, Presence: 3800 * ms},
		{Offered: 1, InSystem: 1, Presence: 500 * ms},
		{Finished: 1, InTime: 1, Latency: 1000 * ms, Presence: 500 * ms},
	}
	got := windows(t, s)
	for i := range want {
		if diff := cmp.Diff(want[i], got[i].Models[0]); diff != "" {
			t.Errorf("window %d: %s", i, diff)
		}
	}
	if c := got[0].Concurrency(0); c != 0.95 {
		t.Errorf("%v requests in the system on average, want 3.8/4", c)
	}
}

// TestWindowsTellWhoseBatcherDrops: of three requests of one instant, one is served. The batcher
// drops the others when the replica becomes free.
func TestWindowsTellWhoseBatcherDrops(t *testing.T) {
	s := alone(t, 1, func(*fleet.MachineType) {})
	s.Batcher, s.Arrivals, s.Duration, s.Period = droppingOld{}, at(0, 0, 0), 3*time.Second, 2*time.Second
	w := windows(t, s)[0].Models[0]
	if w.Finished != 1 || w.Lost != 2 || w.Dropped != 2 || w.Rejected != 0 || w.Presence != 3*time.Second {
		t.Errorf("%+v", w)
	}
}

// droppingOld is a batcher that drops all requests that have waited.
type droppingOld struct{}

func (droppingOld) Batch(v *sim.View, at fleet.ReplicaID) sim.BatchDecision {
	if oldest, _ := v.Oldest(at); oldest < v.Now() {
		return sim.BatchDecision{Drop: v.Queued(at), Until: kernel.Never}
	}
	return sim.BatchDecision{Count: 1}
}

func (droppingOld) String() string { return "dropping old" }

// TestWindowsOfPartedModels has steps of 10 ms. A prompt of 100 tokens takes one step, and its
// cache moves in no time. Three requests with three output tokens come at 0, 0 and 100 ms. Each has
// its first token after 10 ms, and the others at distances of 10 ms. From its first to its last
// token it is at the decode model. The objectives are 15 ms for the first token and 9 ms for the
// time per token.
func TestWindowsOfPartedModels(t *testing.T) {
	spec := parted(true, steady(), 0)
	spec.Models[0].Target, spec.Models[0].FirstToken, spec.Models[0].PerToken = 0, 15*time.Millisecond, 9*time.Millisecond
	got := windows(t, sim.Setup{
		Spec: spec, Arrivals: &fixedTalks{[]int{0, 0, 100}, 3}, Levers: sim.Levers{Router: routing.NewLeastOutstanding(), Batcher: batching.NewGreedy(), Allocator: both{1, 1}},
		Duration: time.Second, Period: 120 * time.Millisecond,
	})
	const ms = time.Millisecond
	want := [][]sim.ModelWindow{{
		{Offered: 3, Finished: 2, Late: 2, Latency: 60 * ms, Prompt: 300, Answered: 6, FirstTokens: 3, FirstInTime: 3, Presence: 30 * ms},
		{Offered: 3, Prompt: 300, InSystem: 1, Presence: 50 * ms},
	}, {
		{Finished: 1, Late: 1, Latency: 30 * ms, Answered: 3},
		{Presence: 10 * ms},
	}}
	for i := range want {
		if diff := cmp.Diff(want[i], got[i].Models); diff != "" {
			t.Errorf("window %d: %s", i, diff)
		}
	}
}

// TestWindowsOfBranchesWithNothingLeft has a pipeline with a first stage of one second and then an
// LLM. After the first stage, no time is left of the objective of the pipeline, or it has passed.
// The answer is then late in any case. First token and time per token have no objective, so they
// are in time.
func TestWindowsOfBranchesWithNothingLeft(t *testing.T) {
	for _, target := range []time.Duration{time.Second, time.Second / 2} {
		c := line([][]fleet.ModelID{{0}, {1}, {2}}, time.Second, time.Second, time.Second)
		c.Pipelines[0].Target = target
		engine := steady()
		c.Deployments[1].Tokens = &engine
		group := through(0, 0, 1, 2)
		for i := range group {
			group[i].Input, group[i].Output = 100, 3
		}
		setup := piped(c, group)
		setup.Duration, setup.Period, setup.Drain = 5*time.Second, 4*time.Second, 0
		got := windows(t, setup)[0].Models
		if m := got[1]; m.Finished != 1 || m.Late != 1 || m.InTime != 0 || m.FirstTokens != 1 || m.FirstInTime != 1 || m.PerTokenInTime != 1 {
			t.Errorf("target %v: the LLM has %+v", target, m)
		}
		for i, m := range got {
			if late := i > 0 || target < time.Second; m.Finished != 1 || late != (m.Late == 1) || late == (m.InTime == 1) {
				t.Errorf("target %v: model %d has %+v", target, i, m)
			}
		}
	}
	c := line([][]fleet.ModelID{{0}, {1}}, time.Second, time.Second)
	c.Pipelines[0].Target = time.Second
	if m := windows(t, func() sim.Setup {
		setup := piped(c, through(0, 0, 1))
		setup.Duration, setup.Period = 5*time.Second, 4*time.Second
		return setup
	}())[0].Models[1]; m.Late != 1 || m.InTime != 0 {
		t.Errorf("nothing is left for a branch, and it has %+v", m)
	}
}

// TestWindowsReadTheCache: a prompt of 100 tokens and six tokens of its answer hold 7 blocks of 16
// tokens at the end of the window. One window later the answer is complete and they hold none.
func TestWindowsReadTheCache(t *testing.T) {
	spec := parted(false, steady(), 0)
	blocks := spec.Deployments[0].Tokens.Blocks
	got := windows(t, sim.Setup{
		Spec: spec, Arrivals: &fixedTalks{[]int{0}, 8}, Levers: sim.Levers{Router: routing.NewLeastOutstanding(), Batcher: batching.NewGreedy(), Allocator: simtest.Fixed{Replicas: 1}},
		Duration: 200 * time.Millisecond, Period: 60 * time.Millisecond,
	})
	first, second := got[0].Deployments[0], got[1].Deployments[0]
	if first.Held != 7 || first.Blocks != blocks || second.Held != 0 || second.Blocks != blocks {
		t.Errorf("%+v and %+v; want 7 blocks of %d, then none", first, second, blocks)
	}
	if share := first.KVShare(); share != 0.14 {
		t.Errorf("%v of the cache is in use, want 7/50", share)
	}
}

// ledger counts the same as windows do, in the simplest way. It closes a window when the allocator
// is asked.
type ledger struct {
	spec    *fleet.Spec
	windows [][][]sim.ModelWindow // per window and model: the classes, then all requests
	now     kernel.Time
	at      map[int64]fleet.ModelID // model at whose replicas each request is
}

func (l *ledger) open() [][]sim.ModelWindow {
	next := make([][]sim.ModelWindow, len(l.spec.Models))
	for m := range next {
		next[m] = make([]sim.ModelWindow, len(l.spec.Classes)+1)
		if n := len(l.windows); n > 0 {
			for c := range next[m] {
				next[m][c].InSystem = l.windows[n-1][m][c].InSystem
			}
		}
	}
	return next
}

func (l *ledger) Observe(f *sim.Fact) {
	for _, model := range l.windows[len(l.windows)-1] {
		for c := range model {
			model[c].Presence += f.At.Sub(l.now) * time.Duration(model[c].InSystem)
		}
	}
	l.now = f.At
	if f.Kind == sim.Decided && f.At > 0 {
		l.windows = append(l.windows, l.open())
	}
	if f.Request == nil || f.Model < 0 {
		return
	}
	for _, c := range []int{int(f.Request.Class), len(l.spec.Classes)} {
		l.count(f, c)
	}
	switch f.Kind {
	case sim.RequestArrived, sim.RequestPrefilled, sim.RequestRetried:
		l.at[f.Request.Ordinal] = f.Model
	}
}

func (l *ledger) count(f *sim.Fact, class int) {
	open := l.windows[len(l.windows)-1]
	m := &open[f.Model][class]
	r, o := f.Request, l.spec.Objectives(f.Request)
	first, each := time.Duration(0), time.Duration(0)
	if f.Timings != nil {
		first, each = f.Timings.FirstToken, f.Timings.PerToken(f.Span, r.Output)
	}
	switch f.Kind {
	case sim.RequestPrefilled, sim.RequestRetried:
		open[l.at[r.Ordinal]][class].InSystem--
		m.InSystem++
	case sim.RequestArrived:
		m.InSystem++
	case sim.RequestFinished, sim.RequestRejected, sim.RequestTimedOut, sim.RequestDropped, sim.RequestFailed, sim.RequestWithdrawn, sim.RequestCancelled:
		open[l.at[r.Ordinal]][class].InSystem--
	}
	switch f.Kind {
	case sim.RequestArrived, sim.RequestPrefilled:
		m.Offered++
		m.Prompt += int64(r.Input)
	case sim.RequestFirstToken:
		m.FirstTokens++
		if o.FirstToken == 0 || f.Span <= o.FirstToken {
			m.FirstInTime++
		}
	case sim.RequestFinished:
		m.Finished++
		m.Latency += f.Span
		m.Answered += int64(r.Output)
		if o.Met(first, each, f.Span) {
			m.InTime++
		}
		if f.Timings != nil && (o.PerToken == 0 || each <= o.PerToken) {
			m.PerTokenInTime++
		}
		m.Late = m.Finished - m.InTime
	case sim.RequestRejected:
		m.Rejected++
		m.Lost++
	case sim.RequestDropped:
		m.Dropped++
		m.Lost++
	case sim.RequestTimedOut, sim.RequestFailed, sim.RequestWithdrawn, sim.RequestCancelled:
		m.Lost++
	}
}

// TestWindowsCountEveryRequestOnce compares the windows of random runs of token replicas, also by
// class, with the counts of a ledger.
func TestWindowsCountEveryRequestOnce(t *testing.T) {
	var sum sim.ModelWindow
	handedOver, refused := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		s := drawTokenWorld(t)()
		s.ByClass, s.Delay = true, 0
		objectives := func(first, each, latency *time.Duration) {
			for _, o := range []*time.Duration{first, each, latency} {
				*o = s.Duration / time.Duration(rapid.IntRange(10, 2000).Draw(t, "objective")) * time.Duration(rapid.IntRange(0, 1).Draw(t, "given"))
			}
		}
		for m := range s.Spec.Models {
			objectives(&s.Spec.Models[m].FirstToken, &s.Spec.Models[m].PerToken, &s.Spec.Models[m].Target)
		}
		for c := range s.Spec.Classes {
			objectives(&s.Spec.Classes[c].FirstToken, &s.Spec.Classes[c].PerToken, &s.Spec.Classes[c].Target)
		}
		small(t, s.Spec)
		l := &ledger{spec: s.Spec, at: map[int64]fleet.ModelID{}}
		l.windows = append(l.windows, l.open())
		s.Observers = []sim.Observer{l, observer(func(f *sim.Fact) {
			if f.Kind == sim.RequestRejected && f.Replica >= 0 {
				refused++
			}
		})}
		got := windows(t, s)
		if len(got) != len(l.windows)-1 {
			t.Fatalf("%d windows, the allocator was asked %d times", len(got), len(l.windows)-1)
		}
		for i, w := range got {
			for m := range w.Models {
				last := len(s.Spec.Classes)
				if diff := cmp.Diff(l.windows[i][m], append(w.Classes[m], w.Models[m])); diff != "" {
					t.Fatalf("window %d, model %d: %s", i, m, diff)
				}
				add(&sum, &l.windows[i][m][last])
				if s.Spec.Decodes(fleet.ModelID(m)) {
					handedOver += w.Models[m].Offered
				}
			}
		}
	})
	if sum.InTime == 0 || sum.Late == 0 || sum.Rejected == 0 || sum.FirstInTime == 0 || sum.FirstInTime == sum.FirstTokens || sum.PerTokenInTime == 0 || handedOver == 0 || refused == 0 {
		t.Errorf("%+v, %d handed over, %d refused then: some path was never walked", sum, handedOver, refused)
	}
}

// small sometimes gives the decode model a context that is too small for some answers.
func small(t *rapid.T, c *fleet.Spec) {
	for i := range c.Deployments {
		d := &c.Deployments[i]
		if d.Tokens != nil && c.Decodes(d.Model) && rapid.Bool().Draw(t, "small") {
			one := *d.Tokens
			one.Context = 40
			d.Tokens = &one
		}
	}
}

func add(to, m *sim.ModelWindow) {
	to.InTime += m.InTime
	to.Late += m.Late
	to.Rejected += m.Rejected
	to.FirstTokens += m.FirstTokens
	to.FirstInTime += m.FirstInTime
	to.PerTokenInTime += m.PerTokenInTime
}

// TestWindowsAreUsedAgain: after WindowsKept windows, further windows allocate nothing.
func TestWindowsAreUsedAgain(t *testing.T) {
	const many = sim.WindowsKept + 100
	allocations := func(windows int) float64 {
		return testing.AllocsPerRun(3, func() {
			s := alone(t, 1, func(*fleet.MachineType) {})
			s.Allocator, s.ByClass, s.Delay = quietly{}, true, 30*time.Second
			s.Arrivals, s.Duration = at(0), time.Duration(windows)*s.Period
			if err := engine.Run(t.Context(), s); err != nil {
				t.Fatal(err)
			}
		})
	}
	if short, long := allocations(many), allocations(5*many); long > short+2 {
		t.Errorf("%v allocations for %d windows, %v for five times as many", short, many, long)
	}
}

// quietly is an allocator that wants nothing.
type quietly struct{}

func (quietly) Allocate(*sim.View) (p sim.Plan, _ error) { return p, nil }
func (quietly) String() string                           { return "quietly" }
