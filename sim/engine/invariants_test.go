package engine_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
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
	"wavetank/sim/simtest/golden"
)

// mixture is a stream of requests for two models with times in whole steps, so that scaling by two
// is exact.
type mixture struct {
	stream *kernel.Stream
	step   time.Duration
	at     kernel.Time
	models int
}

func (m *mixture) Next(r *fleet.Request) bool {
	m.at = m.at.Add(time.Duration(m.stream.IntN(40)) * m.step)
	*r = fleet.Request{Model: fleet.ModelID(m.stream.IntN(m.models)), Arrival: m.at, Work: 1}
	return true
}

func (m *mixture) Err() error { return nil }

// randomSetup returns a setup that reaches every path of a run. All times are proportional to the
// step.
func randomSetup(seed uint64, step time.Duration, c *fleet.Spec) sim.Setup {
	return sim.Setup{
		Spec: c, Arrivals: &mixture{stream: kernel.NewStream(seed, 0, "arrivals", 0), step: step, models: 2},
		Levers:   sim.Levers{Router: routing.NewLeastOutstanding(), Batcher: batching.NewGreedy(), Allocator: simtest.RandomAllocator{Stream: kernel.NewStream(seed, 0, "policy", 0)}},
		Duration: 120 * 1000 * step, Warmup: 10 * 1000 * step, Drain: 2 * 1000 * step, Period: 5 * 1000 * step,
	}
}

func run(t anyT, s sim.Setup) {
	t.Helper()
	check := simtest.NewInvariantChecker(s.Spec)
	s.Observers = append(s.Observers, check)
	if err := errors.Join(engine.Run(context.Background(), s), check.Err()); err != nil {
		t.Fatal(err)
	}
}

func TestEveryRunKeepsTheInvariants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := randomSetup(rapid.Uint64().Draw(t, "seed"), time.Millisecond, simtest.Mixed())
		s.ColdStart = rapid.Bool().Draw(t, "cold")
		s.Delay = time.Duration(rapid.IntRange(0, 20).Draw(t, "delay")) * time.Second
		s.Duration = time.Duration(rapid.IntRange(11, 60).Draw(t, "duration")) * time.Second
		check := simtest.NewInvariantChecker(s.Spec)
		s.Observers = []sim.Observer{check}
		if err := errors.Join(engine.Run(context.Background(), s), check.Err()); err != nil {
			t.Fatal(err)
		}
	})
}

func TestSecondRunEqualsFirst(t *testing.T) {
	sum := func(seed uint64) uint64 {
		p := simtest.NewFingerprint()
		s := randomSetup(seed, time.Millisecond, simtest.Mixed())
		s.Observers = []sim.Observer{p}
		run(t, s)
		return p.Sum()
	}
	if sum(1) != sum(1) {
		t.Error("two runs of one setup differ")
	}
	if sum(1) == sum(2) {
		t.Error("the fingerprint does not see the seed")
	}
}

// recorder stores facts as text, with times as multiples of a step.
type recorder struct {
	step  time.Duration
	lines []string
	keep  func(*sim.Fact) bool
}

func (r *recorder) Observe(f *sim.Fact) {
	if r.keep == nil || r.keep(f) {
		r.lines = append(r.lines, fmt.Sprintf("%v %v model %d replica %d machine %d count %d span %v",
			float64(f.At)/float64(r.step), f.Kind, f.Model, f.Replica, f.Machine, f.Count, float64(f.Span)/float64(r.step)))
	}
}

func TestDoublingAllTimesDoublesEveryInstant(t *testing.T) {
	record := func(factor time.Duration) []string {
		c := simtest.Mixed()
		for i := range c.Types {
			c.Types[i].Boot *= factor
		}
		for i := range c.Models {
			c.Models[i].Target *= factor
			c.Models[i].Timeout *= factor
		}
		for i := range c.Deployments {
			c.Deployments[i].Load *= factor
			c.Deployments[i].Latency = c.Deployments[i].Latency.Scaled(int64(factor))
		}
		r := &recorder{step: factor * time.Millisecond}
		s := randomSetup(3, factor*time.Millisecond, c)
		s.Observers = []sim.Observer{r}
		run(t, s)
		return r.lines
	}
	if d := cmp.Diff(record(1), record(2)); d != "" {
		t.Error(d)
	}
}

func TestIdleModelChangesNothing(t *testing.T) {
	record := func(c *fleet.Spec) []string {
		r := &recorder{step: time.Millisecond}
		s := randomSetup(4, time.Millisecond, c)
		s.Observers = []sim.Observer{r}
		run(t, s)
		return r.lines
	}
	with := simtest.Mixed()
	with.Models = append(with.Models, fleet.Model{Name: "idle", QueueLimit: -1, Target: time.Second})
	if d := cmp.Diff(record(simtest.Mixed()), record(with)); d != "" {
		t.Error(d)
	}
}

// impatient is a greedy batcher that drops requests that have waited for a second.
type impatient struct{}

func (impatient) Batch(v *sim.View, at fleet.ReplicaID) sim.BatchDecision {
	late := 0
	for r := range v.InLine(at) {
		if v.Now().Sub(r.Arrival) > time.Second {
			late++
		}
	}
	skip, count, places := late, 0, 0
	for r := range v.InLine(at) {
		if skip--; skip >= 0 {
			continue
		}
		if places += r.Places(); count > 0 && places > v.Deployment(at).MaxBatch {
			break
		}
		count++
	}
	return sim.BatchDecision{Drop: late, Count: count, Until: kernel.Never}
}

