package engine_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"wavetank/metrics"
	"wavetank/policies/batching"
	"wavetank/policies/ordering"
	"wavetank/policies/routing"
	"wavetank/sim"
	"wavetank/sim/engine"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
	"wavetank/sim/simtest"
)

// branching is a stream in which every second request goes through the pipeline of the spec, up to
// a random stage.
type branching struct {
	mixture
	spec  *fleet.Spec
	draws *kernel.Stream
	rest  []fleet.Request
}

func (b *branching) Next(r *fleet.Request) bool {
	if len(b.rest) > 0 {
		*r, b.rest = b.rest[0], b.rest[1:]
		return true
	}
	b.mixture.Next(r)
	r.Input, r.Output = 20, 10
	if b.draws.IntN(2) == 0 {
		return true
	}
	p := &b.spec.Pipelines[0]
	for stage := 0; stage < len(p.Stages); {
		for _, m := range p.Stages[stage] {
			b.rest = append(b.rest, fleet.Request{Model: m, Pipeline: 1, Stage: int16(stage), Arrival: r.Arrival, Work: b.draws.Exponential(), Input: 30, Output: 20})
		}
		switch b.draws.IntN(4) {
		case 0:
			stage = len(p.Stages)
		case 1:
			if p.Back != nil && p.Back[stage] >= 0 {
				stage = p.Back[stage]
				break
			}
			fallthrough
		default:
			stage++
		}
	}
	*r = b.rest[0]
	r.Branches = int32(len(b.rest) - 1)
	b.rest = b.rest[1:]
	return true
}

// forked returns the mixed spec with a pipeline. One stage has both models side by side, another
// has the same model twice, and the pipeline leads back from both of these stages.
func forked() *fleet.Spec {
	c := simtest.Mixed()
	c.Pipelines = []fleet.Pipeline{{Name: "forked", Stages: [][]fleet.ModelID{{0}, {0, 1}, {1, 1}}, Back: []int{-1, 1, 0}, Target: time.Second, Percentile: 99}}
	return c
}

func TestPipelinesKeepTheInvariants(t *testing.T) {
	outcomes := map[sim.FactKind]int64{}
	withdrawn, further := int64(0), map[bool]int64{}
	rapid.Check(t, func(t *rapid.T) {
		c := forked()
		seed := rapid.Uint64().Draw(t, "seed")
		s := randomSetup(seed, time.Millisecond, c)
		s.Arrivals = &branching{mixture: *s.Arrivals.(*mixture), spec: c, draws: kernel.NewStream(seed, 0, "draws", 0)}
		s.Duration = time.Duration(rapid.IntRange(11, 60).Draw(t, "duration")) * time.Second
		s.Drain = rapid.SampledFrom([]time.Duration{0, time.Second, -1}).Draw(t, "drain")
		s.FailLost = rapid.Bool().Draw(t, "fail lost")
		if rapid.Bool().Draw(t, "loseMachines") {
			for i := range c.Types {
				c.Types[i].Failures = fleet.Failures{MTBF: 5 * time.Second, Repair: time.Second}
			}
		}
		switch rapid.SampledFrom([]string{"tokens", "drops", "order"}).Draw(t, "levers") {
		case "tokens":
			for d := range 2 {
				c.Deployments[d].Tokens = drawnTokens(t)
				c.Deployments[d].MaxBatch, c.Deployments[d].Slots = 1, 1
			}
		case "drops":
			s.Batcher = impatient{}
		case "order":
			s.Order = rapid.SampledFrom([]sim.Order{ordering.FCFS(), ordering.EDF(), ordering.SRPT(), ordering.PS(), ordering.LAS()}).Draw(t, "order")
		}
		c.Pipelines[0].Retries = drawnRetries(t)
		check := simtest.NewInvariantChecker(c)
		s.Observers = []sim.Observer{check}
		if err := errors.Join(engine.Run(t.Context(), s), check.Err()); err != nil {
			t.Fatal(err)
		}
		for kind, n := range check.Pipelines.Ended {
			outcomes[kind] += n
		}
		if r := c.Pipelines[0].Retries; r != nil {
			further[r.Whole] += check.Pipelines.Further
		}
		withdrawn += check.Withdrawn
	})
	for _, kind := range []sim.FactKind{sim.RequestFinished, sim.RequestRejected, sim.RequestTimedOut, sim.RequestDropped, sim.RequestFailed, sim.RequestUnfinished} {
		if outcomes[kind] == 0 {
			t.Errorf("no request of a pipeline ended as %v", kind)
		}
	}
	if withdrawn == 0 || further[false] == 0 || further[true] == 0 {
		t.Errorf("%d branches were withdrawn, %v began again", withdrawn, further)
	}
}

