package allocation

import (
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// since is the instant from which replicas of a deployment have been booting or loading.
type since struct {
	at   kernel.Time
	some bool
}

// keepLoading raises targets so that a deployment gives up no replica for a while after one of its
// replicas begins to boot or load. Otherwise a replica could be given up before it serves, although
// its start was paid.
func (p *Stages) keepLoading(s *Situation, c *Chosen) {
	if p.KeepLoading == nil {
		return
	}
	if p.loading == nil {
		p.loading = make([]since, len(c.Replicas))
	}
	for d, n := range c.Replicas {
		count, l := s.View.Count(fleet.DeploymentID(d)), &p.loading[d]
		if count.Loading == 0 {
			l.some = false
			continue
		}
		if !l.some {
			*l = since{s.View.Now(), true}
		}
		if s.View.Now() < l.at.Add(p.KeepLoading(s.View.Spec().Lead(fleet.DeploymentID(d)))) {
			kept := count.Current()
			if p.UseSpare && p.wanted != nil {
				kept = min(kept, p.wanted[d]) // without those in spare room
			}
			if kept > n {
				c.Replicas[d] = kept
				c.Altered()
			}
		}
	}
}
