package build

import (
	"fmt"
	"slices"

	"wavetank/scenarios/builtin"
	"wavetank/scenarios/file"
	"wavetank/sim/spelling"
)

// catalogue holds the machines and models that a scenario can name: the built-in ones and its own.
// An entry of the scenario replaces the built-in one of the same name.
type catalogue struct {
	machines []builtin.Machine
	models   []builtin.Model
}

// catalogueOf returns the catalogue of a scenario.
func catalogueOf(s *file.Scenario) (c catalogue, err error) {
	machines, err := builtin.Machines()
	if err != nil {
		return c, err
	}
	models, err := builtin.Models()
	if err != nil {
		return c, err
	}
	c.machines = override(machines, s.Machines, func(m builtin.Machine) string { return m.Name })
	c.models = override(models, s.Models, func(m builtin.Model) string { return m.Name })
	return c, nil
}

// override returns the entries of by, then the entries of list whose names are not in by.
func override[T any](list, by []T, name func(T) string) []T {
	kept := slices.Clone(by)
	for _, entry := range list {
		if !slices.ContainsFunc(by, func(other T) bool { return name(other) == name(entry) }) {
			kept = append(kept, entry)
		}
	}
	return kept
}

// check reports models of the scenario whose names mean something else in results. It also reports
// devices that no machine has.
func (c *catalogue) check(own []builtin.Model, found *findings) {
	kinds := []string{builtin.CPU}
	for _, m := range c.machines {
		if m.GPU != "" && !slices.Contains(kinds, m.GPU) {
			kinds = append(kinds, m.GPU)
		}
	}
	for i, m := range own {
		if m.Name == "all" || slices.Contains(kinds, m.Name) {
			found.report(fmt.Sprintf("models[%d].name", i),
				fmt.Sprintf("a model cannot be called %q: results have that name for something else", m.Name))
		}
		for j, v := range m.Variants {
			for k, p := range v.Devices {
				if slices.Contains(kinds, p.Device) {
					continue
				}
				path := fmt.Sprintf("models[%d].variants[%d].devices[%d]", i, j, k)
				found.forget(path + ".gpu-memory") // the device may be other than a GPU
				found.report(path+".device",
					fmt.Sprintf("no machine has the device %q%s", p.Device, spelling.Suggest(p.Device, kinds)))
			}
		}
	}
}
