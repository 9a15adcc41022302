package build

import (
	"time"

	"wavetank/sim/fleet"
)

// Gap is why a model cannot use a machine type.
type Gap struct {
	Model fleet.ModelID
	Type  fleet.TypeID
	Why   string

	of   shortcoming
	took time.Duration // what is too slow
	key  string        // of the objective that is missed
}

// shortcoming is what a gap is of. The later ones are nearer to no gap at all.
type shortcoming int

const (
	unknown  shortcoming = iota
	noDevice             // that the model has a profile for
	noRoom               // on the machine
	unsound              // what is wrong has been reported
	tooSmall             // the mean request of an LLM does not fit
	tooSlow              // for the objective
	noGap
)

// keepNearest takes another gap of the same model and machine type where that is nearer to none.
func (g *Gap) keepNearest(other Gap) {
	if g.of == unknown || other.of > g.of || other.of == g.of && other.took < g.took {
		*g = other
	}
}
