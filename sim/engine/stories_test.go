package engine_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"wavetank/policies/batching"
	"wavetank/policies/routing"
	"wavetank/sim"
	"wavetank/sim/engine"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
	"wavetank/sim/simtest"
	"wavetank/sim/simtest/golden"
	"wavetank/sim/tokens"
)

// facts is the line of a story that comes before the facts of its run.
const facts = "---- facts\n"

// TestStories runs the stories in testdata/stories. Each is a text with a script and the facts of
// its run. Lines of a script that begin with # are comments. The other lines are listed below. What
// stands in brackets is optional. An option with = takes a value, as in boot=2s.
//
//	run LENGTH [cold]         Requests arrive for LENGTH. cold: no replica is ready at 0.
//	machines N [boot= load= network= notice=]
//	                          There are N machines of one type. Each holds one replica.
//	outage N FROM TO          Machine N, counted from 1, fails at FROM and is repaired at TO.
//	supply AT N               From AT on, N machines can be rented.
//	model NAME FIXED EACH LARGEST [queue= patience= slots= planned= combine=]
//	                          A model that is served in batches of LARGEST at most. A batch takes
//	                          FIXED, and EACH for every request. queue is the queue limit,
//	                          patience the longest wait, and planned the largest batch of plans.
//	engine NAME STEP [sequences= blocks= decodes=]
//	                          A model that is served by token replicas. Each step takes STEP.
//	                          decodes names the model whose requests are decoded here.
//	replicas MODEL N          The allocator starts N replicas at 0.
//	allocator PERIOD [keep]   The allocator decides once per PERIOD. keep: it replaces lost
//	                          replicas.
//	sleeper PERIOD            The allocator is of the type sleeper.
//	drain AT REPLICA          The allocator drains the replica at its first decision from AT on.
//	grace LENGTH              A replica drains for LENGTH at most.
//	delay LENGTH              A batch waits for more requests for LENGTH at most.
//	pipeline STAGE STAGE ...  A pipeline. A stage with several branches is MODEL+MODEL.
//	request AT MODEL|pipeline [work= items= in= out=]
//	                          A request arrives at AT. in and out are its numbers of tokens.
//
// With -update the test rewrites the facts. Read the difference before you commit it.
func TestStories(t *testing.T) {
	files, err := filepath.Glob("testdata/stories/*.txt")
	if err != nil || len(files) < 12 {
		t.Fatalf("%d stories, %v", len(files), err)
	}
	for _, path := range files {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			story, _, _ := strings.Cut(string(text), facts)
			s := tell(t, story)
			told := &storyFacts{spec: s.setup.Spec}
			check := simtest.NewInvariantChecker(s.setup.Spec)
			s.setup.Observers = []sim.Observer{told, check}
			if err := engine.Run(t.Context(), s.setup); err != nil {
				t.Fatal(err)
			}
			if err := check.Err(); err != nil {
				t.Error(err)
			}
			golden.Check(t, path, story+facts+told.text.String())
		})
	}
}

// storyFacts writes the facts of requests, batches, replicas and machines.
type storyFacts struct {
	spec *fleet.Spec
	text strings.Builder
}