// drawnRetries draws retries of branches or of whole requests, or none.
func drawnRetries(t *rapid.T) *fleet.BranchRetries {
	if rapid.Bool().Draw(t, "no retries") {
		return nil
	}
	base := rapid.SampledFrom([]time.Duration{0, 100 * time.Millisecond}).Draw(t, "pause")
	r := &fleet.BranchRetries{
		Whole: rapid.Bool().Draw(t, "whole"), Attempts: rapid.IntRange(2, 4).Draw(t, "attempts"),
		Backoff: fleet.Backoff{Base: base, Max: time.Second, Factor: 2, Jitter: rapid.Bool().Draw(t, "jitter")},
	}
	if rapid.Bool().Draw(t, "budget") {
		r.Budget = &fleet.RetryBudget{Share: 0.2, MinRate: 1, TTL: time.Second}
	}
	return r
}

// line returns a spec with a machine type, a model and a deployment for each service time, and a
// pipeline through the models in the given stages. Service times are multiples of the first. Each
// model has one replica.
func line(stages [][]fleet.ModelID, services ...time.Duration) *fleet.Spec {
	first, err := profile.Linear(0, services[0], 1)
	if err != nil {
		panic(err) // the tests give legal times
	}
	c := simtest.OneModel(first, 1, 1)
	kind, model, variant, deployment := c.Types[0], c.Models[0], c.Variants[0], c.Deployments[0]
	c.Types, c.Models, c.Variants, c.Deployments = nil, nil, nil, nil
	for i, service := range services {
		model.Variants = []fleet.VariantID{fleet.VariantID(i)}
		variant.Model, deployment.Model = fleet.ModelID(i), fleet.ModelID(i)
		deployment.Type, deployment.Variant, deployment.Latency = fleet.TypeID(i), fleet.VariantID(i), first.Scaled(int64(service/services[0]))
		c.Types, c.Models = append(c.Types, kind), append(c.Models, model)
		c.Variants, c.Deployments = append(c.Variants, variant), append(c.Deployments, deployment)
	}
	c.Pipelines = []fleet.Pipeline{{Name: "line", Stages: stages, Target: time.Hour, Percentile: 99}}
	return c
}

// each is an allocator that starts one replica of every deployment on a machine of its own.
type each struct{}

func (each) Allocate(v *sim.View) (sim.Plan, error) {
	var p sim.Plan
	for d := range v.Spec().Deployments {
		if v.Live() == 0 {
			p.Boot = append(p.Boot, v.Spec().Deployments[d].Type)
			p.Load = append(p.Load, sim.Placement{Deployment: fleet.DeploymentID(d), Machine: sim.Booted(d)})
		}
	}
	return p, nil
}

func (each) String() string { return "each" }

// list is a stream of given requests.
type list []fleet.Request

func (l *list) Next(r *fleet.Request) bool {
	if len(*l) == 0 {
		return false
	}
	*r, *l = (*l)[0], (*l)[1:]
	return true
}

func (*list) Err() error { return nil }

// through returns the branches of one request that arrives at an instant, one for each model.
func through(at time.Duration, models ...fleet.ModelID) []fleet.Request {
	var group []fleet.Request
	for i, m := range models {
		group = append(group, fleet.Request{Model: m, Pipeline: 1, Branches: int32(len(models) - 1 - i), Arrival: kernel.Time(at), Work: 1})
	}
	return group
}

// inStages assigns the branches of a request to one stage after another.
func inStages(c *fleet.Spec, group []fleet.Request) {
	stage, n := 0, 0
	for i := range group {
		if stages := c.Pipelines[0].Stages; stage < len(stages)-1 && n == len(stages[stage]) {
			stage, n = stage+1, 0
		}
		group[i].Stage = int16(stage)
		n++
	}
}

func piped(c *fleet.Spec, requests ...[]fleet.Request) sim.Setup {
	for _, group := range requests {
		inStages(c, group)
	}
	l := list(slices.Concat(requests...))
	return sim.Setup{
		Spec: c, Arrivals: &l, Levers: sim.Levers{Router: routing.NewLeastOutstanding(), Batcher: batching.NewGreedy(), Allocator: each{}},
		Duration: time.Hour, Drain: -1,
	}
}

