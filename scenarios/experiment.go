package scenarios

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"wavetank/metrics"
	"wavetank/policies/registry"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/workload"
	"wavetank/workload/distribution"
)

// Experiment is a scenario that has been checked and built, ready to run.
type Experiment struct {
	Scenario Scenario
	Spec     *fleet.Spec
	Inputs   []Input  // the traces that it reads
	Listed   []string // the names of the policies that the file lists, whether they are selected or not

	lanes  []lane
	gaps   []gap    // machine types that models cannot use
	unused []string // what of the scenario cannot be used, each with why
	once   sync.Once
	seen   *outlook // once looked at
}

// Input is a file that an experiment reads.
type Input struct {
	File     string // as the scenario names it
	SHA256   string // of its bytes, hexadecimal
	Requests int64  // of a trace; 0 for a table of lengths
	Failed   int64  // requests of it that failed, which are not replayed
	LeftOut  int64  // rows that do not meet its conditions
	Span     time.Duration
	Part     Part     // that is replayed
	Unused   []string // columns that are not read
	Rows     int      // of a trace of machines; 0 for one of requests
}

// Part is the part of a trace that is replayed.
type Part struct {
	Requests    int64
	From, Until time.Duration // of the trace
	Lasts       time.Duration // in the run: less where the trace is compressed
	Scaled      string        // how it was scaled, as a clause; empty: not
	Cut         bool          // the run ends before the trace, or the part that the scenario names
}

// lane is one stream of requests, prepared.
type lane struct {
	name    string
	stream  *Stream
	process workload.Process // nil: a trace, or clients
	mix     *workload.Mix
	service distribution.Service
	labels  *workload.Labels  // nil: none
	lengths *workload.Lengths // nil: none, or those of its trace
	cap     int               // most requests in flight; 0: any number
	start   maker
	id      fleet.PipelineID // 0: none
	stages  []workload.Stage
}

// Prepare builds a scenario: it finds machines and models, works out which deployments there are, and reads
// its traces through. The error holds every fault, with the place in the file.
func (f *Loaded) Prepare() (*Experiment, error) {
	s := f.Scenario
	findings := &findings{document: f.Document, all: f.Faults, settled: f.Faults}
	e := &Experiment{Scenario: s}
	for _, p := range s.Policies {
		e.Listed = append(e.Listed, p.Name)
	}
	built, ids := build(&s, f, findings)
	e.Spec, e.gaps, e.unused = &built.catalog, built.gaps, built.unused
	findings.settle()
	e.machines(f, findings.report)
	if len(findings.settled) == 0 {
		e.checkDeployments(f, findings.report)
	}
	if findings.settled.Touch("workload") {
		ids = nil // some may be missing, of which nothing more is to be said
	}
	for i := range s.Workload {
		if !findings.touched(i) {
			e.lane(f, i, ids, findings.report)
		}
	}
	if len(findings.all) > 0 {
		return nil, findings.all.Sorted().Err()
	}
	return e, nil
}

// lane prepares one stream.
func (e *Experiment) lane(f *Loaded, i int, ids map[string]fleet.ModelID, report func(path, message string)) {
	s := &e.Scenario.Workload[i]
	path := fmt.Sprintf("workload[%d]", i)
	mix, err := s.mix(ids)
	if err != nil {
		report(path+".split", err.Error())
		return
	}
	law, err := s.Service.Distribution()
	if err == nil {
		law, err = distribution.Scaled(law, float64(s.Work))
	}
	if err != nil {
		report(path+".service", err.Error())
		return
	}
	stages, err := s.stages(ids)
	if err != nil {
		report(path, err.Error())
		return
	}
	labels, err := e.Scenario.labels(i, e.Spec)
	if err != nil {
		report(path, err.Error())
		return
	}
	lengths, err := e.lengths(f, s)
	if err != nil {
		ReportFields(err, path, report)
		return
	}
	l := lane{name: s.Label(), stream: s, mix: mix, service: law, labels: labels, lengths: lengths, cap: s.InFlight, stages: stages}
	if stages != nil {
		l.service = stages[0].Branches[0].Work
		l.id = fleet.PipelineID(1 + slices.IndexFunc(e.Spec.Pipelines, func(p fleet.Pipeline) bool { return p.Name == l.name }))
	}
	t, recorded := s.Arrivals.params.(replayable)
	if !recorded {
		if err := e.made(f, i, &l); err != nil {
			ReportFields(err, path, report)
			return
		}
		e.lanes = append(e.lanes, l)
		return
	}
	e.replayed(f, s, path, t, ids, l, report)
}

