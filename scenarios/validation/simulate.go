package validation

import (
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"sync"

	"wavetank/metrics"
	"wavetank/scenarios"
	"wavetank/scenarios/file"
	"wavetank/sim/kernel"
)

// job is a system with the length of its runs, in normal lengths.
type job struct {
	system QueueSystem
	factor int
}

// simulate returns the estimates of every job, replication by replication. It returns nil for jobs
// that were not finished before an error.
func simulate(ctx context.Context, runs string, jobs []job, o Options) ([][]map[string]float64, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	experiments := make([]*scenarios.Experiment, len(jobs))
	values := make([][]map[string]float64, len(jobs))
	for i, j := range jobs {
		var err error
		if experiments[i], err = j.system.prepare(o, j.factor); err != nil {
			return nil, fmt.Errorf("%s with %s: %w", j.system.Family, j.system.Params, err)
		}
		values[i] = make([]map[string]float64, o.Replications)
	}
	total := len(jobs) * o.Replications
	next := make(chan int)
	var mutex sync.Mutex
	done := 0
	var workers sync.WaitGroup
	for range max(1, o.Parallel) {
		workers.Go(func() {
			for n := range next {
				i, replication := n/o.Replications, n%o.Replications
				s := &jobs[i].system
				estimates, err := s.run(ctx, experiments[i], replication)
				if err != nil {
					cancel(fmt.Errorf("%s with %s: %w", s.Family, s.Params, err))
				}
				values[i][replication] = estimates
				mutex.Lock()
				if done++; err == nil && o.Progress != nil {
					o.Progress(runs, done, total)
				}
				mutex.Unlock()
			}
		})
	}
	for n := range total {
		if ctx.Err() != nil {
			break
		}
		next <- n
	}
	close(next)
	workers.Wait()
	for i, list := range values {
		if slices.ContainsFunc(list, func(m map[string]float64) bool { return m == nil }) {
			values[i] = nil
		}
	}
	return values, context.Cause(ctx)
}

// prepare builds the scenario of a system, which is the same for all replications.
func (s QueueSystem) prepare(o Options, factor int) (*scenarios.Experiment, error) {
	text := s.queue.scenario(s.customers(o, factor), o.Seed<<32+s.seed(), o.Slower)
	f, err := file.Read(s.Family, []byte(text))
	if err != nil {
		return nil, err
	}
	return scenarios.Prepare(f)
}

// customers returns the number of customers of a run. A scenario that only approximates its system
// needs fewer: its values may differ by more than chance makes them.
func (s QueueSystem) customers(o Options, factor int) int {
	if s.queue.near() > 0 {
		return factor * o.Customers / 4
	}
	return factor * o.Customers
}

// seed returns a hash of the name of a system, so that its random draws do not depend on other
// systems of the table.
func (s QueueSystem) seed() uint64 {
	h := fnv.New32a()
	fmt.Fprintf(h, "%s with %s", s.Family, s.name())
	return uint64(h.Sum32())
}

// drift is the name, among the estimates of a run, of the difference between its second and its
// first half.
const drift = "drift"

// run simulates one replication of a system.
func (s QueueSystem) run(ctx context.Context, e *scenarios.Experiment, replication int) (map[string]float64, error) {
	span := metrics.MeasuredSpan{From: kernel.Time(e.Scenario.Warmup), Until: kernel.Time(e.Scenario.Duration)}
	w := newWatch(span, &s)
	if err := e.Observe(ctx, 0, replication, w); err != nil {
		return nil, err
	}
	estimates := map[string]float64{drift: w.drift()}
	for _, q := range s.Quantities {
		value, ok := w.estimate(q)
		if !ok {
			return nil, fmt.Errorf("nothing observes %s", q)
		}
		estimates[q] = value
	}
	return estimates, nil
}
