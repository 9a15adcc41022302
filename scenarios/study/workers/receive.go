package workers

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"wavetank/policies/outside"
	"wavetank/scenarios"
	"wavetank/scenarios/study"
)

// receiver receives the answers of workers.
type receiver struct {
	*Submission
	at     *site
	store  jetstream.ObjectStore
	tasks  map[string]*study.Task // that have no answer yet
	failed map[string][]failure   // what workers said, by task

	mutex sync.Mutex // of calls of Receive
}

func newReceiver(s *Submission, at *site, store jetstream.ObjectStore, tasks []study.Task) *receiver {
	r := &receiver{Submission: s, at: at, store: store, tasks: map[string]*study.Task{}, failed: map[string][]failure{}}
	for i := range tasks {
		r.tasks[tasks[i].Name] = &tasks[i]
	}
	return r
}

// done is a task with its answer.
type done struct {
	task *study.Task
	answer
}

// run receives answers until no task is left.
func (r *receiver) run(ctx context.Context) error {
	inner, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	const fetchers = 4
	found := make(chan done)
	var group sync.WaitGroup
	for range fetchers {
		group.Go(func() {
			for d := range found {
				if err := r.take(inner, d); err != nil {
					stop(err)
				}
			}
		})
	}
	err := r.look(inner, found)
	close(found)
	group.Wait()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if cause := context.Cause(inner); cause != nil {
		return cause
	}
	return err
}

// look reads the stream of answers until no task is left. It hands answers on.
func (r *receiver) look(ctx context.Context, found chan<- done) error {
	stream, err := r.stream(ctx)
	if err != nil {
		return err
	}
	shown := time.Now()
	const hint = 10 * time.Second
	for next := uint64(1); len(r.tasks) > 0; {
		m, err := r.message(ctx, stream, next)
		if err != nil {
			return err
		}
		if m == nil {
			if time.Since(shown) > hint {
				shown = time.Now()
				r.hint(ctx)
			}
			continue
		}
		shown = time.Now()
		next = m.Sequence + 1
		if err := r.read(ctx, m, found); err != nil {
			return err
		}
	}
	return nil
}

func (r *receiver) stream(ctx context.Context) (stream jetstream.Stream, err error) {
	err = steadily(ctx, func(ctx context.Context) error {
		stream, err = r.at.js.Stream(ctx, r.at.answers())
		return err
	})
	return stream, err
}

// message returns the next message from a place in the stream. If there is none, it waits a little
// and returns nil.
func (r *receiver) message(ctx context.Context, stream jetstream.Stream, next uint64) (m *jetstream.RawStreamMsg, err error) {
	err = steadily(ctx, func(ctx context.Context) error {
		m, err = stream.GetMsg(ctx, next, jetstream.WithGetMsgSubject(r.at.all()))
		return err
	})
	if !errors.Is(err, jetstream.ErrMsgNotFound) {
		return m, err
	}
	const pause = 20 * time.Millisecond
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-time.After(pause):
		return nil, nil
	}
}

// read reads a message: an answer, or a failure.
func (r *receiver) read(ctx context.Context, m *jetstream.RawStreamMsg, found chan<- done) error {
	if name, is := strings.CutPrefix(m.Subject, r.at.answer("")); is {
		t := r.tasks[name]
		if t == nil {
			return nil // its runs were kept before
		}
		delete(r.tasks, name)
		a, err := read[answer](m.Data)
		if err != nil {
			return fmt.Errorf("the answer of task %.12s cannot be read: %w", name, err)
		}
		select {
		case found <- done{t, a}:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	name, _, _ := strings.Cut(strings.TrimPrefix(m.Subject, r.at.failures()), ".")
	f, err := read[failure](m.Data)
	if err != nil || r.tasks[name] == nil {
		return err
	}
	r.failed[name] = append(r.failed[name], f)
	if !f.Final {
		r.Tell(fmt.Sprintf("worker %s could not carry out task %.12s, which is tried again: %s", f.Worker, name, f.Said))
		return nil
	}
	return r.givenUp(r.tasks[name])
}

// givenUp returns the error of a task that is given up.
func (r *receiver) givenUp(t *study.Task) error {
	a := assign(r.Study, t)
	e := r.Study.Cells[t.Runs[0].Cell].Experiment
	text := fmt.Sprintf("task %.12s (%s, policy %s, replication %s", t.Name, e.Scenario.Name, e.Scenario.Policies[a.Policy].Name, strings.Trim(fmt.Sprint(a.Replications), "[]"))
	if setting := r.Study.Name(t.Runs[0].Cell); setting != "" {
		text += "; " + setting
	}
	text += ") is given up"
	policy, said := false, map[string]bool{}
	for _, f := range r.failed[t.Name] {
		policy = policy || f.Policy
		if !said[f.Said] {
			said[f.Said] = true
			text += fmt.Sprintf("\n  worker %s: %s", f.Worker, strings.ReplaceAll(f.Said, "\n", "\n  "))
		}
	}
	err := errors.New(text)
	if policy {
		err = outside.Failed(err)
	}
	return GivenUp{err}
}

// take fetches the runs of an answer, and hands them on.
func (r *receiver) take(ctx context.Context, d done) error {
	fault := func(err error) error {
		return fmt.Errorf("the answer of worker %s to task %.12s: %w", d.Worker, d.task.Name, err)
	}
	b, err := get(ctx, r.store, d.Result)
	if err != nil {
		return fault(err)
	}
	runs, err := study.UnpackRuns(b)
	if err != nil {
		return fault(err)
	}
	want := assign(r.Study, d.task).Replications
	same := len(runs) == len(want)
	for i := range runs {
		same = same && runs[i].Key.Replication == want[i] && runs[i].Detail >= scenarios.Summary
	}
	if !same {
		return fault(errors.New("it does not hold the runs of the task"))
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.Receive(d.task, runs)
}

// hint tells if there is no worker.
func (r *receiver) hint(ctx context.Context) {
	limited, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	c, err := r.at.js.Consumer(limited, r.at.tasks(), handsName)
	if err != nil {
		return
	}
	if info := c.CachedInfo(); info.NumWaiting == 0 && info.NumAckPending == 0 {
		r.Tell("no worker is there; this starts one: wavetank worker --nats " + r.Address.String())
	}
}
