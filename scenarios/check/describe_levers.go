package check

import (
	"slices"
	"strings"

	"wavetank/policies/registry"
	"wavetank/scenarios/file"
)

// describeLevers lists the default admissions and batchers of policies, if neither policy nor
// scenario names one. These defaults depend on the allocator, so the resolved scenario does not
// contain them.
func (e *Review) describeLevers(text *strings.Builder) {
	var rows [][]string
	for _, key := range []string{"admission", "batcher"} {
		var names []string
		with := map[string][]string{} // names of policies; keys are names of levers
		for i := range e.Scenario.Policies {
			p := &e.Scenario.Policies[i]
			levers := e.Scenario.LeversOf(p)
			named, lever := p.Admission != nil || e.Scenario.Admission != nil, registry.Lever(levers.Admission)
			if key == "batcher" {
				named, lever = p.Batcher != nil || e.Scenario.Batcher != nil, levers.Batcher
			}
			name, _ := lever.Chosen()
			if named {
				continue
			}
			if key == "batcher" {
				name += e.enginesOf(p, levers).Label()
			}
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
			with[name] = append(with[name], p.Name)
		}
		slices.Sort(names)
		for _, name := range names {
			rows = append(rows, []string{key, name, strings.Join(with[name], ", ")})
		}
	}
	if len(rows) > 0 {
		listing(text, "Default levers of policies, which depend on their allocators", rows)
	}
}

// enginesOf returns the default batchers of single models, which neither the policy nor the
// scenario names.
func (e *Review) enginesOf(p *file.Policy, levers file.Levers) file.PerModel {
	unnamed := file.PerModel{}
	for model, l := range levers.PerModel {
		if l.Batcher != nil && p.PerModel[model].Batcher == nil && e.Scenario.PerModel[model].Batcher == nil {
			unnamed[model] = file.ModelLevers{Batcher: l.Batcher}
		}
	}
	return unnamed
}
