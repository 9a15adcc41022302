package scenarios

import (
	"context"
	"sync"
)

// dispatch hands out the runs of a grid to workers, the first in the order of the grid first. The
// runs of a policy wait until its setting is there, while those of other policies go on.
type dispatch struct {
	mutex   sync.Mutex
	changed sync.Cond
	begun   []int  // for each policy, the replications that were handed out
	settled []bool // for each policy, whether its setting is there
	of      int    // replications
	stopped bool
}

func newDispatch(policies, replications int) *dispatch {
	d := &dispatch{begun: make([]int, policies), settled: make([]bool, policies), of: replications}
	d.changed.L = &d.mutex
	return d
}

// take returns the policy and the replication of the next run, the replication counted from 0. It
// waits while no policy with runs left is settled. more is false after the last run, and after
// stop.
func (d *dispatch) take() (policy, replication int, more bool) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	for !d.stopped {
		policy, left := -1, false
		for p, n := range d.begun {
			left = left || n < d.of
			if n < d.of && d.settled[p] && (policy < 0 || n < d.begun[policy]) {
				policy = p
			}
		}
		switch {
		case policy >= 0:
			d.begun[policy]++
			return policy, d.begun[policy] - 1, true
		case !left:
			return 0, 0, false
		}
		d.changed.Wait()
	}
	return 0, 0, false
}

// settle says that the setting of a policy is there.
func (d *dispatch) settle(policy int) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.settled[policy] = true
	d.changed.Broadcast()
}

// stop ends the waiting of all workers and hands out no more runs.
func (d *dispatch) stop() {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.stopped = true
	d.changed.Broadcast()
}

// slots are places for runs. There is one for each run that may go on at a time. No slots (nil) are
// no limit.
type slots chan struct{}

// do calls f when a slot is free. It returns the error of the context if that ends first.
func (s slots) do(ctx context.Context, f func() error) error {
	if s != nil {
		select {
		case s <- struct{}{}:
			defer func() { <-s }()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return f()
}
