package fit

import (
	"math"

	"wavetank/scenarios/calibrate/replay"
)

// usualBudgets are usual values of the largest number of tokens in a step, defaults of engines
// first.
var usualBudgets = []int{2048, 8192, 16384, 4096, 1024, 512}

// FindBudget returns the largest number of tokens in a step (tokens.Config.MaxTokens) that logs
// tell. It is the one of the options, unless the physical model of an engine with a usual one
// agrees clearly better with the logs: when several prompts wait, the budget decides which first
// tokens come together. With points, it is the one of the options.
func FindBudget(o FitOptions, list []replay.MeasuredLoad) (int, error) {
	const clearly = 0.8 // share of the misfit that remains
	first := o.Config.MaxTokens
	if o.Shape != "" && o.Shape != physical || !o.Config.Chunked {
		return first, nil
	}
	some := beginnings(list)
	best, err := underBudget(o, first, some, nil)
	if err != nil || best == nil {
		return first, err
	}
	found := first
	for _, budget := range usualBudgets {
		if budget == first || budget < o.Config.MaxSequences*(1+o.Config.Draft) {
			continue
		}
		t, err := underBudget(o, budget, some, best)
		if err != nil {
			return first, err
		}
		if t != nil && t.score < clearly*best.score {
			best, found = t, budget
		}
	}
	return found, nil
}

// underBudget returns the result of a search that begins at the timelines of logs. It returns nil
// if there are none, and if the budget does not matter for the values of another trial.
func underBudget(o FitOptions, budget int, list []replay.MeasuredLoad, other *trial) (*trial, error) {
	o.Config.MaxTokens = budget
	f, err := newFitter(o, list)
	if err != nil {
		return nil, err
	}
	if other != nil {
		same, err := f.simulate(other.values)
		if err != nil || same.score == other.score {
			return nil, err
		}
	}
	f.best.score = math.Inf(1)
	values := f.timelineStart()
	if values == nil {
		return nil, nil
	}
	if err := f.iterate(values); err != nil || math.IsInf(f.best.score, 1) {
		return nil, err
	}
	return &f.best, nil
}

// beginnings returns the first requests of loads that have many, which is enough to tell a budget.
func beginnings(list []replay.MeasuredLoad) []replay.MeasuredLoad {
	const enough = 1500
	some := make([]replay.MeasuredLoad, len(list))
	for i, e := range list {
		if n := len(e.Demand.Requests); n > enough {
			rows := 0
			for rows < len(e.Rows) && e.Rows[rows].To <= enough {
				rows++
			}
			e.Demand.Requests, e.Rows = e.Demand.Requests[:enough], e.Rows[:rows]
		}
		some[i] = e
	}
	return some
}
