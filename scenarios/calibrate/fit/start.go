package fit

import (
	"strings"

	"wavetank/sim/profile"
)

// startingValues returns the values with which a fit starts, one list for each start:
//   - the values of the given model, if there is one
//   - otherwise half the smallest TPOT for each step and half the smallest TTFT per prompt token
//   - for the physical shape and logs of requests, also those of timelineStart
//   - else, a start with a far smaller time per prompt token
//   - for shapes that take the larger of two formulas, also starts in which both formulas are equal
//     at 64 tokens; without timelineStart also at 16 and 256
func (f *fitter) startingValues() [][]float64 {
	if given := f.Config.StepTime.Vector(); given != (profile.Vector{}) {
		return [][]float64{f.valuesOf(given)}
	}
	step, prefill := f.shortest()
	if f.shape.Name == physical {
		if values := f.timelineStart(); values != nil {
			return [][]float64{values, f.start(step/2, prefill/2), f.start(step*0.8, step*0.8/64)}
		}
	}
	list := [][]float64{f.start(step/2, prefill/2), f.start(step*0.8, prefill/50)}
	if f.shape.Name == physical || f.shape.Name == "roofline" || f.shape.Name == "ridge" {
		for _, tokens := range []float64{16, 64, 256} {
			list = append(list, f.start(step*0.8, step*0.8/tokens))
		}
	}
	return list
}

// shortest returns the smallest TPOT, and the smallest time to a first token divided by the tokens
// of its prompt. Both are in seconds, and at most 1.
func (f *fitter) shortest() (step, prefill float64) {
	step, prefill = 1, 1
	for i := range f.list {
		e := &f.list[i]
		for _, r := range e.Rows {
			if out := e.MeanOutput(r); out > 1 && !r.HeldOut {
				step = min(step, r.TPOT(out))
			}
			first := r.TTFT
			if first == 0 {
				first = r.E2E // an upper bound
			}
			prefill = min(prefill, first/float64(e.Demand.Requests[r.From].Input))
		}
	}
	return step, prefill
}

// start returns values for the given times of a step and of a token of a prompt, in seconds.
func (f *fitter) start(step, token float64) []float64 {
	var c profile.Vector
	for _, p := range f.shape.Parameters {
		switch {
		case strings.HasSuffix(p.Name, ".constant"):
			c[p.Of[0]] = step
		case strings.HasSuffix(p.Name, ".prefill"):
			c[p.Of[0]] = token
		}
	}
	return f.valuesOf(c)
}