// replayed lets the requests of a stream be read from its trace.
func (e *Experiment) replayed(f *Loaded, s *Stream, path string, t replayable, ids map[string]fleet.ModelID, l lane, report func(path, message string)) {
	at := path + ".arrivals." + s.Arrivals.name
	if rows, ok := t.(tabular); ok {
		if _, err := rows.Columns(ids); err != nil {
			ReportFields(err, at, report)
			return
		}
	}
	file := f.Open(t.Common().File)
	input := Input{File: t.Common().File}
	sum, err := f.scan(s, t)
	input.Requests, input.Failed, input.LeftOut, input.Span = sum.Requests, sum.Failed, sum.LeftOut, sum.Span
	if err == nil && sum.Requests == 0 {
		err = fmt.Errorf("%s: the trace holds no request", t.Common().File)
	}
	if err == nil {
		input.SHA256, err = digest(file)
	}
	var plain maker
	if err == nil {
		plain, err = t.prepare(file, l.mix, ids)
	}
	if err == nil {
		l.start = shaped(t, plain)
	}
	if err == nil && ids != nil { // else there are faults beside
		input.Part, err = replays(t, plain, e.from(&l, 0), e.Scenario.Duration, sum)
	}
	if err == nil {
		input.Unused, err = t.unused(file)
	}
	if err != nil {
		misnamed := misnamed(t, err, func(key, message string) { report(at+"."+key, message) })
		if !misnamed {
			report(at+".file", err.Error())
		}
		return
	}
	e.Inputs = append(e.Inputs, input)
	e.lanes = append(e.lanes, l)
}

// made lets the requests of a stream be made rather than read.
func (e *Experiment) made(f *Loaded, i int, l *lane) error {
	var p workload.Process
	var err error
	if law, open := e.Scenario.Workload[i].Arrivals.params.(process); open {
		if p, err = law.process(); err != nil {
			return fmt.Errorf("arrivals: %w", err)
		}
		l.process = p
	}
	c, err := e.Scenario.callers(i, f.Open, p, l)
	if err != nil {
		return err
	}
	if err := e.checkAmount(l); err != nil {
		return err
	}
	if l.stages != nil && (c != nil || l.cap > 0) {
		return errors.New("pipeline: callers that wait for answers, and caps on what is in flight, are for streams of one model at a time")
	}
	if c == nil {
		l.start = func(in workload.Lane) (workload.Source, error) { return in.Synthetic(p) }
		return nil
	}
	l.labels, l.lengths = nil, nil // they are drawn by conversation and turn
	l.start = func(in workload.Lane) (workload.Source, error) {
		src, err := in.Converse(*c)
		if err != nil {
			return nil, err
		}
		return src, nil
	}
	return nil
}

// lengths returns the laws of a stream's tokens and notes the tables that the stream reads.
func (e *Experiment) lengths(f *Loaded, s *Stream) (*workload.Lengths, error) {
	var faults []error
	note := func(field string, law *TokenLengths) {
		if law == nil || law.TableFile() == "" || slices.ContainsFunc(e.Inputs, func(in Input) bool { return in.File == law.TableFile() }) {
			return
		}
		sum, err := digest(f.Open(law.TableFile()))
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %s: file: %w", field, law.name, err))
			return
		}
		e.Inputs = append(e.Inputs, Input{File: law.TableFile(), SHA256: sum})
	}
	note("input", s.Input)
	note("output", s.Output)
	if s.Conversation != nil {
		note("conversation: turns", &s.Conversation.Turns)
		note("conversation: input", s.Conversation.Input)
		note("conversation: output", s.Conversation.Output)
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return s.lengths(f.Open)
}

// open starts the stream for one run.
func (l *lane) open(in workload.Lane) (workload.Source, error) {
	src, err := l.start(in)
	if err != nil {
		return nil, err
	}
	opened := src
	if l.lengths != nil {
		src, err = in.Lengthen(src, *l.lengths)
	}
	if err == nil && l.labels != nil {
		src, err = in.Label(src, *l.labels)
	}
	if err == nil && l.stages != nil {
		src, err = in.Pipe(src, l.id, l.stages)
	}
	if err == nil && l.cap > 0 {
		src, err = workload.Capped(src, l.cap)
	}
	if err != nil {
		return nil, errors.Join(err, opened.Close())
	}
	return src, nil
}

