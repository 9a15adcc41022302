package fleet

import (
	"fmt"
	"math"
	"sort"

	"wavetank/sim/kernel"
)

// Timeline is a number over time, for example a price. Points are in the order of time. Each value
// holds from its instant until the next point. The user of a timeline gives the value before the
// first point.
type Timeline []TimelinePoint

// TimelinePoint is a value that holds from an instant on.
type TimelinePoint struct {
	From  kernel.Time
	Value float64
}

// At returns the value at an instant. Before the first point it returns the argument before.
func (t Timeline) At(at kernel.Time, before float64) float64 {
	n := sort.Search(len(t), func(i int) bool { return t[i].From > at })
	if n == 0 {
		return before
	}
	return t[n-1].Value
}

// Next returns the instant of the first point after an instant, or kernel.Never if there is none.
func (t Timeline) Next(after kernel.Time) kernel.Time {
	n := sort.Search(len(t), func(i int) bool { return t[i].From > after })
	if n == len(t) {
		return kernel.Never
	}
	return t[n].From
}

// check returns the first fault. Instants must ascend and not lie before the start of the run.
// Values must be finite and not negative.
func (t Timeline) check() error {
	last := kernel.Time(-1)
	for _, p := range t {
		if p.From <= last || !(p.Value >= 0) || math.IsInf(p.Value, 1) {
			return fmt.Errorf("%v from %v on: values must be finite and not negative, instants must ascend from 0", p.Value, p.From)
		}
		last = p.From
	}
	return nil
}
