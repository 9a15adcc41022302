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
	s.dropLate(&l, p)
	l.PerModel = p.PerModel.over(s.PerModel)
	return l
}

// dropLate completes levers of which neither policy nor scenario names an admission or a batcher.
// An allocator that plans close to what replicas can do goes with levers that give up what would be
// late: the admission where all requests are held to a time to their first token, since engines of
// LLMs form their own batches, else the batcher.
func (s *Scenario) dropLate(l *Levers, p *Policy) {
	admission, batcher := "always", "greedy"
	if p.Allocator.PlansClosely() {
		if s.allInTokens() {
			admission = "early-drop"
		} else {
			batcher = "nexus"
		}
	}
	if l.Admission == nil {
		l.Admission = new(registry.Admission)
		l.Admission.Choose(admission, nil)
	}
	if l.Batcher == nil {
		l.Batcher = new(registry.Batcher)
		l.Batcher.Choose(batcher, nil)
	}
}

// allInTokens reports whether all requests are held to a time to their first token.
func (s *Scenario) allInTokens() bool {
	for i := range s.Workload {
		w := &s.Workload[i]
		if w.SLO == nil || w.SLO.FirstToken == 0 || w.Split != nil {
			return false
		}
	}
	return len(s.Workload) > 0
}

// checkLevers reports the parameters with which no lever can be made. N is the scenario as it is
// written, or nil where it was not read.
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
