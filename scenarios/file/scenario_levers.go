package file

import (
	"errors"
	"fmt"
	"reflect"
	"time"
	"wavetank/policies/registry"
	"wavetank/scenarios/strict"
	"wavetank/sim/fleet"
)

// LeversOf returns the levers of a policy, with the scenario's where it names none. So it is with
// each lever of a model.
func (s *Scenario) LeversOf(p *Policy) Levers {
	l, own := s.Levers, reflect.ValueOf(&p.Levers).Elem()
	for i, v := range reflect.ValueOf(&l).Elem().Fields() {
		if given := own.FieldByIndex(i.Index); !given.IsNil() {
			v.Set(given)
		}
	}
	l.PerModel = p.PerModel.over(s.PerModel)
	s.dropLate(&l, p)
	return l
}

// dropLate completes levers of which neither policy nor scenario names an admission or a batcher.
// An allocator that plans close to what replicas can do goes with levers that give up what would be
// late: the admission where all requests are held to a time to their first token, since engines of
// LLMs form their own batches, else the batcher. The steps of those engines are as short as the
// objective per token asks for.
func (s *Scenario) dropLate(l *Levers, p *Policy) {
	admission, batcher := "always", "greedy"
	if p.Allocator.PlansClosely() {
		engines, all := s.heldToTokens()
		batcher = "nexus"
		if all {
			admission, batcher = "early-drop", "sarathi"
		} else if l.Batcher == nil {
			l.PerModel = l.PerModel.over(engines)
		}
	}
	if l.Admission == nil {
		l.Admission = new(registry.WithDefaults[registry.Admission](admission))
	}
	if l.Batcher == nil {
		l.Batcher = new(registry.WithDefaults[registry.Batcher](batcher))
	}
}

// heldToTokens returns a batcher for each model whose requests are held to a time to their first
// token, and whether all models are such.
func (s *Scenario) heldToTokens() (engines PerModel, all bool) {
	engines, all = PerModel{}, len(s.Workload) > 0
	for i := range s.Workload {
		w := &s.Workload[i]
		if w.SLO == nil || w.SLO.FirstToken == 0 || w.Split != nil {
			all = false
			continue
		}
		engines[w.Model] = ModelLevers{Batcher: new(registry.WithDefaults[registry.Batcher]("sarathi"))}
	}
	return engines, all
}

// checkLevers reports the parameters with which no lever can be made. N is the scenario as it is
// written, or nil if it was not read.
func (s *Scenario) checkLevers(n *strict.Node, report func(path, message string)) {
	ctx := registry.Context{
		Period:  time.Duration(s.Control.Period),
		Offered: func() ([][]float64, error) { return nil, errors.New("there is no run") },
		Spec:    &fleet.Spec{},
	}
	for _, c := range s.Classes {
		ctx.Spec.Classes = append(ctx.Spec.Classes, fleet.Class{Name: c.Name})
	}
	check := func(lever Lever, path string) {
		name, _ := lever.Chosen()
		if name == "" {
			return
		}
		ReportFields(lever.Check(ctx), name, func(field, message string) { report(path+"."+field, message) })
	}
	checkModels := func(of PerModel, owner string) {
		for model, levers := range of {
			for _, lever := range levers.All() {
				check(lever, PerModelPath(owner, model)+"."+lever.Key)
			}
		}
	}
	for _, lever := range s.All() {
		check(lever, lever.Key)
	}
	checkModels(s.PerModel, "")
	for i := range s.Policies {
		p := &s.Policies[i]
		check(Lever{"allocator", &p.Allocator}, AllocatorPath(n, i))
		for _, lever := range p.All() {
			check(lever, fmt.Sprintf("policies[%d].%s", i, lever.Key))
		}
		checkModels(p.PerModel, fmt.Sprintf("policies[%d]", i))
	}
}
