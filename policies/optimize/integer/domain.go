package integer

import (
	"math"
	"slices"
)

// domain holds the bounds of the columns at a node of the tree. It records every change in a trail,
// so that the change can be undone. A change also queues the rows from which further bounds may
// follow (propagate.go).
type domain struct {
	m            *model
	lower, upper []float64
	trail        []change
	queue        []int // rows to propagate, from index head on
	head         int
	queued       []bool
	empty        bool    // some column has no value left, or some row cannot be satisfied
	cutoff       float64 // solutions must have a lower objective
}

// change is a change of a bound, with the value before and after.
type change struct {
	column  int
	upper   bool
	was, is float64
}

func newDomain(m *model) *domain {
	return &domain{m: m, lower: slices.Clone(m.lower), upper: slices.Clone(m.upper),
		queued: make([]bool, len(m.rows)+1), cutoff: math.Inf(1)}
}

// reset sets the bounds to those of the model, and empties the trail.
func (d *domain) reset() {
	copy(d.lower, d.m.lower)
	copy(d.upper, d.m.upper)
	d.trail, d.empty = d.trail[:0], false
	d.forget()
}

// forget empties the queue.
func (d *domain) forget() {
	for _, i := range d.queue[d.head:] {
		d.queued[i] = false
	}
	d.queue, d.head = d.queue[:0], 0
}

// mark returns the present length of the trail, for undo.
func (d *domain) mark() int { return len(d.trail) }

// undo undoes all changes since the mark.
func (d *domain) undo(mark int) {
	for k := len(d.trail) - 1; k >= mark; k-- {
		if c := d.trail[k]; c.upper {
			d.upper[c.column] = c.was
		} else {
			d.lower[c.column] = c.was
		}
	}
	d.trail, d.empty = d.trail[:mark], false
	d.forget()
}

// apply makes recorded changes again.
func (d *domain) apply(changes []change) {
	for _, c := range changes {
		if c.upper {
			d.set(c.column, true, min(c.is, d.upper[c.column]))
		} else {
			d.set(c.column, false, max(c.is, d.lower[c.column]))
		}
	}
}

// set sets a bound and records it.
func (d *domain) set(j int, upper bool, value float64) {
	at := &d.lower[j]
	if upper {
		at = &d.upper[j]
	}
	if *at == value {
		return
	}
	d.trail = append(d.trail, change{j, upper, *at, value})
	*at = value
	if slack := d.lower[j] - d.upper[j]; slack > 0 {
		if d.m.whole[j] || slack > feasibleTolerance*(1+math.Abs(value)) {
			d.empty = true
		} else if upper {
			*at = d.lower[j]
		} else {
			*at = d.upper[j]
		}
	}
	for _, e := range d.m.columns[j] {
		d.enqueue(e.row)
	}
	if d.m.cost[j] != 0 {
		d.enqueue(len(d.m.rows))
	}
}

// fix fixes a column to a value. If the value is out of bounds, it returns false and does nothing.
func (d *domain) fix(j int, value float64) bool {
	if value < d.lower[j] || value > d.upper[j] {
		return false
	}
	d.set(j, false, value)
	d.set(j, true, value)
	return true
}

func (d *domain) enqueue(i int) {
	if !d.queued[i] {
		d.queued[i] = true
		d.queue = append(d.queue, i)
	}
}

// atMost lowers the upper bound of a column to a value, if the step is large enough. For a whole
// column the bound is the value plus the tolerance, rounded down.
func (d *domain) atMost(j int, value, tolerance float64) {
	if d.m.whole[j] {
		if value = math.Floor(value + tolerance); value < d.upper[j] {
			d.set(j, true, value)
		}
		return
	}
	if worth(d.upper[j]-value, d.upper[j], d.upper[j]-d.lower[j]) && math.Abs(value) < mostBound {
		d.set(j, true, value)
	}
}

// atLeast raises the lower bound of a column to a value, if the step is large enough. For a whole
// column the bound is the value minus the tolerance, rounded up.
func (d *domain) atLeast(j int, value, tolerance float64) {
	if d.m.whole[j] {
		if value = math.Ceil(value - tolerance); value > d.lower[j] {
			d.set(j, false, value)
		}
		return
	}
	if worth(value-d.lower[j], d.lower[j], d.upper[j]-d.lower[j]) && math.Abs(value) < mostBound {
		d.set(j, false, value)
	}
}

// worth reports whether a step of a bound is large enough, for a column that need not be whole.
// Small steps could follow each other without end.
func worth(step, bound, width float64) bool {
	if math.IsInf(bound, 0) {
		return step > 0
	}
	if math.IsInf(width, 1) {
		width = 1 + math.Abs(bound)
	}
	return step > 1e-3*(1+math.Abs(bound)) && step > 0.05*width
}

// fixed reports whether only one value is left for a column.
func (d *domain) fixed(j int) bool { return d.lower[j] == d.upper[j] }
