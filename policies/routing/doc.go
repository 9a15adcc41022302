// Package routing holds the routers: one rule each for giving a request to a replica. A router that finds no
// replica to its liking answers fleet.NoReplica, and the request waits.
package routing

import (
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// fewest keeps the replica with the fewest outstanding requests of those it is shown, ties the lowest identity.
type fewest struct {
	replica     fleet.ReplicaID
	outstanding int
}

var nobody = fewest{replica: fleet.NoReplica}

func (f *fewest) consider(v *sim.View, at fleet.ReplicaID) {
	n := v.Outstanding(at)
	if f.replica == fleet.NoReplica || n < f.outstanding || n == f.outstanding && at < f.replica {
		*f = fewest{at, n}
	}
}
