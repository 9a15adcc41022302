package workers

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"wavetank/scenarios/study"
	"wavetank/workload/table"
)

// Submission hands the tasks of a study to workers, and receives the results.
type Submission struct {
	Address *Address
	Program string     // version and digest; only workers of the same program take tasks
	Design  []byte     // everything that the results depend on
	Work    *SweepWork // without its files
	Study   *study.Study
	Open    func(name string) table.File // a file that the scenario names

	// After the time of Silence without a sign of life from its worker, a task is delivered again,
	// and after the time of Again if it has failed. 0 is the usual time.
	Silence, Again time.Duration

	Tell    func(line string) // what happens to the connection and the workers
	Receive func(t *study.Task, runs []study.ShardRun) error
}

// Usual values of a submission.
const (
	usualSilence = 10 * time.Second
	usualAgain   = time.Second
	// attempts is how often a task is carried out at most: its worker may be killed, or may fail
	// for a reason of its own.
	attempts = 5
)

// GivenUp is the error of a task that no worker could carry out.
type GivenUp struct{ error }

// Unwrap returns the error itself.
func (g GivenUp) Unwrap() error { return g.error }

// Run submits tasks, and calls Receive with the runs of each, one call at a time: one run for each
// of its replications. Tasks that were answered before are received, too. When all are received,
// everything is removed from the server. If Run ends before, tasks that nobody has taken are
// withdrawn, and the answers stay for the next submission. If a task is given up, the error is a
// GivenUp, which says what the workers said.
func (s *Submission) Run(ctx context.Context, tasks []study.Task) error {
	if len(tasks) == 0 {
		return nil
	}
	c, err := s.Address.connect("wavetank sweep", s.Tell)
	if err != nil {
		return err
	}
	defer c.Close()
	js, err := jetstream.New(c, jetstream.WithPublishAsyncTimeout(longestCall))
	if err != nil {
		return err
	}
	at := siteOf(js, s.Program, s.Design)
	refusals, err := c.Subscribe(at.refused(), func(m *nats.Msg) { s.Tell(string(m.Data)) })
	if err != nil {
		return err
	}
	defer refusals.Unsubscribe()
	err = s.runAt(ctx, at, tasks)
	// after an interruption, too, but not for long
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), longestCall)
	defer cancel()
	if err != nil {
		return errors.Join(err, at.withdraw(last))
	}
	return at.remove(last)
}

func (s *Submission) runAt(ctx context.Context, at *site, tasks []study.Task) error {
	store, err := at.keep(ctx)
	if err != nil {
		return fmt.Errorf("%s %s: %w", flagURL, s.Address, err)
	}
	answered, err := at.clean(ctx)
	if err != nil {
		return err
	}
	w := *s.Work
	if err := w.send(ctx, store, s.Study, s.Open); err != nil {
		return err
	}
	text, err := json.Marshal(w)
	if err != nil {
		return err
	}
	sum, err := put(ctx, store, text)
	if err != nil {
		return err
	}
	n := &notice{Program: s.Program, Scenario: w.Scenario, Work: sum, Attempts: attempts, Again: cmp.Or(s.Again, usualAgain)}
	if err := at.open(ctx, n, cmp.Or(s.Silence, usualSilence)); err != nil {
		return err
	}
	left := slices.DeleteFunc(slices.Clone(tasks), func(t study.Task) bool { return answered[t.Name] })
	slices.SortFunc(left, func(a, b study.Task) int { return a.Runs[0].Compare(b.Runs[0]) })
	if err := s.publish(ctx, at, left); err != nil {
		return err
	}
	return newReceiver(s, at, store, tasks).run(ctx)
}

// publish publishes tasks, many at a time. A task that is there already stays as it is.
func (s *Submission) publish(ctx context.Context, at *site, tasks []study.Task) error {
	const together = 200
	for some := range slices.Chunk(tasks, together) {
		var sent []jetstream.PubAckFuture
		for i := range some {
			data, err := json.Marshal(assign(s.Study, &some[i]))
			if err != nil {
				return err
			}
			f, err := at.js.PublishAsync(at.task(some[i].Name), data)
			if err != nil {
				break // the server is away
			}
			sent = append(sent, f)
		}
		for i := range some {
			if i < len(sent) && arrived(ctx, sent[i]) {
				continue
			}
			if _, err := at.publish(ctx, at.task(some[i].Name), assign(s.Study, &some[i])); err != nil {
				return err
			}
		}
	}
	return nil
}

// arrived waits until a message is on the server. It returns false if that is not known.
func arrived(ctx context.Context, f jetstream.PubAckFuture) bool {
	select {
	case <-f.Ok():
		return true
	case err := <-f.Err():
		return taken(err)
	case <-ctx.Done():
		return false
	}
}
