package routing

import (
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// LeastTokens gives each LLM request to the ready replica whose unfinished requests have the fewest
// prompt tokens. Ties go to the fewest of these requests, then to the lowest identity. What it
// knows of the replicas may be stale.
type LeastTokens struct{ reports reports }

// NewLeastTokens returns the router. With a staleness it knows the load that replicas report once
// in that time. With a staleness of 0 it knows the present load.
func NewLeastTokens(staleness time.Duration) (*LeastTokens, error) {
	r, err := newReports(staleness)
	return &LeastTokens{r}, err
}

// Route implements sim.Router.
func (p *LeastTokens) Route(v *sim.View, r *fleet.Request) fleet.ReplicaID {
	if p.reports.every == 0 {
		at, _ := v.Least(r.Model, fleet.LeastTokens)
		return at
	}
	p.reports.refresh(v, r.Model)
	best, least := fleet.NoReplica, sim.TokenLoad{}
	for i := range v.Ready(r.Model) {
		at := v.ReadyAt(r.Model, i)
		if load := p.reports.load(v, at); best == fleet.NoReplica || load.Prompts < least.Prompts || load.Prompts == least.Prompts && at < best {
			best, least = at, load
		}
	}
	return best
}

// String returns "least-tokens", with its staleness.
func (p *LeastTokens) String() string { return p.reports.suffix("least-tokens") }
