package file

import (
	"maps"
	"slices"
	"strings"

	"wavetank/policies/registry"
	"wavetank/scenarios/strict"
)

// PerModel is the levers that some models have of their own, by the name of the model.
type PerModel map[string]ModelLevers

// ModelLevers is the levers of a model. What it does not name is the policy's.
type ModelLevers struct {
	Router  *registry.Router  `yaml:"router,omitempty" doc:"gives the requests of the model to replicas; the policy's when not given"`
	Batcher *registry.Batcher `yaml:"batcher,omitempty" doc:"forms the batches of the model; the policy's when not given"`
}

// Check implements strict.Checker.
func (l *ModelLevers) Check(_ *strict.Node, report func(path, message string)) {
	if l.Router == nil && l.Batcher == nil {
		report("", "name a router or a batcher")
	}
}

// All lists the levers that are given.
func (l *ModelLevers) All() (list []Lever) {
	if l.Router != nil {
		list = append(list, Lever{"router", l.Router})
	}
	if l.Batcher != nil {
		list = append(list, Lever{"batcher", l.Batcher})
	}
	return list
}

// PerModelPath returns the path of the levers of a model, where they are written: for all policies,
// with an owner of "", or for the one at a path.
func PerModelPath(owner, model string) string {
	if owner != "" {
		owner += "."
	}
	return strict.Join(owner+"per-model", model)
}

// over returns the levers of models with those of a policy before those of the scenario.
func (p PerModel) over(scenario PerModel) PerModel {
	if len(p) == 0 {
		return scenario
	}
	all := maps.Clone(scenario)
	if all == nil {
		all = PerModel{}
	}
	for model, own := range p {
		l := all[model]
		if own.Router != nil {
			l.Router = own.Router
		}
		if own.Batcher != nil {
			l.Batcher = own.Batcher
		}
		all[model] = l
	}
	return all
}

// Label lists the levers of models, for example " + resnet: round-robin, clockwork".
func (p PerModel) Label() string {
	var b strings.Builder
	for _, model := range slices.Sorted(maps.Keys(p)) {
		var parts []string
		if r := p[model].Router; r != nil {
			parts = append(parts, r.Label())
		}
		if l := p[model].Batcher; l != nil {
			parts = append(parts, l.Label())
		}
		b.WriteString(" + " + model + ": " + strings.Join(parts, ", "))
	}
	return b.String()
}

// Routers returns the routers that models have of their own.
func (p PerModel) Routers() map[string]*registry.Router {
	list := map[string]*registry.Router{}
	for model, l := range p {
		if l.Router != nil {
			list[model] = l.Router
		}
	}
	return list
}

// Batchers returns the batchers that models have of their own.
func (p PerModel) Batchers() map[string]*registry.Batcher {
	list := map[string]*registry.Batcher{}
	for model, l := range p {
		if l.Batcher != nil {
			list[model] = l.Batcher
		}
	}
	return list
}
