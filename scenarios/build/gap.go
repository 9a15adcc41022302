package build

import (
	"time"

	"wavetank/sim/fleet"
)

// Gap is why a model cannot use a machine type.
type Gap struct {
	Model fleet.ModelID
	Type  fleet.TypeID
	Why   string // a clause

	of   shortcoming
	took time.Duration // time that misses the objective, where of is tooSlow
	who  string        // what takes so long
	key  string        // key of the missed objective, for LLMs
}

// shortcoming is the kind of a gap. A later kind is nearer to no gap.
type shortcoming int

const (
	unknown  shortcoming = iota
	noDevice             // the machine has no device that the model has a profile for
	noRoom               // the machine has too few cores, too little memory, or no fitting slice
	unsound              // the profile has a fault, which has been reported
	tooSmall             // the mean request does not fit
	tooSlow              // the objective cannot be met
	noGap
)

// keepNearest replaces the gap by another of the same model and machine type that is nearer to no
// gap.
func (g *Gap) keepNearest(other Gap) {
	if g.of == unknown || other.of > g.of || other.of == g.of && other.took < g.took {
		*g = other
	}
}
