package check

import (
	"wavetank/scenarios/file"
	"wavetank/sim/fleet"
)

// leversOf holds the levers of some models.
type leversOf struct {
	file.Levers
	models []fleet.ModelID
	whose  string // " of resnet" if one model has a lever of its own; otherwise ""
}

// byRouter returns the levers of all models that share the policy's router. Then come the levers of
// each model with a router of its own.
func (e *Review) byRouter(l file.Levers) []leversOf {
	return e.parted(l, func(own file.ModelLevers, into *file.Levers) bool {
		into.Router = own.Router
		return own.Router != nil
	})
}

// byBatcher does the same as byRouter, for batchers.
func (e *Review) byBatcher(l file.Levers) []leversOf {
	return e.parted(l, func(own file.ModelLevers, into *file.Levers) bool {
		into.Batcher = own.Batcher
		return own.Batcher != nil
	})
}

// parted returns the levers of all models without a lever of their own, then the levers of each
// model with one. put sets the lever of a model, and reports whether it has one. Models that decode
// for another model are left out, because they have the levers of that model.
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
