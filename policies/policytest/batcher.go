package policytest

import (
	"testing"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Batcher tests a batcher on queues of every length:
//   - a batch is no longer than the queue and the deployment's largest batch,
//   - it drops at most the waiting requests, and never a request that has just arrived,
//   - if it waits, it says until when, which is after now,
//   - it does not wait for ever if no more requests arrive,
//   - two batchers from the same constructor decide alike,
//   - a decision allocates nothing.
func Batcher(t *testing.T, make func() (sim.Batcher, error)) {
	first, err := make()
	must(t, err)
	second, err := make()
	must(t, err)
	for _, d := range []fleet.DeploymentID{0, 1, 2, 4} {
		for queued := 1; queued <= 2*Mixed().Deployments[d].MaxBatch+1; queued++ {
			for _, gap := range []time.Duration{0, time.Microsecond, time.Millisecond, time.Second} {
				settle(t, line(t, d, queued, gap), kernel.Time(queued)*kernel.Time(gap), first, second)
			}
		}
	}
	v := sim.ViewOf(line(t, 1, 2, 0), 0)
	if decision := first.Batch(v, 0); decision.Drop > 0 {
		t.Errorf("drops %d requests that have just arrived", decision.Drop)
	}
	if n := testing.AllocsPerRun(50, func() { first.Batch(v, 0) }); n != 0 {
		t.Errorf("%v allocations per decision", n)
	}
}

// settle asks two batchers from the same constructor, from an instant on, until they start a batch
// or have dropped all requests.
func settle(t *testing.T, f *fleet.Fleet, now kernel.Time, first, second sim.Batcher) {
	t.Helper()
	for wakes := 0; ; wakes++ {
		v := sim.ViewOf(f, now)
		decision := first.Batch(v, 0)
		if again := second.Batch(v, 0); again != decision {
			t.Fatalf("two batchers from the same constructor decided %+v and %+v", decision, again)
		}
		queued := v.Queued(0)
		if decision.Drop < 0 || decision.Drop > queued {
			t.Fatalf("drops %d of %d waiting", decision.Drop, queued)
		}
		largest := min(queued-decision.Drop, v.Deployment(0).MaxBatch)
		if decision.Count < 0 || decision.Count > largest {
			t.Fatalf("a batch of %d from %d waiting, at most %d allowed", decision.Count, queued, largest)
		}
		if decision.Count > 0 || decision.Drop == queued {
			return
		}
		if decision.Until <= now {
			t.Fatalf("waits until %v at %v", decision.Until, now)
		}
		if wakes == 100 || decision.Until == kernel.Never {
			t.Fatalf("%d requests wait for ever after %d wakes", queued, wakes)
		}
		for range decision.Drop {
			id, _ := f.First(0)
			f.Abandon(id)
			f.Forget(id)
		}
		now = decision.Until
	}
}

// line returns a fleet of one ready replica with waiting requests, which arrived with equal gaps.
func line(t *testing.T, d fleet.DeploymentID, queued int, gap time.Duration) *fleet.Fleet {
	t.Helper()
	f := fleet.New(Mixed())
	must(t, stand(f, d))
	f.MakeReady(0, 0)
	for i := range queued {
		id, _ := f.Admit(&fleet.Request{Model: f.Spec().Deployments[d].Model, Arrival: kernel.Time(i) * kernel.Time(gap), Work: 1})
		f.Give(id, 0)
	}
	return f
}
