package routing

import (
	"errors"
	"fmt"
	"strings"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// SessionAffinity gives each request to the replica that had the last request of the same session,
// as long as this replica is open and has at most imbalance more unfinished requests than the
// least loaded replica. Otherwise the request, and the session from then on, goes to the replica
// with the fewest unfinished requests. Ties go to the lowest identity. A request without a session
// goes to the replica with the fewest unfinished requests, too. The router remembers a bounded
// number of sessions. If there are more, it forgets the session that has not been used for longest.
type SessionAffinity struct {
	imbalance int
	sessions  *sessions
}

// Defaults of SessionAffinity.
const (
	DefaultImbalance = 8
	DefaultSessions  = 100_000
)

// NewSessionAffinity returns a router that remembers at most the given number of sessions.
func NewSessionAffinity(imbalance, remembered int) (*SessionAffinity, error) {
	var faults []error
	if imbalance < 0 {
		faults = append(faults, fmt.Errorf("imbalance: %d is negative", imbalance))
	}
	if remembered < 1 || remembered > 1<<26 {
		faults = append(faults, fmt.Errorf("sessions: %d is outside [1, %d]", remembered, 1<<26))
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return &SessionAffinity{imbalance, newSessions(remembered)}, nil
}

// Route implements sim.Router.
func (p *SessionAffinity) Route(v *sim.View, r *fleet.Request) fleet.ReplicaID {
	least, outstanding := v.Least(r.Model, fleet.LeastOutstanding)
	if r.Session == 0 || least == fleet.NoReplica {
		return least
	}
	home := p.sessions.home(r.Model, r.Session)
	if at := *home; at != fleet.NoReplica {
		if replica := v.Replica(at); replica.Open() && float64(v.Outstanding(at)) <= outstanding+float64(p.imbalance) {
			return at
		}
	}
	*home = least
	return least
}

// String returns "session-affinity", with the parameters that differ from their defaults.
func (p *SessionAffinity) String() string {
	var parts []string
	if p.imbalance != DefaultImbalance {
		parts = append(parts, fmt.Sprintf("imbalance %d", p.imbalance))
	}
	if n := p.sessions.limit; n != DefaultSessions {
		parts = append(parts, fmt.Sprintf("sessions %d", n))
	}
	if len(parts) == 0 {
		return "session-affinity"
	}
	return "session-affinity(" + strings.Join(parts, ", ") + ")"
}
