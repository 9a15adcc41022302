package build

import (
	"time"

	"wavetank/sim/fleet"
)

// Gap says why a model cannot use a machine type.
type Gap struct {
	Model fleet.ModelID
	Type  fleet.TypeID
	Why   string // the reason, a clause

	of   shortcoming
	took time.Duration // time that misses the objective, if of is tooSlow
	who  string        // the request that takes this time, in words
	key  string        // key of the missed objective, for LLMs
}

// shortcoming is the kind of a gap. Kinds that come later are closer to a deployment that can be
// used.
type shortcoming int

const (
	unknown  shortcoming = iota
	noDevice             // the model has no profile for the devices of the machine
	noRoom               // the machine has too few cores, too little memory, or no fitting slice
	unsound              // the profile has a fault, which has been reported
	tooSmall             // the mean request does not fit into a replica
	tooSlow              // the objective cannot be met
	noGap
)

// keepNearest replaces the gap by another gap of the same model and machine type, if that is closer
// to a deployment that can be used.
func (g *Gap) keepNearest(other Gap) {
	if g.of == unknown || other.of > g.of || other.of == g.of && other.took < g.took {
		*g = other
	}
}
