package kernels

import (
	"cmp"
	"slices"
)

// lookup holds measured times on a grid with several axes. The grid may be irregular: each value of
// an axis has its own values of the next axis. Times are interpolated linearly between values, and
// extrapolated beyond the first and the last value.
type lookup struct {
	at   []float64 // values of the first axis, ascending
	next []*lookup // for each value, the other axes; nil if this is the last axis
	time []float64 // for each value, in seconds; nil if there are more axes
}

// add adds a time at a place of the grid. If there is already a time at this place, the old one is
// kept.
func (l *lookup) add(time float64, at ...float64) {
	k, there := slices.BinarySearch(l.at, at[0])
	if !there {
		l.at = slices.Insert(l.at, k, at[0])
		if len(at) > 1 {
			l.next = slices.Insert(l.next, k, &lookup{})
		} else {
			l.time = slices.Insert(l.time, k, time)
		}
	}
	if len(at) > 1 {
		l.next[k].add(time, at[1:]...)
	}
}

// value returns the time at a place, or 0 if the lookup is empty.
func (l *lookup) value(at ...float64) float64 {
	one := func(k int) float64 {
		if len(at) > 1 {
			return l.next[k].value(at[1:]...)
		}
		return l.time[k]
	}
	switch len(l.at) {
	case 0:
		return 0
	case 1:
		return one(0)
	}
	k, there := slices.BinarySearchFunc(l.at, at[0], cmp.Compare[float64])
	if there {
		return one(k)
	}
	k = min(max(k, 1), len(l.at)-1)
	low, high := one(k-1), one(k)
	v := low + (high-low)*(at[0]-l.at[k-1])/(l.at[k]-l.at[k-1])
	if at[0] < l.at[0] {
		return max(v, 0.5*low) // a kernel never gets arbitrarily short
	}
	return max(v, min(low, high))
}

// repair replaces times that were probably measured while something else ran. A time that is more
// than limit times the time of the next larger problem is replaced by the latter. repair returns
// the number of replaced times and the number of all times.
func (l *lookup) repair(limit float64) (wrong, all int) {
	for _, next := range l.next {
		w, n := next.repair(limit)
		wrong, all = wrong+w, all+n
	}
	for i := len(l.next) - 2; i >= 0; i-- {
		wrong += l.next[i].repairBy(l.next[i+1], limit)
	}
	for i := len(l.time) - 2; i >= 0; i-- {
		if l.time[i] > limit*l.time[i+1] {
			l.time[i], wrong = l.time[i+1], wrong+1
		}
	}
	return wrong, all + len(l.time)
}

// repairBy does the same with the times of larger problems at the same places.
func (l *lookup) repairBy(larger *lookup, limit float64) (wrong int) {
	for i, at := range l.at {
		k, there := slices.BinarySearch(larger.at, at)
		switch {
		case !there:
		case l.next != nil:
			wrong += l.next[i].repairBy(larger.next[k], limit)
		case l.time[i] > limit*larger.time[k]:
			l.time[i], wrong = larger.time[k], wrong+1
		}
	}
	return wrong
}

// largest returns the largest value of the first axis, or 0 if the lookup is empty.
func (l *lookup) largest() float64 {
	if len(l.at) == 0 {
		return 0
	}
	return l.at[len(l.at)-1]
}

// checkInterpolation interpolates along the last axis at every fifth place, without its measured
// time. It adds the measured and the interpolated time to a group.
func (l *lookup) checkInterpolation(g *StepGroup) {
	for _, next := range l.next {
		next.checkInterpolation(g)
	}
	for k := 2; k < len(l.time)-1; k += 5 {
		low, high := k-1, k+1
		v := l.time[low] + (l.time[high]-l.time[low])*(l.at[k]-l.at[low])/(l.at[high]-l.at[low])
		g.Measured, g.Modelled = append(g.Measured, l.time[k]), append(g.Modelled, v)
		g.HeldOut, g.Weight = append(g.HeldOut, true), append(g.Weight, 1)
	}
}
