package fleet

import (
	"fmt"
	"math"
	"sort"

	"wavetank/sim/kernel"
)

// Timeline is a number over time, for example a price. It is ascending: each point holds from its
// instant on until the next. What holds before the first is said where a timeline is used.
type Timeline []TimelinePoint

// TimelinePoint says what holds from an instant on.
type TimelinePoint struct {
	From  kernel.Time
	Value float64
}

// At returns what holds at an instant, the value given before the first point.
func (t Timeline) At(at kernel.Time, before float64) float64 {
	n := sort.Search(len(t), func(i int) bool { return t[i].From > at })
	if n == 0 {
		return before
	}
	return t[n-1].Value
}

// Next returns the first instant after another at which a point begins; kernel.Never if none does.
func (t Timeline) Next(after kernel.Time) kernel.Time {
	n := sort.Search(len(t), func(i int) bool { return t[i].From > after })
	if n == len(t) {
		return kernel.Never
	}
	return t[n].From
}

// check returns the first fault: instants that do not ascend from the start of the run on, and
// values that are negative or not finite.
func (t Timeline) check() error {
	last := kernel.Time(-1)
	for _, p := range t {
		if p.From <= last || !(p.Value >= 0) || math.IsInf(p.Value, 1) {
			return fmt.Errorf("%v from %v on", p.Value, p.From)
		}
		last = p.From
	}
	return nil
}
