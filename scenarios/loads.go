package scenarios

import (
	"context"
	"errors"
	"time"

	"wavetank/policies/allocation"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/workload"
)

// cut is a replication whose control windows are cut into parts.
type cut struct{ replication, parts int }

// windowLoads is the offered load of a replication, for each window and model.
type windowLoads struct {
	rates   [][]float64 // requests per second
	lengths [][]fleet.PlannedLengths
}

// load returns the offered load of a replication for each part of each control window. Each load is
// measured only once.
func (e *Experiment) load(ctx context.Context, replication, parts int) (*windowLoads, error) {
	return e.loads.Get(ctx, cut{replication, parts}, func() (*windowLoads, error) { return e.measureLoad(ctx, replication, parts) })
}

func (e *Experiment) measureLoad(ctx context.Context, replication, parts int) (*windowLoads, error) {
	src, err := e.Requests(replication)
	if err != nil {
		return nil, err
	}
	period, until := time.Duration(e.Scenario.Control.Period)/time.Duration(parts), kernel.Time(e.Scenario.Duration)
	asked := &lengthsOf{Source: workload.HandOver(&interruptible{Source: e.Answered(src), ctx: ctx}, e.Spec.Models), models: len(e.Spec.Models), period: period, until: until}
	rates, err := workload.Measure(asked, len(e.Spec.Models), period, until)
	if err := errors.Join(err, src.Close()); err != nil {
		return nil, err
	}
	return &windowLoads{rates, asked.means(len(rates))}, nil
}

// offered returns the load of a replication as plans count it: in requests per second of the
// planned length.
func (e *Experiment) offered(ctx context.Context, replication, parts int, capacity allocation.Capacity) ([][]float64, error) {
	l, err := e.load(ctx, replication, parts)
	if err != nil {
		return nil, err
	}
	return allocation.Weighed(e.Spec, capacity, l.rates, l.lengths)
}

// lengthsOf is a source that adds up the tokens of its requests, for each window and model.
type lengthsOf struct {
	workload.Source
	models int
	period time.Duration
	until  kernel.Time
	sums   [][]tokenSum
}

type tokenSum struct{ requests, input, output int64 }

// Next implements workload.Source.
func (s *lengthsOf) Next(r *fleet.Request) bool {
	if !s.Source.Next(r) {
		return false
	}
	if r.Input == 0 || r.Arrival < 0 || r.Arrival >= s.until || int(r.Model) >= s.models {
		return true
	}
	w := int(time.Duration(r.Arrival) / s.period)
	for len(s.sums) <= w {
		s.sums = append(s.sums, make([]tokenSum, s.models))
	}
	sum := &s.sums[w][r.Model]
	sum.requests++
	sum.input += int64(r.Input)
	sum.output += int64(r.Output)
	return true
}

// means returns the mean lengths in each of the given number of windows.
func (s *lengthsOf) means(windows int) [][]fleet.PlannedLengths {
	all := make([][]fleet.PlannedLengths, windows)
	for w := range all {
		all[w] = make([]fleet.PlannedLengths, s.models)
		if w >= len(s.sums) {
			continue
		}
		for m, sum := range s.sums[w] {
			if sum.requests > 0 {
				all[w][m] = fleet.PlannedLengths{Input: float64(sum.input) / float64(sum.requests), Output: float64(sum.output) / float64(sum.requests)}
			}
		}
	}
	return all
}
