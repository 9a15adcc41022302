package sim

import (
	"time"

	"wavetank/sim/fleet"
)

// Health is the lever that takes ready replicas out of rotation, and puts them back. A replica out
// of rotation goes on with the requests that it has, and routers give it no new ones. Allocators
// count it as ready.
//
// The run calls Judge at the end of an instant: for all models after each interval, and for one
// model after Answered has returned true. Then it asks InRotation about each ready replica of the
// model. A replica that becomes ready is in rotation.
type Health interface {
	// Interval is the time between two checks of all replicas; above 0.
	Interval() time.Duration
	// Answered is called when a request that a replica was given ends, or when its client gives it
	// up. Ok says that it was answered and that its client still waited. It is not called for
	// requests that a replica can never serve. It returns true if Judge is to be called.
	Answered(at fleet.ReplicaID, ok bool) (judge bool)
	// Judge decides about the ready replicas of a model. With check set, an interval is over.
	Judge(v *View, m fleet.ModelID, check bool)
	// InRotation returns the decision about a replica.
	InRotation(at fleet.ReplicaID) bool
	String() string
}
