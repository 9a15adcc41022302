package fleet

import (
	"math"
	"slices"
	"time"
)

// MostPipelines is the largest number of pipelines.
const MostPipelines = math.MaxInt8

// objective returns the part of the pipeline's objective that is left when a branch arrives.
func (p *Pipeline) objective(c *Spec, r *Request) time.Duration {
	target := p.Target
	if int(r.Class) < len(c.Classes) && c.Classes[r.Class].Target > 0 {
		target = c.Classes[r.Class].Target
	}
	return target - r.Arrival.Sub(r.Entered)
}

// Follows reports whether stage may be the next stage of a request that has passed stage after. At
// the start of the pipeline, after is -1.
func (p *Pipeline) Follows(stage, after int) bool {
	return stage == after+1 && stage < len(p.Stages) || after >= 0 && p.Back != nil && stage >= 0 && stage == p.Back[after]
}

// Asks reports whether some stage of the pipeline has a branch for a model.
func (p *Pipeline) Asks(m ModelID) bool {
	return slices.ContainsFunc(p.Stages, func(stage []ModelID) bool { return slices.Contains(stage, m) })
}

// Loops reports whether a request may go back in the pipeline.
func (p *Pipeline) Loops() bool {
	return slices.ContainsFunc(p.Back, func(to int) bool { return to >= 0 })
}
