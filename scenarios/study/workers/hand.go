package workers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"wavetank/policies/outside"
	"wavetank/scenarios"
	"wavetank/scenarios/study"
)

// hand carries out one task after another, until the context ends.
func (c *crew) hand(ctx context.Context, turn int) {
	for ; ctx.Err() == nil; turn++ {
		p, m := c.next(ctx, turn)
		if m == nil {
			continue
		}
		c.busy.Add(1)
		p.carried.Add(1)
		c.carry(ctx, p, m)
		p.carried.Done()
		c.last.Store(time.Now().UnixNano())
		c.busy.Add(-1)
	}
}

// next returns a task. It waits a while, and returns nil if there is none.
func (c *crew) next(ctx context.Context, turn int) (*part, jetstream.Msg) {
	const pause, patience = 20 * time.Millisecond, time.Second
	list := c.parts(turn)
	if len(list) == 0 {
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
		return nil, nil
	}
	for i, p := range list {
		wait := patience
		if i < len(list)-1 {
			wait = 0 // another sweep may have one now
		}
		m, err := p.fetch(ctx, wait)
		if m != nil {
			return p, m
		}
		if err != nil { // the sweep has ended, or the server is away
			select {
			case <-ctx.Done():
			case <-time.After(pause):
			}
		}
	}
	return nil, nil
}

// fetch returns a task of a sweep. It waits so long, and returns nil if there is none.
func (p *part) fetch(ctx context.Context, wait time.Duration) (jetstream.Msg, error) {
	limited, cancel := context.WithTimeout(ctx, max(wait, time.Second))
	defer cancel()
	pull := func() (jetstream.MessageBatch, error) { return p.tasks.Fetch(1, jetstream.FetchContext(limited)) }
	if wait == 0 {
		pull = func() (jetstream.MessageBatch, error) { return p.tasks.FetchNoWait(1) }
	}
	batch, err := pull()
	if err != nil {
		return nil, err
	}
	for m := range batch.Messages() {
		return m, nil
	}
	if err := batch.Error(); err != nil && limited.Err() == nil {
		return nil, err
	}
	return nil, nil
}

// carry carries out a task and answers it.
func (c *crew) carry(ctx context.Context, p *part, m jetstream.Msg) {
	name := lastOf(m.Subject())
	meta, err := m.Metadata()
	if err != nil {
		c.Tell(err.Error())
		return
	}
	number := int(meta.NumDelivered)
	if number > 1 && p.hasAnswer(ctx, name) {
		_ = m.Ack()
		return
	}
	if number > p.Attempts {
		c.fail(ctx, p, m, number, failure{Said: fmt.Sprintf("%d workers began the task, and none of them answered; they were killed, or had no memory left", p.Attempts), Final: true})
		return
	}
	began := time.Now()
	alive := p.signs(ctx, m)
	runs, err := c.carryOut(ctx, p, name, m.Data())
	alive()
	switch {
	case ctx.Err() != nil:
		_ = m.Nak() // the next worker has the task at once; without that, later
		return
	case err != nil:
		_, policy := errors.AsType[outside.Failure](err)
		c.fail(ctx, p, m, number, failure{Said: err.Error(), Policy: policy, Final: number == p.Attempts})
		return
	}
	if err := c.reply(ctx, p, m, name, runs, time.Since(began)); err != nil && ctx.Err() == nil {
		c.Tell(fmt.Sprintf("the answer to task %.12s does not reach the server: %v", name, err))
	}
}

// signs says again and again that the worker goes on with a task, until the function that it
// returns is called.
func (p *part) signs(ctx context.Context, m jetstream.Msg) (stop func()) {
	inner, stop := context.WithCancel(ctx)
	go func() {
		const often = 4 // within the time after which the task is delivered again
		t := time.NewTicker(max(p.silence/often, time.Millisecond))
		defer t.Stop()
		for {
			select {
			case <-inner.Done():
				return
			case <-t.C:
				_ = m.InProgress() // while the server is away, nobody else gets the task either
			}
		}
	}()
	return stop
}

// carryOut simulates the runs of a task.
func (c *crew) carryOut(ctx context.Context, p *part, name string, data []byte) (runs []study.ShardRun, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("the program failed: %v", fault)
		}
	}()
	a, err := read[Assignment](data)
	if err != nil {
		return nil, err
	}
	e, err := p.settings.experiment(ctx, a.Values)
	if err != nil {
		return nil, err
	}
	if a.Policy < 0 || a.Policy >= len(e.Scenario.Policies) || len(a.Replications) == 0 {
		return nil, errors.New("the task names no policy or no replication of the scenario")
	}
	if mine, err := study.TaskName(e, a.Policy, a.Replications[0]); err != nil || mine != name {
		return nil, errors.Join(err, fmt.Errorf("the scenario is another one here: the task is %.12s, not %.12s", mine, name))
	}
	for _, r := range a.Replications {
		f, _, err := e.Finish(ctx, a.Policy, r, scenarios.Summary)
		if err != nil {
			return nil, err
		}
		k, err := e.Key(&e.Scenario.Policies[a.Policy], r)
		if err != nil {
			return nil, err
		}
		label := scenarios.Label{Scenario: e.Scenario.Name, Policy: e.Scenario.Policies[a.Policy].Name}
		runs = append(runs, study.ShardRun{Run: study.Run{Cell: -1, Policy: a.Policy, Replication: r}, Key: k, Label: label, Finished: f})
	}
	return runs, nil
}

// reply stores the runs of a task, answers, and acknowledges the task. If another worker has
// answered before, that answer stays.
func (c *crew) reply(ctx context.Context, p *part, m jetstream.Msg, name string, runs []study.ShardRun, took time.Duration) error {
	b, err := study.PackRuns(runs)
	if err != nil {
		return err
	}
	sum, err := put(ctx, p.store, b)
	if err != nil {
		return err
	}
	added, err := p.publish(ctx, p.answer(name), answer{Result: sum, Worker: c.name, Seconds: took.Seconds()})
	if err != nil {
		return err
	}
	if added {
		c.answered.Add(1)
	}
	return m.Ack() // if it is lost, the task is delivered again, and found answered
}

// hasAnswer reports whether a task has an answer.
func (p *part) hasAnswer(ctx context.Context, name string) bool {
	return steadily(ctx, func(ctx context.Context) error {
		s, err := p.js.Stream(ctx, p.answers())
		if err == nil {
			_, err = s.GetLastMsgForSubject(ctx, p.answer(name))
		}
		return err
	}) == nil
}

// fail says that a task could not be carried out. Unless it is given up, it is delivered again.
func (c *crew) fail(ctx context.Context, p *part, m jetstream.Msg, number int, f failure) {
	f.Worker = c.name
	_, err := p.publish(ctx, p.failure(lastOf(m.Subject()), number), f)
	switch {
	case err != nil:
		err = errors.Join(err, m.Nak())
	case f.Final:
		err = m.TermWithReason("given up")
	default:
		err = m.NakWithDelay(p.Again)
	}
	if err != nil && ctx.Err() == nil {
		c.Tell(err.Error())
	}
}