const s = time.Second

func TestAStageBeginsWhenAllBranchesOfTheOneBeforeHaveFinished(t *testing.T) {
	// The first stage takes one second, the second two and five side by side, the third three. So
	// the request ends 1 + 5 + 3 seconds after its arrival. The second request ends after the first
	// stage.
	c := line([][]fleet.ModelID{{0}, {1, 2}, {3}}, s, 2*s, 5*s, 3*s)
	setup := piped(c, through(10*s, 0, 1, 2, 3), through(20*s, 0))
	var spans []time.Duration
	begins := map[fleet.ModelID]kernel.Time{}
	setup.Observers = []sim.Observer{watcher(func(f *sim.Fact) {
		switch {
		case f.Kind == sim.PipelineEnded:
			spans = append(spans, f.Span)
		case f.Kind == sim.RequestStarted && f.Model > 0:
			begins[f.Model] = f.At
		}
	})}
	run(t, setup)
	if want := []time.Duration{9 * s, s}; !slices.Equal(spans, want) {
		t.Errorf("the requests took %v, want %v", spans, want)
	}
	if begins[1] != kernel.Time(11*s) || begins[2] != kernel.Time(11*s) || begins[3] != kernel.Time(16*s) {
		t.Errorf("the stages began at %v", begins)
	}
}

// back returns the branches of a request that passes a first stage, then a second, and then both
// again.
func back(at time.Duration, models ...fleet.ModelID) []fleet.Request {
	group := through(at, models...)
	for i := range group {
		group[i].Stage = int16(i % 2)
	}
	return group
}

func TestARequestThatGoesBackPassesItsStagesAnew(t *testing.T) {
	// The stages take one and two seconds, and the request passes both twice. The second request
	// comes at 12.5 s. The first comes back at 13 s. It waits half a second for the second request,
	// and one second at the second stage.
	c := line([][]fleet.ModelID{{0}, {1}}, s, 2*s)
	c.Pipelines[0].Back = []int{-1, 0}
	setup := piped(c)
	l := list(slices.Concat(back(10*s, 0, 1, 0, 1), back(12500*time.Millisecond, 0, 1)))
	setup.Arrivals = &l
	check := simtest.NewInvariantChecker(c)
	var spans []time.Duration
	setup.Observers = []sim.Observer{check, watcher(func(f *sim.Fact) {
		if f.Kind == sim.PipelineEnded {
			spans = append(spans, f.Span)
		}
	})}
	run(t, setup)
	if want := []time.Duration{3 * s, 7500 * time.Millisecond}; !slices.Equal(spans, want) {
		t.Errorf("the requests take %v, want %v", spans, want)
	}
	if err := check.Err(); err != nil {
		t.Error(err)
	}
	if check.Arrived != 6 || check.Requests() != 2 {
		t.Errorf("%d branches of %d requests", check.Arrived, check.Requests())
	}
}

func TestARejectedBranchEndsTheRequestAndWithdrawsWhatWaits(t *testing.T) {
	// Model 1 has a queue limit of 0, and still serves the first request when the second comes. The
	// second request's branch at model 0 waits behind that of the first.
	c := line([][]fleet.ModelID{{0, 1}}, 2*s, 4*s)
	c.Models[1].QueueLimit = 0
	setup := piped(c, through(10*s, 0, 1), through(11*s, 0, 1), through(15*s, 0, 1))
	check := simtest.NewInvariantChecker(c)
	board := metrics.NewBoard(c, metrics.MeasuredSpan{Until: kernel.Time(setup.Duration)}, time.Hour)
	setup.Observers = append(board.Observers(), check)
	run(t, setup)
	if ended := check.Pipelines.Ended; ended[sim.RequestFinished] != 2 || ended[sim.RequestRejected] != 1 || check.Withdrawn != 1 || check.Arrived != 6 {
		t.Errorf("requests ended as %v, %d branches of %d were withdrawn", ended, check.Withdrawn, check.Arrived)
	}
	got := map[string]float64{}
	for _, m := range board.Measures() {
		got[m.Scope+" "+m.Metric] = m.Value
	}
	for name, want := range map[string]float64{
		"all arrived": 3, "all rejected": 1, "line arrived": 3, "line rejected": 1, "line latency_p50": 4, "model arrived": 3,
		// two models have this name, and the later one counts
		"model withdrawn": 0, "model rejected": 1,
	} {
		if v := got[name]; v < want*0.999 || v > want*1.001 {
			t.Errorf("%s is %v, want %v", name, v, want)
		}
	}
}