// mix returns how a stream spreads over models.
func (s *Stream) mix(ids map[string]fleet.ModelID) (*workload.Mix, error) {
	if s.Pipeline != nil {
		return workload.Only(ids[s.Pipeline[0].Branches()[0].Model])
	}
	if s.Split == nil {
		return workload.Only(ids[s.Model])
	}
	var models []fleet.ModelID
	var shares []float64
	for _, m := range s.Split.Models {
		share := 1.0
		if m.Share != nil {
			share = *m.Share
		}
		models, shares = append(models, ids[m.Model]), append(shares, share)
	}
	if s.Split.Zipf != nil {
		return workload.Zipf(models, *s.Split.Zipf)
	}
	return workload.Shares(models, shares)
}

// Requests returns the requests of a replication, the same for every policy.
func (e *Experiment) Requests(replication int) (workload.Source, error) { return e.source(replication) }

// from returns what a stream draws from in a replication.
func (e *Experiment) from(l *lane, replication int) workload.Lane {
	return workload.Lane{Name: l.name, Seed: e.Scenario.Seed, Replication: replication, Models: l.mix, Work: l.service}
}

// source returns the requests of a replication, the same for every policy.
func (e *Experiment) source(replication int) (workload.Source, error) {
	var sources []workload.Source
	for i := range e.lanes {
		l := &e.lanes[i]
		src, err := l.open(e.from(l, replication))
		if err != nil {
			for _, opened := range sources {
				err = errors.Join(err, opened.Close())
			}
			return nil, fmt.Errorf("stream %s: %w", l.name, err)
		}
		sources = append(sources, src)
	}
	return workload.Merge(sources...), nil
}

// measure returns the offered load of a replication per window of a control period and model, up to an instant. Senders
// that wait for answers are taken to get each in the time that its objective allows.
func (e *Experiment) measure(ctx context.Context, replication int, until kernel.Time) ([][]float64, error) {
	src, err := e.source(replication)
	if err != nil {
		return nil, err
	}
	answered := workload.Answered(src, planned(e.Spec))
	rates, err := workload.Measure(workload.HandOver(&interruptible{Source: answered, ctx: ctx}, e.Spec.Models), len(e.Spec.Models), time.Duration(e.Scenario.Control.Period), until)
	return rates, errors.Join(err, src.Close())
}

// setup makes the setup of one run, the board that watches it, and what closes it.
func (e *Experiment) setup(ctx context.Context, policy, replication int) (sim.Setup, *metrics.Board, func() error, error) {
	s, p := &e.Scenario, &e.Scenario.Policies[policy]
	given := registry.Context{
		Spec: e.Spec, Seed: s.Seed, Replication: replication, Period: time.Duration(s.Control.Period),
		Offered: sync.OnceValues(func() ([][]float64, error) { return e.measure(ctx, replication, kernel.Time(s.Duration)) }),
	}
	l := s.Levers(p)
	var setup sim.Setup
	a, errA := p.Allocator.New(given)
	d, errD := l.Admission.New(given)
	r, errR := l.Router.New(given)
	b, errB := l.Batcher.New(given)
	o, errO := l.Order.New(given)
	first, errF := e.measure(ctx, replication, min(kernel.Time(s.Control.Period), kernel.Time(s.Duration)))
	if err := errors.Join(errA, errD, errR, errB, errO, errF); err != nil {
		return setup, nil, nil, err
	}
	src, err := e.source(replication)
	if err != nil {
		return setup, nil, nil, err
	}
	board := metrics.NewBoard(e.Spec, metrics.MeasuredSpan{From: kernel.Time(s.Warmup), Until: kernel.Time(s.Duration)}, e.step())
	setup = sim.Setup{
		Spec: e.Spec, Arrivals: src, Levers: sim.Levers{Admission: d, Order: o, Router: r, Batcher: b, Allocator: a}, Observers: board.Observers(),
		Duration: time.Duration(s.Duration), Warmup: time.Duration(s.Warmup), Drain: time.Duration(s.Drain),
		Period: time.Duration(s.Control.Period), Delay: time.Duration(s.Control.Delay),
		ColdStart: s.Control.Start == "cold",
		Seed:      s.Seed, Replication: replication, FailLost: s.InFlight == "fail",
	}
	if len(first) > 0 {
		setup.Expected = first[0]
	}
	return setup, board, src.Close, nil
}

// step returns the step of time series: whole control periods, at most about 300 steps in a run.
func (e *Experiment) step() time.Duration {
	period, duration := time.Duration(e.Scenario.Control.Period), time.Duration(e.Scenario.Duration)
	const most = 300
	periods := (duration-1)/period + 1 // of the run
	return period * ((periods + most - 1) / most)
}
