package build

import (
	"fmt"
	"maps"
	"slices"

	"wavetank/scenarios/file"
	"wavetank/sim/fleet"
	"wavetank/sim/spelling"
)

// checkPerModel reports levers for models that no stream asks for. If a stream has a fault, it
// reports nothing, because the stream may ask for the model.
func checkPerModel(s *file.Scenario, ids map[string]fleet.ModelID, found *findings) {
	if found.settled.Touch("workload") {
		return
	}
	names := slices.Sorted(maps.Keys(ids))
	check := func(of file.PerModel, owner string) {
		for model := range of {
			if _, known := ids[model]; !known {
				found.report(file.PerModelPath(owner, model), fmt.Sprintf("no stream asks for a model %q%s", model, spelling.Suggest(model, names)))
			}
		}
	}
	check(s.PerModel, "")
	for i := range s.Policies {
		check(s.Policies[i].PerModel, fmt.Sprintf("policies[%d]", i))
	}
}
