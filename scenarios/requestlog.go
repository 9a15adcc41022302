package scenarios

import (
	"context"
	"errors"

	"wavetank/metrics"
	"wavetank/metrics/rows"
	"wavetank/sim"
)

// RequestLog begins to keep the requests of a run. Runs that go on at a time call it at a time.
type RequestLog func(policy string, replication int) (RequestRun, error)

// RequestRun keeps the requests of one run.
type RequestRun interface {
	// Write keeps rows. They are valid during the call only.
	Write([]rows.RequestRow) error
	Close() error
}

// logged runs the trial to its end, and writes its requests to the log, if there is one.
func (t *trial) logged(ctx context.Context, log RequestLog, policy string) error {
	if log == nil {
		return t.run(ctx)
	}
	into, err := log(policy, t.Replication)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	requests := metrics.NewRequests(t.Spec, t.measured, t.board, into.Write, stop)
	t.Observers = append([]sim.Observer{requests}, t.Observers...)
	err = t.run(ctx)
	if fault := errors.Join(requests.Close(), into.Close()); fault != nil {
		return fault // the reason why the run was stopped
	}
	return err
}
