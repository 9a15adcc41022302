package file

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	"wavetank/policies/registry"
	"wavetank/scenarios/strict"
	"wavetank/sim/fleet"
)

// LeversOf returns the levers of a policy. A lever that the policy does not name is that of the
// scenario, or else the default. The same holds for the levers of single models.
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

// dropLate fills in the admission and the batcher if neither policy nor scenario names them. If the
// allocator plans close to the full capacity of replicas (PlansClosely), late requests have to be
// dropped:
//
//   - If all requests have an objective for the first token, admission drops them (early-drop).
//     Engines of LLMs form their own batches, so a batcher cannot. The batcher sarathi keeps their
//     steps as short as the objective per token asks for.
//   - Otherwise the batcher drops them (nexus). Models with an objective for the first token get
//     sarathi.
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

// heldToTokens returns the batcher sarathi for each model with an objective for the first token.
// all reports whether every model has such an objective.
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

// checkLevers reports parameters with which no lever can be made. n is the scenario as written, or
// nil if it was not read from a file.
func (s *Scenario) checkLevers(n *strict.Node, report func(path, message string)) {
	ctx := registry.Context{
		Period:  time.Duration(s.Control.Period),
		Offered: func() ([][]float64, error) { return nil, errors.New("there is no run") },
		Spec:    &fleet.Spec{},
	}
	for _, c := range s.Classes {
		ctx.Spec.Classes = append(ctx.Spec.Classes, fleet.Class{Name: c.Name})
	}
	s.eachLever(n, func(lever Lever, path string) {
		name, _ := lever.Chosen()
		if name == "" {
			return
		}
		ReportFields(lever.Check(ctx), name, func(field, message string) { report(path+"."+field, message) })
	})
}

// eachLever calls do for every lever that the scenario names, with its path. n is the scenario as
// written, or nil if it was not read from a file.
func (s *Scenario) eachLever(n *strict.Node, do func(lever Lever, path string)) {
	models := func(of PerModel, owner string) {
		for _, model := range slices.Sorted(maps.Keys(of)) {
			levers := of[model]
			for _, lever := range levers.All() {
				do(lever, PerModelPath(owner, model)+"."+lever.Key)
			}
		}
	}
	for _, lever := range s.All() {
		do(lever, lever.Key)
	}
	models(s.PerModel, "")
	for i := range s.Policies {
		p := &s.Policies[i]
		do(Lever{"allocator", &p.Allocator}, AllocatorPath(n, i))
		for _, lever := range p.All() {
			do(lever, fmt.Sprintf("policies[%d].%s", i, lever.Key))
		}
		models(p.PerModel, fmt.Sprintf("policies[%d]", i))
	}
}

// EachProgram calls do for every policy that starts another program, with its path.
func (s *Scenario) EachProgram(n *strict.Node, do func(p registry.ProgramStarter, path string)) {
	s.eachLever(n, func(lever Lever, path string) {
		name, params := lever.Chosen()
		if p, ok := params.(registry.ProgramStarter); ok {
			do(p, path+"."+name)
		}
	})
}

// EachFile calls do for every policy that is in a file of its own, with the path of the file's
// name.
func (s *Scenario) EachFile(n *strict.Node, do func(p registry.FileReader, path string)) {
	var within func(params any, path string)
	within = func(params any, path string) {
		if p, ok := params.(registry.FileReader); ok {
			do(p, path+".file")
		}
		if p, ok := params.(registry.Containing); ok {
			for key, choice := range p.Contained() {
				name, params := choice.Chosen()
				within(params, path+"."+key+"."+name)
			}
		}
	}
	s.eachLever(n, func(lever Lever, path string) {
		name, params := lever.Chosen()
		within(params, path+"."+name)
	})
}

// ShareFiles lets a policy that was changed have what was read from the files of the original, and
// the folder of its programs.
func ShareFiles(original, changed *Policy) {
	read := map[string]registry.FileReader{}
	policies := func(p *Policy) *Scenario { return &Scenario{Policies: []Policy{*p}} }
	policies(original).EachFile(nil, func(p registry.FileReader, path string) { read[path] = p })
	policies(changed).EachFile(nil, func(p registry.FileReader, path string) {
		if from := read[path]; from != nil && from.FileName() == p.FileName() {
			p.ShareFile(from)
		}
	})
	policies(changed).EachProgram(nil, func(to registry.ProgramStarter, path string) {
		policies(original).EachProgram(nil, func(from registry.ProgramStarter, at string) {
			if at == path {
				to.StartIn(from.StartsIn())
			}
		})
	})
}

// EffectOf returns a text that is equal for policies with the same effect in the scenario, whatever
// their names: the allocator and all levers, as YAML.
func (s *Scenario) EffectOf(p *Policy) (string, error) {
	levers, err := strict.Encode(s.LeversOf(p))
	if err != nil {
		return "", err
	}
	allocator, err := strict.Encode(p.Allocator)
	return string(allocator) + string(levers), err
}
