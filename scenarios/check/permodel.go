package check

import (
	"wavetank/scenarios/file"
	"wavetank/sim/fleet"
)

// leversOf is the levers of some models.
type leversOf struct {
	file.Levers
	models []fleet.ModelID
	whose  string // " of resnet", where one model has a lever of its own; else ""
}

// byRouter returns the levers of a policy for all models that share its router, and then those of
// each model with a router of its own.
func (e *Review) byRouter(l file.Levers) []leversOf {
	return e.parted(l, func(own file.ModelLevers, into *file.Levers) bool {
		into.Router = own.Router
		return own.Router != nil
	})
}

// byBatcher is byRouter for batchers.
func (e *Review) byBatcher(l file.Levers) []leversOf {
	return e.parted(l, func(own file.ModelLevers, into *file.Levers) bool {
		into.Batcher = own.Batcher
		return own.Batcher != nil
	})
}

// parted returns the levers of the models that have one of their own apart from those of the rest.
// Models that decode for others are left out: they go with these.
func (e *Review) parted(l file.Levers, put func(own file.ModelLevers, into *file.Levers) bool) []leversOf {
	rest, list := leversOf{Levers: l}, []leversOf(nil)
	for i := range e.Spec.Models {
		m, name := fleet.ModelID(i), e.Spec.Models[i].Name
		if e.Spec.Decodes(m) {
			continue
		}
		one := leversOf{l, []fleet.ModelID{m}, " of " + name}
		if put(l.PerModel[name], &one.Levers) {
			list = append(list, one)
		} else {
			rest.models = append(rest.models, m)
		}
	}
	if len(rest.models) == 0 {
		return list
	}
	return append([]leversOf{rest}, list...)
}