func TestBranchesSeeTheDeadlineOfTheirPipeline(t *testing.T) {
	c := line([][]fleet.ModelID{{0}, {1}}, s, s)
	c.Classes = []fleet.Class{{Name: "long"}, {Name: "short", Target: 5 * time.Second}}
	late := through(10*s, 0, 1)
	for i := range late {
		late[i].Class = 1
	}
	setup := piped(c, late, through(20*s, 0, 1))
	var due []kernel.Time
	setup.Observers = []sim.Observer{watcher(func(f *sim.Fact) {
		if f.Kind == sim.RequestStarted {
			due = append(due, f.Request.Arrival.Add(c.Objective(f.Request)))
		}
	})}
	run(t, setup)
	hour := kernel.Time(time.Hour)
	if want := []kernel.Time{kernel.Time(15 * s), kernel.Time(15 * s), hour + kernel.Time(20*s), hour + kernel.Time(20*s)}; !slices.Equal(due, want) {
		t.Errorf("the branches are due at %v, want %v", due, want)
	}
}

func TestBadWaysBackAreNamed(t *testing.T) {
	for _, c := range []struct {
		back []int
		want string
	}{
		{[]int{-1}, "pipeline line has 1 ways back for 2 stages"},
		{[]int{1, -1}, "stage 0 leads back to stage 1"},
		{[]int{-1, -2}, "stage 1 leads back to stage -2"},
	} {
		spec := line([][]fleet.ModelID{{0}, {1}}, s, s)
		spec.Pipelines[0].Back = c.back
		if err := engine.Run(t.Context(), piped(spec)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error is %v, want %q in it", err, c.want)
		}
	}
}

func TestBadPipelinesAreNamed(t *testing.T) {
	good := [][]fleet.ModelID{{0}, {1}}
	for name, c := range map[string]struct {
		stages   [][]fleet.ModelID
		requests []fleet.Request
		want     string
	}{
		"no stage":         {nil, nil, "pipeline line has no stage"},
		"empty stage":      {[][]fleet.ModelID{{0}, {}}, nil, "stage 1 has no branch"},
		"unknown model":    {[][]fleet.ModelID{{7}}, nil, "asks for model 7, the run has 2"},
		"other model":      {good, through(s, 1, 0), "other branches than pipeline line"},
		"too many":         {good, through(s, 0, 1, 1), "other branches than pipeline line"},
		"missing":          {good, through(s, 0, 1)[:1], "the branches of request 0 do not follow it"},
		"half a stage":     {[][]fleet.ModelID{{0, 1}}, through(s, 0), "other branches than pipeline line"},
		"back":             {good, back(s, 0, 1, 0, 1), "other branches than pipeline line"},
		"unknown pipeline": {good, []fleet.Request{{Pipeline: 2}}, "goes through pipeline 2, the run has 1"},
	} {
		t.Run(name, func(t *testing.T) {
			setup := piped(line(c.stages, s, s), c.requests)
			if err := engine.Run(t.Context(), setup); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error is %v, want %q in it", err, c.want)
			}
		})
	}
}

// TestPipelinesAllocateNothingPerRequest compares a run with one ten times as long: both allocate
// the same.
func TestPipelinesAllocateNothingPerRequest(t *testing.T) {
	allocations := func(n int) float64 {
		c := line([][]fleet.ModelID{{0}, {1, 0}}, time.Millisecond, time.Millisecond)
		requests := make([][]fleet.Request, n)
		for i := range requests {
			requests[i] = through(time.Duration(i)*3*time.Millisecond, 0, 1, 0)
			inStages(c, requests[i])
		}
		flat := slices.Concat(requests...)
		return testing.AllocsPerRun(3, func() {
			l := list(flat)
			setup := piped(c)
			setup.Arrivals, setup.Duration = &l, 1000*time.Hour
			if err := engine.Run(t.Context(), setup); err != nil {
				t.Fatal(err)
			}
		})
	}
	if short, long := allocations(1000), allocations(10_000); long > short+10 {
		t.Errorf("%v allocations for 1,000 requests, %v for 10,000", short, long)
	}
}
