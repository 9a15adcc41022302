package routing

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// PrefixAware gives each LLM request to the open replica with the highest score:
//
//	weight × blocks of the prompt in its cache − (1 − weight) × blocks of unfinished prompts
//
// Blocks are KV blocks, and the cache is the prefix cache. Ties go to the fewest unfinished
// requests, then to the lowest identity. If the numbers of unfinished requests of two replicas
// differ by more than imbalance, balance comes first: the replica with the fewest takes the
// request. The router knows the present content of each cache, as if replicas published what they
// store and evict. It may see the load with a delay (staleness).
type PrefixAware struct {
	weight    float64
	imbalance int
	reports   reports
	most      *fleet.Measure
}

// Defaults of PrefixAware.
const (
	DefaultPrefixWeight    = 0.8
	DefaultPrefixImbalance = 32
)

// NewPrefixAware returns the router.
func NewPrefixAware(weight float64, imbalance int, staleness time.Duration) (*PrefixAware, error) {
	var faults []error
	if !(weight >= 0 && weight <= 1) {
		faults = append(faults, fmt.Errorf("weight: %v is outside [0, 1]", weight))
	}
	if imbalance < 0 {
		faults = append(faults, fmt.Errorf("imbalance: %d is negative", imbalance))
	}
	r, err := newReports(staleness)
	if err := errors.Join(append(faults, err)...); err != nil {
		return nil, err
	}
	most := &fleet.Measure{Key: func(f *fleet.Fleet, at fleet.ReplicaID) float64 { return -float64(f.Outstanding(at)) }}
	return &PrefixAware{weight, imbalance, r, most}, nil
}

// Route implements sim.Router.
func (p *PrefixAware) Route(v *sim.View, r *fleet.Request) fleet.ReplicaID {
	idle, fewest := v.Least(r.Model, fleet.LeastOutstanding)
	if idle == fleet.NoReplica {
		return idle
	}
	if _, most := v.Least(r.Model, p.most); -most-fewest > float64(p.imbalance) {
		return idle
	}
	p.reports.refresh(v, r.Model)
	best, score, unfinished := fleet.NoReplica, 0.0, 0
	for i := range v.Open(r.Model) {
		at := v.OpenAt(r.Model, i)
		s := p.weight*float64(v.Matched(at, r)) - (1-p.weight)*float64(p.reports.load(v, at).Prompts)
		if c := v.Deployment(at).Tokens; c != nil {
			s /= float64(c.Block)
		}
		n := v.Outstanding(at)
		if best == fleet.NoReplica || s > score || s == score && (n < unfinished || n == unfinished && at < best) {
			best, score, unfinished = at, s, n
		}
	}
	return best
}

// String returns "prefix-aware", with the parameters that differ from their defaults.
func (p *PrefixAware) String() string {
	var parts []string
	if p.weight != DefaultPrefixWeight {
		parts = append(parts, fmt.Sprintf("weight %v", p.weight))
	}
	if p.imbalance != DefaultPrefixImbalance {
		parts = append(parts, fmt.Sprintf("imbalance %d", p.imbalance))
	}
	if p.reports.every > 0 {
		parts = append(parts, fmt.Sprintf("staleness %v", p.reports.every))
	}
	if len(parts) == 0 {
		return "prefix-aware"
	}
	return "prefix-aware(" + strings.Join(parts, ", ") + ")"
}
