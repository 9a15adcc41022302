package fleet

import (
	"slices"
	"time"
)

// Pipeline is a way through several models. A stage begins when all branches of the one before have finished, and
// each of its branches is a request of one model. Behind a stage a request may go back, and pass stages once more.
type Pipeline struct {
	Name       string
	Stages     [][]ModelID   // the branches of each
	Back       []int         // per stage: the stage, up to it, that a request may go back to; -1: none; nil: no request goes back
	Target     time.Duration // latency objective from the arrival to the end of the last stage
	Percentile float64       // share of requests that must meet Target, in percent
}

// objective returns what of the objective of a request of the pipeline was left when it arrived at its stage.
func (p *Pipeline) objective(c *Spec, r *Request) time.Duration {
	target := p.Target
	if int(r.Class) < len(c.Classes) && c.Classes[r.Class].Target > 0 {
		target = c.Classes[r.Class].Target
	}
	return target - r.Arrival.Sub(r.Entered)
}

// Follows reports whether a request may come to a stage right behind another; the first comes behind -1.
func (p *Pipeline) Follows(stage, after int) bool {
	return stage == after+1 && stage < len(p.Stages) || after >= 0 && p.Back != nil && stage >= 0 && stage == p.Back[after]
}

// Loops reports whether a request may go back in the pipeline.
func (p *Pipeline) Loops() bool {
	return slices.ContainsFunc(p.Back, func(to int) bool { return to >= 0 })
}
