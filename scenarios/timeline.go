package scenarios

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"time"

	"wavetank/metrics/timeline"
	"wavetank/sim/kernel"
)

// TimelineInterval is an interval of a run.
type TimelineInterval struct{ From, Until time.Duration }

// Timeline simulates one policy, given by its place in the scenario, in one replication, and writes
// what the machines did in an interval of the run. The run is simulated from its beginning, and
// ends soon after the interval. reached is called with the share of the interval's end that has
// been reached; it may be nil. It returns the number of events.
func (e *Experiment) Timeline(ctx context.Context, policy, replication int, show TimelineInterval, w io.Writer, reached func(share float64)) (int, error) {
	name := e.Scenario.Policies[policy].Name
	inner, stop := context.WithCancel(ctx)
	defer stop()
	stopped := false
	o := timeline.Extent{
		About: map[string]string{
			"scenario": e.Scenario.Name, "policy": name, "replication": strconv.Itoa(replication), "seed": strconv.FormatUint(e.Scenario.Seed, 10),
			"from": show.From.String(), "until": show.Until.String(),
		},
		Title: fmt.Sprintf("%s: %s, replication %d", e.Scenario.Name, name, replication),
		From:  kernel.Time(show.From), Until: kernel.Time(show.Until), Step: sampleStep(show.Until - show.From),
		Stop: func() { stopped = true; stop() },
	}
	if reached != nil {
		o.Reached = func(at kernel.Time) { reached(float64(at) / float64(show.Until)) }
	}
	t := timeline.New(e.Spec, o, w)
	err := e.Observe(inner, policy, replication, t)
	if stopped && ctx.Err() == nil {
		err = nil
	}
	n, fault := t.Close()
	if err == nil {
		err = fault
	}
	return n, err
}

// sampleStep returns the time between two samples of counters: 1, 2 or 5 times a power of ten, at
// least 1 ms, so that an interval has at most about 2000 samples.
func sampleStep(length time.Duration) time.Duration {
	const most = 2000
	for unit := time.Millisecond; ; unit *= 10 {
		for _, step := range []time.Duration{unit, 2 * unit, 5 * unit} {
			if step*most >= length {
				return step
			}
		}
	}
}
