package routing

import (
	"fmt"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// Pairing is for LLM requests whose prompts and outputs are computed by different replicas.
//
//	prompt  goes to the prefill replica whose unfinished requests have the fewest prompt tokens
//	output  goes to a decoding replica whose unfinished requests have the fewest prompt tokens: to
//	        the best one on the machine of the prompt, where the KV cache need not move, if this
//	        replica has at most imbalance more unfinished requests than the best one of the fleet;
//	        otherwise to the best one of the fleet
//
// Ties go to the fewest unfinished requests, then to the lowest identity. The time of a decision
// grows with the number of replicas of a machine, not of the fleet.
type Pairing struct{ imbalance int }

// NewPairing returns the router.
func NewPairing(imbalance int) (Pairing, error) {
	if imbalance < 0 {
		return Pairing{}, fmt.Errorf("imbalance: %d is negative", imbalance)
	}
	return Pairing{imbalance}, nil
}

// Route implements sim.Router.
func (p Pairing) Route(v *sim.View, r *fleet.Request) fleet.ReplicaID {
	least, _ := v.Least(r.Model, fleet.LeastTokens)
	source := v.Prefilled(r)
	if least == fleet.NoReplica || source == fleet.NoReplica {
		return least
	}
	best := fleet.NoReplica
	for _, at := range v.Machine(v.Replica(source).Machine).Placed() {
		replica := v.Replica(at)
		if replica.Model != r.Model || !replica.Open() || v.Outstanding(at) > v.Outstanding(least)+p.imbalance {
			continue
		}
		if best == fleet.NoReplica || v.PromptTokens(at) < v.PromptTokens(best) ||
			v.PromptTokens(at) == v.PromptTokens(best) && v.Outstanding(at) < v.Outstanding(best) {
			best = at
		}
	}
	if best == fleet.NoReplica {
		return least
	}
	return best
}

// String returns "pairing", with the imbalance if it differs from its default.
func (p Pairing) String() string {
	if p.imbalance == DefaultImbalance {
		return "pairing"
	}
	return fmt.Sprintf("pairing(imbalance %d)", p.imbalance)
}