// Observe implements sim.Observer.
func (s *storyFacts) Observe(f *sim.Fact) {
	switch f.Kind {
	case sim.Decided, sim.WarmedUp, sim.HorizonReached, sim.Ended, sim.StepsTaken:
		return
	}
	fmt.Fprintf(&s.text, "%-10v %-20v", time.Duration(f.At), f.Kind)
	if f.Request != nil {
		fmt.Fprintf(&s.text, " request %d", f.Request.Ordinal)
	}
	if f.Request != nil && f.Model >= 0 && len(s.spec.Models) > 1 {
		fmt.Fprintf(&s.text, " of %s", s.spec.Models[f.Model].Name)
	}
	if f.Count > 0 {
		fmt.Fprintf(&s.text, " of %d", f.Count)
	}
	if f.Replica >= 0 {
		fmt.Fprintf(&s.text, " at replica %d", f.Replica)
	} else if f.Machine >= 0 {
		fmt.Fprintf(&s.text, " machine %d", f.Machine)
	}
	if f.Kind == sim.ReplicaLoading {
		fmt.Fprintf(&s.text, " on machine %d", f.Machine)
	}
	if f.Span > 0 {
		fmt.Fprintf(&s.text, " (%v)", f.Span)
	}
	if f.Reason != "" {
		fmt.Fprintf(&s.text, ": %s", f.Reason)
	}
	if f.Kind == sim.PipelineEnded {
		fmt.Fprintf(&s.text, ": %v", f.Outcome)
	}
	s.text.WriteString("\n")
}

// storyScript is the parsed script of a story.
type storyScript struct {
	t     testing.TB
	setup sim.Setup
	cast  cast
	seen  requestList
}

// tell reads the script of a story.
func tell(t testing.TB, story string) *storyScript {
	one, err := profile.Linear(0, time.Second, 1)
	if err != nil {
		t.Fatal(err)
	}
	s := &storyScript{t: t}
	spec := simtest.OneModel(one, 1, 1)
	spec.Models, spec.Variants, spec.Deployments = nil, nil, nil
	s.cast.wanted = map[fleet.DeploymentID]int{}
	s.setup = sim.Setup{Spec: spec, Arrivals: &s.seen, Drain: -1, Levers: sim.Levers{
		Router: routing.NewLeastOutstanding(), Batcher: fitting{}, Allocator: &s.cast,
	}}
	for line := range strings.Lines(story) {
		if words := strings.Fields(line); len(words) > 0 && words[0] != "#" {
			s.do(words[0], words[1:])
		}
	}
	return s
}

// do carries out one line of a script.
func (s *storyScript) do(what string, args []string) {
	spec, kind, given := s.setup.Spec, &s.setup.Spec.Types[0], options(args)
	switch what {
	case "run":
		s.setup.Duration, s.setup.ColdStart = s.span(args[0]), len(args) > 1
	case "machines":
		kind.Max, kind.Boot, kind.Network = s.count(args[0]), s.span(given["boot"]), float64(s.count(given["network"]))
		kind.Spot.Notice, s.cast.load = s.span(given["notice"]), s.span(given["load"])
	case "outage":
		n := s.count(args[0])
		kind.Outages = append(kind.Outages, make([][]fleet.Outage, max(0, n-len(kind.Outages)))...)
		kind.Outages[n-1] = append(kind.Outages[n-1], fleet.Outage{Down: s.at(args[1]), Up: s.at(args[2])})
	case "supply":
		kind.Supply = append(kind.Supply, fleet.Supply{From: s.at(args[0]), Machines: s.count(args[1])})
	case "model":
		latency, err := profile.Linear(s.span(args[1]), s.span(args[2]), s.count(args[3]))
		if err != nil {
			s.t.Fatal(err)
		}
		d := fleet.Deployment{Latency: latency, MaxBatch: latency.Max(), Slots: max(1, s.count(given["slots"]))}
		if given["planned"] != "" {
			d.MaxBatch = s.count(given["planned"])
		}
		s.add(args[0], d)
		m := &spec.Models[len(spec.Models)-1]
		m.Combine = map[string]fleet.Combine{"max": fleet.CombineMax, "sum": fleet.CombineSum}[given["combine"]]
		if m.Timeout = s.span(given["patience"]); given["queue"] != "" {
			m.QueueLimit = s.count(given["queue"])
		}
	case "engine":
		s.addEngine(args[0], s.span(args[1]), given)
	case "replicas":
		s.cast.wanted[fleet.DeploymentID(s.model(args[0]))] = s.count(args[1])
	case "allocator":
		s.setup.Period, s.cast.keeps = s.span(args[0]), len(args) > 1
	case "sleeper":
		s.setup.Period, s.setup.Allocator = s.span(args[0]), &sleeper{cast: &s.cast}
	case "drain":
		s.cast.drains = append(s.cast.drains, drained{s.at(args[0]), fleet.ReplicaID(s.count(args[1]))})
	case "grace":
		spec.Grace = s.span(args[0])
	case "delay":
		batcher, err := batching.NewTimeout(0, s.span(args[0]))
		if err != nil {
			s.t.Fatal(err)
		}
		s.setup.Batcher = batcher
	case "pipeline":
		p := fleet.Pipeline{Name: "pipeline", Target: time.Hour, Percentile: 99}
		for _, stage := range args {
			var models []fleet.ModelID
			for name := range strings.SplitSeq(stage, "+") {
				models = append(models, s.model(name))
			}
			p.Stages = append(p.Stages, models)
		}
		spec.Pipelines = append(spec.Pipelines, p)
	case "request":
		s.request(s.at(args[0]), args[1], given)
	default:
		s.t.Fatalf("a line of the script begins with the unknown word %q", what)
	}
}

