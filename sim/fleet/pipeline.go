package fleet

import "time"

// Pipeline is a way through several models. A stage begins when all branches of the one before have finished, and
// each of its branches is a request of one model.
type Pipeline struct {
	Name       string
	Stages     [][]ModelID   // the branches of each
	Target     time.Duration // latency objective from the arrival to the end of the last stage
	Percentile float64       // share of requests that must meet Target, in percent
}

// objective returns what of the objective of a request of the pipeline was left when it arrived at its stage.
func (p *Pipeline) objective(c *Catalog, r *Request) time.Duration {
	target := p.Target
	if int(r.Class) < len(c.Classes) && c.Classes[r.Class].Target > 0 {
		target = c.Classes[r.Class].Target
	}
	return target - r.Arrival.Sub(r.Entered)
}
