package scenarios

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"wavetank/metrics"
	"wavetank/policies/registry"
	"wavetank/scenarios/build"
	"wavetank/scenarios/check"
	"wavetank/scenarios/file"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/workload"
)

// Experiment is a scenario that has been checked and built, ready to run: what was written, beside
// what was built of it.
type Experiment struct {
	*check.Review
	Listed []string // the names of the policies that the file lists, whether they are selected or not
}

// Prepare builds a scenario. The error holds every fault, with its place in the file.
func Prepare(f *file.Loaded) (*Experiment, error) {
	b, err := build.Build(f)
	if err != nil {
		return nil, err
	}
	e := &Experiment{Review: check.New(b)}
	for _, p := range f.Scenario.Policies {
		e.Listed = append(e.Listed, p.Name)
	}
	return e, nil
}

// Resolved returns the scenario as YAML with every default filled in. Loading it gives the same
// scenario.
func (e *Experiment) Resolved() ([]byte, error) { return e.Scenario.Resolved() }

// Requests returns the requests of a replication, the same for every policy.
func (e *Experiment) Requests(replication int) (workload.Source, error) { return e.source(replication) }

// source returns the requests of a replication, the same for every policy.
func (e *Experiment) source(replication int) (workload.Source, error) {
	var sources []workload.Source
	for i := range e.Traffic {
		t := &e.Traffic[i]
		src, err := t.Open(replication)
		if err != nil {
			for _, opened := range sources {
				err = errors.Join(err, opened.Close())
			}
			return nil, fmt.Errorf("stream %s: %w", t.Name, err)
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
	answered := e.Answered(src)
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

// interruptible is a source that ends with its context.
type interruptible struct {
	workload.Source
	ctx  context.Context
	read int
}

// Next implements workload.Source.
func (s *interruptible) Next(r *fleet.Request) bool {
	const poll = 1 << 14 // requests between looks at the context
	if s.read++; s.read%poll == 0 && s.ctx.Err() != nil {
		return false
	}
	return s.Source.Next(r)
}

// Err implements workload.Source.
func (s *interruptible) Err() error {
	if err := s.ctx.Err(); err != nil {
		return err
	}
	return s.Source.Err()
}
