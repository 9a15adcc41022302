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
	if l.Batcher == nil {
		l.Batcher = new(registry.Batcher)
		l.Batcher.Choose(p.Allocator.DefaultBatcher(), nil)
	}
	l.PerModel = p.PerModel.over(s.PerModel)
	return l
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
