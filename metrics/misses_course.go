package metrics

import (
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// missCourse counts misses over time, in the steps in which the requests arrived. It counts only
// requests that arrived in the measured span. Misses fills it, and Series samples it.
type missCourse struct {
	grid   grid
	from   kernel.Time          // begin of the measured span
	missed [][]float64          // per model and step; nil: no request of the model missed
	causes [numCauses][]float64 // per cause and step, over all models; nil: the cause did not occur
}

func newMissCourse(g grid, from kernel.Time, models int) missCourse {
	return missCourse{grid: g, from: from, missed: make([][]float64, models)}
}

// count adds a miss to the step of its arrival. A miss after the last step is in none.
func (m *missCourse) count(cells *[]float64, arrival kernel.Time) {
	step := int(int64(arrival) / int64(m.grid.step))
	if *cells == nil {
		*cells = make([]float64, m.grid.count())
	}
	if step < len(*cells) {
		(*cells)[step]++
	}
}

// miss counts a miss of a model. Its cause may not be known yet.
func (m *missCourse) miss(model fleet.ModelID, arrival kernel.Time) {
	if m != nil {
		m.count(&m.missed[model], arrival)
	}
}

// explain counts the cause of a miss. A request that was dropped, or rejected for want of capacity,
// has the cause that it had met before.
func (m *missCourse) explain(of cause, arrival kernel.Time) {
	if m != nil {
		m.count(&m.causes[of], arrival)
	}
}

// measured reports whether a step lies in the measured span.
func (m *missCourse) measured(step int) bool { return m.grid.begin(step) >= m.from }
