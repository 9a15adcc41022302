package scenarios

import (
	"context"
	"errors"
	"time"
	"wavetank/metrics"
	"wavetank/policies/forecast"
	"wavetank/policies/registry"
	"wavetank/scenarios/file"
	"wavetank/sim"
	"wavetank/sim/engine"
	"wavetank/sim/kernel"
	"wavetank/workload"
)

// trial is one run of one policy, ready to start.
type trial struct {
	sim.Setup
	board    *metrics.Board // metrics of the run
	wants    *metrics.Wants // replicas that the allocator wants
	watch    *stopwatch
	measured metrics.MeasuredSpan
	source   workload.Source
	atEnd    []func() error // called when the run has ended
}

// run runs the trial to its end.
func (t *trial) run(ctx context.Context) error {
	return errors.Join(engine.Run(ctx, t.Setup), t.end())
}

// end ends what the policies of the trial started, and closes its requests.
func (t *trial) end() error {
	faults := []error{t.source.Close()}
	for _, f := range t.atEnd {
		faults = append(faults, f())
	}
	return errors.Join(faults...)
}

// trial prepares the run of a policy in a replication. If the policy is a reference, its setting is
// searched for first.
func (e *Experiment) trial(ctx context.Context, policy, replication int) (*trial, error) {
	with, err := e.found(ctx, policy, searchOptions{parallel: 1})
	if err != nil {
		return nil, err
	}
	return e.trialWith(ctx, &e.Scenario.Policies[policy], replication, with)
}

// errorOf returns an error that is injected into figures; nil: none.
func errorOf(e *file.FigureError) forecast.Error {
	if e == nil {
		return forecast.Error{}
	}
	return forecast.Error{Bias: float64(e.Bias) / 100, Noise: float64(e.Noise) / 100}
}

// trialWith prepares the run of a policy in a replication, with a setting of a reference. The
// policy need not be in the scenario.
func (e *Experiment) trialWith(ctx context.Context, p *file.Policy, replication int, with *ReferenceSetting) (*trial, error) {
	s := &e.Scenario
	capacity, err := e.Capacity(p)
	if err != nil {
		return nil, err
	}
	t := &trial{}
	given := registry.Context{
		Scenario: s.Name, Duration: time.Duration(s.Duration), Running: ctx, AtEnd: func(f func() error) { t.atEnd = append(t.atEnd, f) },
		Spec: e.Spec, Seed: s.Seed, Replication: replication, Period: time.Duration(s.Control.Period),
		Offered: func() ([][]float64, error) { return e.offered(ctx, replication, 1, capacity.Within(ctx)) },
		OfferedIn: func(parts int) ([][]float64, error) {
			return e.offered(ctx, replication, parts, capacity.Within(ctx))
		},
		Capacity: capacity.Within(ctx), Plans: &e.plans, Constant: with.constant, Schedule: with.schedule,
		ForecastError: errorOf(s.Planning.ForecastError), ProfileError: errorOf(s.Planning.ProfileError),
	}
	t.Setup = sim.Setup{
		Spec: e.Spec, Duration: time.Duration(s.Duration), Warmup: time.Duration(s.Warmup), Drain: time.Duration(s.Drain),
		Period: time.Duration(s.Control.Period), Delay: time.Duration(s.Control.Delay), ColdStart: s.Control.Start == "cold",
		Seed: s.Seed, Replication: replication, FailLost: s.InFlight == "fail",
	}
	err = t.setLevers(s, p, given, with.batcher)
	first, errFirst := e.measure(ctx, replication, min(kernel.Time(s.Control.Period), kernel.Time(s.Duration)))
	if err := errors.Join(err, errFirst); err != nil {
		return nil, err
	}
	t.Allocator, t.watch = timed(t.Allocator)
	if len(first) > 0 {
		t.Expected = first[0]
	}
	if t.source, err = e.Requests(replication); err != nil {
		return nil, err
	}
	t.Arrivals = t.source
	t.measured = metrics.MeasuredSpan{From: kernel.Time(s.Warmup), Until: kernel.Time(s.Duration), Period: t.ControlPeriod()}
	t.board = metrics.NewBoard(e.Spec, t.measured, e.step())
	t.wants = metrics.NewWants(e.Spec, t.measured, t.Period)
	t.Observers = append(t.board.Observers(), t.wants)
	return t, nil
}

// setLevers makes the levers of a policy, with its allocator. If batcher is not "", it replaces the
// batcher of the policy.
func (t *trial) setLevers(s *file.Scenario, p *file.Policy, given registry.Context, batcher string) error {
	levers := s.LeversOf(p)
	if batcher != "" {
		levers.Batcher = new(registry.WithDefaults[registry.Batcher](batcher))
	}
	return errors.Join(p.Allocator.Set(given, &t.Levers), levers.Make(given, &t.Levers))
}

// step returns the step of time series: a whole number of control periods, so that a run has at
// most about 300 steps.
func (e *Experiment) step() time.Duration {
	period, duration := time.Duration(e.Scenario.Control.Period), time.Duration(e.Scenario.Duration)
	const most = 300
	periods := (duration-1)/period + 1 // in the run
	return period * ((periods + most - 1) / most)
}

// Observe simulates one policy, given by its place in the scenario, in one replication. It shows
// the facts to the observers.
func (e *Experiment) Observe(ctx context.Context, policy, replication int, observers ...sim.Observer) error {
	t, err := e.trial(ctx, policy, replication)
	if err != nil {
		return err
	}
	t.Observers = observers
	return t.run(ctx)
}