// add adds a model and its deployment. One replica of the deployment fills a machine.
func (s *storyScript) add(name string, d fleet.Deployment) {
	spec, n := s.setup.Spec, len(s.setup.Spec.Models)
	d.Name, d.Variant, d.Model = name+"@box", fleet.VariantID(n), fleet.ModelID(n)
	d.Need, d.Load = fleet.Resources{Cores: 1, Memory: 1}, s.cast.load
	spec.Deployments = append(spec.Deployments, d)
	spec.Variants = append(spec.Variants, fleet.Variant{Name: name, Model: d.Model})
	spec.Models = append(spec.Models, fleet.Model{
		Name: name, Variants: []fleet.VariantID{d.Variant}, Target: time.Hour, Percentile: 99, QueueLimit: -1,
	})
}

// addEngine adds a model whose replicas take steps of one length. A block is 16 tokens.
func (s *storyScript) addEngine(name string, step time.Duration, given map[string]string) {
	latency, err := profile.Linear(0, time.Second, 1)
	if err != nil {
		s.t.Fatal(err)
	}
	c := &tokens.Config{
		StepTime:     profile.StepTime{Memory: profile.Form{Constant: int64(step) * profile.Grains}},
		MaxSequences: max(1, s.count(given["sequences"])), MaxTokens: 1 << 10, Chunked: true,
		Block: 16, Blocks: max(100, s.count(given["blocks"])), Context: 1 << 10, TokenBytes: 1000,
	}
	if given["blocks"] != "" {
		c.Blocks = s.count(given["blocks"])
	}
	s.add(name, fleet.Deployment{Latency: latency, MaxBatch: 1, Slots: 1, Tokens: c})
	if of := given["decodes"]; of != "" {
		spec := s.setup.Spec
		spec.Models[s.model(of)].Decoder = fleet.ModelID(len(spec.Models) - 1)
	}
}

// request adds a request of a model, or one that goes through the pipeline.
func (s *storyScript) request(at kernel.Time, name string, given map[string]string) {
	r := fleet.Request{Arrival: at, Work: 1, Input: int32(s.count(given["in"])), Output: int32(s.count(given["out"]))}
	if work := given["work"]; work != "" {
		r.Work = float64(s.count(work))
	}
	if items := given["items"]; items != "" {
		n, err := strconv.ParseFloat(items, 32)
		if err != nil {
			s.t.Fatal(err)
		}
		r.Items = float32(n)
	}
	if name != "pipeline" {
		r.Model = s.model(name)
		m := &s.setup.Spec.Models[r.Model]
		m.Varied = m.Varied || r.Items != 0
		s.seen.list = append(s.seen.list, r)
		return
	}
	first := len(s.seen.list)
	for stage, models := range s.setup.Spec.Pipelines[0].Stages {
		for _, m := range models {
			r.Model, r.Pipeline, r.Stage = m, 1, int16(stage)
			s.seen.list = append(s.seen.list, r)
		}
	}
	s.seen.list[first].Branches = int32(len(s.seen.list) - first - 1)
}

