package engine_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"wavetank/metrics"
	"wavetank/metrics/rows"
	"wavetank/policies/batching"
	"wavetank/policies/routing"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
	"wavetank/sim/simtest"
)

// step is the length of a step in these tests. With it, every service of a world takes whole
// nanoseconds.
const step = 3 * time.Millisecond

// recorded runs a setup, checks all invariants, and returns its facts.
func recorded(t anyT, s sim.Setup, per time.Duration) []string {
	t.Helper()
	r := &recorder{step: per}
	s.Observers = append(s.Observers, r)
	run(t, s)
	return r.lines
}

// TestDoublingAllSpeedsAndRatesHalvesAllTimes compares exactly, because in these worlds no time is
// rounded.
func TestDoublingAllSpeedsAndRatesHalvesAllTimes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		if d := cmp.Diff(recorded(t, w.setup(t, 2*step), 2*step), recorded(t, w.setup(t, step), step)); d != "" {
			t.Error(d)
		}
	})
}

// TestIdleModelChangesNothingAnywhere adds a model with variants, deployments and a machine type of
// its own that nobody asks for.
func TestIdleModelChangesNothingAnywhere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		want := recorded(t, w.setup(t, step), step)
		c := *w.spec
		c.Types = append(slices.Clone(c.Types), fleet.MachineType{Name: "idle", Cores: rooms, Memory: 1, Max: 1})
		c.Models, c.Variants, c.Deployments = slices.Clone(c.Models), slices.Clone(c.Variants), slices.Clone(c.Deployments)
		drawModel(t, &c)
		w.spec = &c
		if d := cmp.Diff(want, recorded(t, w.setup(t, step), step)); d != "" {
			t.Error(d)
		}
	})
}

// arranger is an allocator that puts replicas on machines of one type at the start: groups[i] on
// machine order[i].
type arranger struct {
	groups [][]int
	order  []int
}

func (a arranger) Allocate(v *sim.View) (sim.Plan, error) {
	var p sim.Plan
	if v.Live() > 0 {
		return p, nil
	}
	p.Boot = make([]fleet.TypeID, len(a.groups))
	for i, group := range a.groups {
		for _, d := range group {
			p.Load = append(p.Load, sim.Placement{Deployment: fleet.DeploymentID(d), Machine: sim.Booted(a.order[i])})
		}
	}
	return p, nil
}

func (arranger) String() string { return "arranger" }

// TestPermutingIdenticalMachinesChangesNoTotal puts the same replicas on the machines of one type
// in another order.
func TestPermutingIdenticalMachinesChangesNoTotal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		var mine []int // deployments of the first type
		for d := range w.spec.Deployments {
			if w.spec.Deployments[d].Type == 0 {
				mine = append(mine, d)
			}
		}
		if len(mine) == 0 {
			t.Skip("no model runs on the first machine type")
		}
		w.spec.Types[0].Max, w.spec.Types[0].Zones, w.spec.Types[0].Maintenance = 5, nil, nil
		groups := rapid.SliceOfN(rapid.SliceOfN(rapid.SampledFrom(mine), 0, rooms), 1, 5).Draw(t, "groups")
		inOrder := make([]int, len(groups))
		for i := range inOrder {
			inOrder[i] = i
		}
		totals := func(order []int) []rows.Measurement {
			s := w.setup(t, step)
			s.Allocator = arranger{groups, order}
			board := metrics.NewBoard(s.Spec, metrics.MeasuredSpan{From: kernel.Time(s.Warmup), Until: kernel.Time(s.Duration)}, period*step)
			s.Observers = board.Observers()
			run(t, s)
			return board.Measures()
		}
		permuted := rapid.Permutation(inOrder).Draw(t, "order")
		if d := cmp.Diff(totals(inOrder), totals(permuted), cmpopts.EquateApprox(1e-12, 0)); d != "" {
			t.Error(d)
		}
	})
}

// finishes records when each request finished.
type finishes map[int64]kernel.Time

func (o finishes) Observe(f *sim.Fact) {
	if f.Kind == sim.RequestFinished {
		o[f.Request.Ordinal] = f.At
	}
}

// TestAnotherMachineDelaysNobody adds a server to a G/G/c queue: any gaps, any works, which are the
// same in both runs; one line, first come first served; identical servers; no request leaves the
// line. By induction over the requests, no element of the sorted vector of the servers' remaining
// work (Kiefer and Wolfowitz 1955) is larger with one server more. So each request starts and
// finishes no later, and at any instant no fewer have finished. This does not hold for separate
// queues, as in join-shortest-queue.
func TestAnotherMachineDelaysNobody(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		latency, err := profile.Table([]profile.Point{{Size: 1, Latency: unit}})
		if err != nil {
			t.Fatal(err)
		}
		servers, slots := rapid.IntRange(1, 5).Draw(t, "servers"), rapid.IntRange(1, 3).Draw(t, "slots")
		gaps := rapid.SliceOfN(rapid.Float64Range(0, 4), 10, 150).Draw(t, "gaps")
		works := rapid.SliceOfN(rapid.Float64Range(0, 10), len(gaps), len(gaps)).Draw(t, "works")
		run := func(servers int) finishes {
			next := func(list []float64, i *int) func() float64 {
				return func() float64 { *i++; return list[*i-1] }
			}
			arrivals := &simtest.GapStream{Gap: next(gaps, new(int)), Work: next(works, new(int)), Count: int64(len(gaps))}
			seconds := arrivals.Gap
			arrivals.Gap = func() float64 { return seconds() * unit.Seconds() / float64(slots) }
			done := finishes{}
			run(t, sim.Setup{
				Spec: simtest.OneModel(latency, slots, servers), Arrivals: arrivals, Levers: sim.Levers{Router: routing.NewCentralQueue(), Batcher: batching.NewGreedy(), Allocator: simtest.Fixed{Replicas: servers}}, Duration: time.Hour, Drain: -1, Observers: []sim.Observer{done},
			})
			return done
		}
		few, many := run(servers), run(servers+1)
		for i := range int64(len(gaps)) {
			before, ok := few[i]
			if after, also := many[i]; !ok || !also || after > before {
				t.Fatalf("request %d finishes at %v (%v) with %d servers, at %v (%v) with one more", i, before, ok, servers, after, also)
			}
		}
	})
}
