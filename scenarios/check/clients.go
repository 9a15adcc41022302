package check

import (
	"fmt"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/quantity"
)

// impatient warns of clients whose timeout, or whose delay before a hedge, is shorter than the time
// of a mean request that is alone on the fastest deployment of its model.
func (e *Review) impatient() (list []string) {
	for i := range e.Traffic {
		l := &e.Traffic[i]
		c := l.Stream.Client
		if c == nil || l.Stages != nil {
			continue
		}
		l.Mix.Each(func(m fleet.ModelID, _ float64) {
			d := e.fastest(m)
			if d == nil {
				return
			}
			takes, name := d.Latency.Latency(1), e.Spec.Models[m].Name
			if timeout := time.Duration(c.Timeout); timeout > 0 && timeout < takes {
				list = append(list, fmt.Sprintf("clients of the stream %s wait for %v, but a mean request of %s takes %v even alone on the fastest deployment, %s: hardly any is answered",
					l.Name, c.Timeout, name, quantity.Duration(takes), d.Name))
			}
			if h := c.Hedge; h != nil && time.Duration(h.Delay) < takes {
				list = append(list, fmt.Sprintf("clients of the stream %s hedge after %v, but a mean request of %s takes %v even alone on the fastest deployment, %s: almost every request is sent twice",
					l.Name, h.Delay, name, quantity.Duration(takes), d.Name))
			}
		})
	}
	return list
}

// fastest returns the deployment of a model on which a request alone takes least time, or nil.
func (e *Review) fastest(m fleet.ModelID) (best *fleet.Deployment) {
	for i := range e.Spec.Deployments {
		if d := &e.Spec.Deployments[i]; d.Model == m && (best == nil || d.Latency.Latency(1) < best.Latency.Latency(1)) {
			best = d
		}
	}
	return best
}
