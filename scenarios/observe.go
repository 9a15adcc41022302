package scenarios

import (
	"context"
	"errors"

	"wavetank/sim"
	"wavetank/sim/engine"
)

// Observe simulates one policy, by its place in the scenario, in one replication, and shows the facts to
// observers.
func (e *Experiment) Observe(ctx context.Context, policy, replication int, observers ...sim.Observer) error {
	setup, _, closer, err := e.setup(ctx, policy, replication)
	if err != nil {
		return err
	}
	setup.Observers = observers
	return errors.Join(engine.Run(ctx, setup), closer())
}