// options returns the arguments of the form key=value.
func options(args []string) map[string]string {
	given := map[string]string{}
	for _, arg := range args {
		if key, value, ok := strings.Cut(arg, "="); ok {
			given[key] = value
		}
	}
	return given
}

func (s *storyScript) model(name string) fleet.ModelID {
	for m := range s.setup.Spec.Models {
		if s.setup.Spec.Models[m].Name == name {
			return fleet.ModelID(m)
		}
	}
	s.t.Fatalf("no model %q", name)
	return 0
}

// span reads a duration, 0 if none is given.
func (s *storyScript) span(text string) time.Duration {
	if text == "" {
		return 0
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		s.t.Fatal(err)
	}
	return d
}

func (s *storyScript) at(text string) kernel.Time { return kernel.Time(s.span(text)) }

// count reads a whole number, 0 if none is given.
func (s *storyScript) count(text string) int {
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

// cast is the allocator of a story. It starts the wanted replicas, and drains the listed ones.
type cast struct {
	wanted map[fleet.DeploymentID]int
	load   time.Duration
	keeps  bool // it replaces lost replicas
	begun  bool
	drains []drained
}

type drained struct {
	at      kernel.Time
	replica fleet.ReplicaID
}

// Allocate implements sim.Allocator.
func (c *cast) Allocate(v *sim.View) (sim.Plan, error) {
	var p sim.Plan
	for len(c.drains) > 0 && c.drains[0].at <= v.Now() {
		p.Drain = append(p.Drain, c.drains[0].replica)
		c.drains = c.drains[1:]
	}
	if c.begun && !c.keeps {
		return p, nil
	}
	c.begun = true
	for d := range fleet.DeploymentID(len(v.Spec().Deployments)) {
		missing := c.wanted[d] - v.Count(d).Current()
		for i := 0; i < v.Live() && missing > 0; i++ {
			if on := v.LiveAt(i); v.CanPlace(d, on, 0) == nil {
				p.Load = append(p.Load, sim.Placement{Deployment: d, Machine: on})
				missing--
			}
		}
		for ; missing > 0 && v.Rented(0)+len(p.Boot) < v.Limit(0); missing-- {
			p.Load = append(p.Load, sim.Placement{Deployment: d, Machine: sim.Booted(len(p.Boot))})
			p.Boot = append(p.Boot, 0)
		}
	}
	return p, nil
}

func (*cast) String() string { return "cast" }

// sleeper is an allocator that starts a replica of a model when a request waits for the model. At
// each decision it drains the idle replicas.
type sleeper struct{ *cast }

// Wakes implements sim.Wakeful.
func (*sleeper) Wakes(*sim.View, fleet.ModelID) bool { return true }

// Allocate implements sim.Allocator.
func (s *sleeper) Allocate(v *sim.View) (sim.Plan, error) {
	s.keeps = true
	for d := range fleet.DeploymentID(len(v.Spec().Deployments)) {
		s.wanted[d] = min(1, v.Waiting(v.Spec().Deployments[d].Model))
	}
	for i := range v.Active() {
		at := v.ActiveAt(i)
		if v.Replica(at).State == fleet.Ready && v.Outstanding(at) == 0 {
			s.drains = append(s.drains, drained{v.Now(), at})
		}
	}
	return s.cast.Allocate(v)
}

// requestList is a stream of listed requests.
type requestList struct{ list []fleet.Request }

// Next implements sim.Arrivals.
func (r *requestList) Next(next *fleet.Request) bool {
	if len(r.list) == 0 {
		return false
	}
	*next, r.list = r.list[0], r.list[1:]
	return true
}

// Err implements sim.Arrivals.
func (*requestList) Err() error { return nil }
