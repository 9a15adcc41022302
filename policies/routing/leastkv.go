package routing

import (
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// LeastKV gives each LLM request to the open replica with the smallest used share of its KV
// blocks. The blocks that waiting prompts need count as used. Ties go to the fewest unfinished
// requests, then to the lowest identity. The router may see the load with a delay (staleness). The
// time of a decision grows with the number of replicas, because caches fill all the time.
type LeastKV struct{ reports reports }

// NewLeastKV returns the router. Replicas report their load at intervals of the staleness. With a
// staleness of 0 the router knows the present load.
func NewLeastKV(staleness time.Duration) (*LeastKV, error) {
	r, err := newReports(staleness)
	return &LeastKV{r}, err
}

// Route implements sim.Router.
func (p *LeastKV) Route(v *sim.View, r *fleet.Request) fleet.ReplicaID {
	p.reports.refresh(v, r.Model)
	best, least := fleet.NoReplica, sim.TokenLoad{}
	for i := range v.Open(r.Model) {
		at := v.OpenAt(r.Model, i)
		if load := p.reports.load(v, at); best == fleet.NoReplica || p.less(v, at, load, best, least) {
			best, least = at, load
		}
	}
	return best
}

// less reports whether replica a comes before b. Their known loads are x and y.
func (p *LeastKV) less(v *sim.View, a fleet.ReplicaID, x sim.TokenLoad, b fleet.ReplicaID, y sim.TokenLoad) bool {
	if l, r := p.filled(v, a, x)*int64(max(1, y.Blocks)), p.filled(v, b, y)*int64(max(1, x.Blocks)); l != r {
		return l < r
	}
	if p.reports.every == 0 && v.Outstanding(a) != v.Outstanding(b) {
		return v.Outstanding(a) < v.Outstanding(b)
	}
	return a < b
}

// filled returns the number of KV blocks in use, plus those that waiting prompts need.
func (p *LeastKV) filled(v *sim.View, at fleet.ReplicaID, load sim.TokenLoad) int64 {
	if c := v.Deployment(at).Tokens; c != nil {
		return int64(load.Held) + (load.Queued+int64(c.Block)-1)/int64(c.Block)
	}
	return 0
}

// String returns "least-kv", with its staleness.
func (p *LeastKV) String() string { return p.reports.suffix("least-kv") }