func (impatient) String() string { return "impatient" }

// TestScriptedRun compares one short run, in which every kind of fact occurs, with its expected
// trace.
func TestScriptedRun(t *testing.T) {
	var text strings.Builder
	seen := map[sim.FactKind]bool{}
	s := randomSetup(6, 20*time.Millisecond, simtest.Mixed())
	s.Duration, s.Warmup, s.Drain, s.Period = 60*time.Second, 5*time.Second, 0, 4*time.Second
	s.Spec.Models[0].QueueLimit = 3
	s.Batcher = impatient{}
	r := &recorder{step: time.Second, keep: func(f *sim.Fact) bool { seen[f.Kind] = true; return true }}
	s.Observers = []sim.Observer{r}
	run(t, s)
	for _, line := range r.lines {
		fmt.Fprintln(&text, line)
	}
	for k := sim.RequestArrived; k <= sim.Ended; k++ {
		if orders := k == sim.RequestPreempted || k == sim.RequestResumed; !seen[k] && !orders {
			t.Errorf("no fact %v in the script", k)
		}
	}
	golden.Check(t, "testdata/scripted.txt", text.String())
}

// mischief is a lever that breaks the rules in one way.
type mischief struct {
	plan  func(v *sim.View) sim.Plan
	count int
	until kernel.Time
	route fleet.ReplicaID
	inner sim.Allocator
}

func (m mischief) Allocate(v *sim.View) (sim.Plan, error) {
	if m.plan != nil {
		return m.plan(v), nil
	}
	return m.inner.Allocate(v)
}
func (m mischief) Batch(*sim.View, fleet.ReplicaID) sim.BatchDecision {
	return sim.BatchDecision{Count: m.count, Until: m.until}
}
func (m mischief) Route(*sim.View, *fleet.Request) fleet.ReplicaID { return m.route }
func (m mischief) String() string                                  { return "mischief" }

func TestIllegalAnswersNameThePolicy(t *testing.T) {
	base := func() sim.Setup {
		s := batchPath(t, 100)
		s.Observers = nil
		return s
	}
	plan := func(p sim.Plan) func(*sim.Setup) {
		return func(s *sim.Setup) {
			s.Allocator = mischief{plan: func(*sim.View) sim.Plan { return p }}
		}
	}
	for name, c := range map[string]struct {
		change func(*sim.Setup)
		want   string
	}{
		"batch too large":          {func(s *sim.Setup) { s.Batcher = mischief{count: 99} }, `batcher "mischief" formed a batch of 99`},
		"negative batch":           {func(s *sim.Setup) { s.Batcher = mischief{count: -1} }, `batcher "mischief" formed a batch of -1`},
		"waits until now":          {func(s *sim.Setup) { s.Batcher = mischief{} }, `batcher "mischief" waits until`},
		"unknown replica":          {func(s *sim.Setup) { s.Router = mischief{route: 1000} }, `router "mischief" chose replica 1000`},
		"unknown type":             {plan(sim.Plan{Boot: []fleet.TypeID{7}}), `allocator "mischief": boot 0: machine type 7 does not exist`},
		"too many machines":        {plan(sim.Plan{Boot: make([]fleet.TypeID, 9)}), `allocator "mischief": boot 8: no further box may be rented`},
		"unknown machine":          {plan(sim.Plan{Stop: []fleet.MachineID{3}}), `allocator "mischief": stop 0: machine 3 does not exist`},
		"unknown replica to drain": {plan(sim.Plan{Drain: []fleet.ReplicaID{-5}}), `allocator "mischief": drain 0: replica -5 does not exist`},
		"no machine booted":        {plan(sim.Plan{Load: []sim.Placement{{Machine: sim.Booted(0)}}}), `allocator "mischief": load 0: names booted machine 0 of 0`},
		"no room":                  {plan(sim.Plan{Boot: make([]fleet.TypeID, 1), Load: []sim.Placement{{Machine: sim.Booted(0)}, {Machine: sim.Booted(0)}}}), `allocator "mischief": load 1: variant@box needs 1 cores, machine 0 has 0 free`},
		"unknown deployment":       {plan(sim.Plan{Boot: make([]fleet.TypeID, 1), Load: []sim.Placement{{Deployment: 9, Machine: sim.Booted(0)}}}), `allocator "mischief": load 0: deployment 9 does not exist`},
	} {
		t.Run(name, func(t *testing.T) {
			s := base()
			c.change(&s)
			if err := engine.Run(t.Context(), s); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error is %v, want %q in it", err, c.want)
			}
		})
	}
}

func TestBadSetupsNameEveryFault(t *testing.T) {
	err := engine.Run(t.Context(), sim.Setup{Warmup: -1, Period: -1})
	for _, want := range []string{"spec", "arrivals", "router", "batcher", "allocator", "duration", "warm-up", "control period"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not name %q", err, want)
		}
	}
}

func TestCancelledRunReturnsTheContextsError(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := engine.Run(ctx, batchPath(t, 1_000_000)); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
}
