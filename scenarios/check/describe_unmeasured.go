package check

import (
	"fmt"
	"slices"
	"strings"

	"wavetank/scenarios/build"
	"wavetank/scenarios/wording"
	"wavetank/sim/fleet"
)

// describeUnmeasured lists the figures that were not measured: times of deployments that are
// derived or made from kernels, and figures of machines that the catalogue assumes.
func (e *Review) describeUnmeasured(text *strings.Builder) {
	table := [][]string{{"figure", "rests on", "of"}}
	for _, g := range e.unmeasured() {
		table = append(table, []string{"times", fmt.Sprintf("%s: %s", g.Basis, g.Source), enumerated(g.names)})
	}
	assumed := map[string][]string{} // names of machine types, by their assumed figures
	var order []string
	for t, figures := range e.Assumed {
		key := strings.Join(figures, ", ")
		if key == "" {
			continue
		}
		if assumed[key] == nil {
			order = append(order, key)
		}
		assumed[key] = append(assumed[key], e.Spec.Types[t].Name)
	}
	for _, key := range order {
		table = append(table, []string{key, "assumptions of the catalogue", enumerated(assumed[key])})
	}
	if len(table) > 1 {
		listing(text, "What to measure before you rely on it (derived: from data sheets, or from another device; kernels: the time of the GPU\nalone, from measured kernels)", table)
	}
}

// group holds deployments whose times come from the same place.
type group struct {
	build.Provenance
	names []string
}

// unmeasured groups the deployments whose times were not measured.
func (e *Review) unmeasured() (list []group) {
	for i, o := range e.Provenances {
		if !o.Unmeasured() {
			continue
		}
		at := slices.IndexFunc(list, func(g group) bool { return g.Provenance == o })
		if at < 0 {
			at, list = len(list), append(list, group{Provenance: o})
		}
		list[at].names = append(list[at].names, e.Spec.Deployments[i].Name)
	}
	return list
}

// Unmeasured returns the names of those deployments whose times were not measured.
func (e *Review) Unmeasured(of []fleet.DeploymentID) (names []string) {
	for _, d := range of {
		if e.Provenances[d].Unmeasured() {
			names = append(names, e.Spec.Deployments[d].Name)
		}
	}
	return names
}

// enumerated writes at most three names, and the number of the others.
func enumerated(names []string) string {
	const most = 3
	if len(names) > most+1 {
		return fmt.Sprintf("%s and %s more", strings.Join(names[:most], ", "), wording.Count(int64(len(names)-most)))
	}
	return strings.Join(names, ", ")
}
