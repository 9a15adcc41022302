package routing

import (
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// LeastTokens gives each LLM request to the open replica whose unfinished requests have the fewest
// prompt tokens. Ties go to the fewest unfinished requests, then to the lowest identity. The router
// may see the load with a delay (staleness).
type LeastTokens struct{ reports reports }

// NewLeastTokens returns the router. Replicas report their load at intervals of the staleness. With
// a staleness of 0 the router knows the present load.
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
	for i := range v.Open(r.Model) {
		at := v.OpenAt(r.Model, i)
		if load := p.reports.load(v, at); best == fleet.NoReplica || load.Prompts < least.Prompts || load.Prompts == least.Prompts && at < best {
			best, least = at, load
		}
	}
	return best
}

// String returns "least-tokens", with its staleness.
func (p *LeastTokens) String() string { return p.reports.suffix("least-tokens") }
