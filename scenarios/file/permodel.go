package file

import (
	"maps"
	"slices"
	"strings"

	"wavetank/policies/registry"
	"wavetank/scenarios/strict"
)

// PerModel holds the levers of single models. Its keys are names of models.
type PerModel map[string]ModelLevers

// ModelLevers holds the levers of a model. A nil lever means the lever of the policy.
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

// PerModelPath returns the path of the levers of a model in the scenario. owner is the path of the
// policy to which they belong, or "" for all policies.
func PerModelPath(owner, model string) string {
	if owner != "" {
		owner += "."
	}
	return strict.Join(owner+"per-model", model)
}

// over joins the levers of single models of a policy, p, and of the scenario. Levers of the policy
// replace those of the scenario.
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

// Label lists the levers of single models, for example " + resnet: round-robin, clockwork".
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

// Routers returns the routers of single models.
func (p PerModel) Routers() map[string]*registry.Router {
	list := map[string]*registry.Router{}
	for model, l := range p {
		if l.Router != nil {
			list[model] = l.Router
		}
	}
	return list
}

// Batchers returns the batchers of single models.
func (p PerModel) Batchers() map[string]*registry.Batcher {
	list := map[string]*registry.Batcher{}
	for model, l := range p {
		if l.Batcher != nil {
			list[model] = l.Batcher
		}
	}
	return list
}
