package builtin

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"wavetank/scenarios/strict"
)

//go:embed machines.yaml
var machinesYAML []byte

//go:embed models.yaml
var modelsYAML []byte

//go:embed llms.yaml
var llmsYAML []byte

// MachineList is a set of machine types under one key, as in machines.yaml.
type MachineList struct {
	Machines []Machine `yaml:"machines,required" doc:"machine types that can be rented"`
}

// ModelList is a set of models under one key, as in models.yaml.
type ModelList struct {
	Models []Model `yaml:"models,required" doc:"models that can be served"`
}

// Check reports machine types of the same name.
func (l *MachineList) Check(_ *strict.Node, report func(path, message string)) {
	repeated(l.Machines, func(m Machine) string { return m.Name }, "name", func(path, message string) { report("machines"+path, message) })
}

// Check reports models of the same name.
func (l *ModelList) Check(_ *strict.Node, report func(path, message string)) {
	repeated(l.Models, func(m Model) string { return m.Name }, "name", func(path, message string) { report("models"+path, message) })
}

// Machines returns the machine types of the catalogue, in its order. The list is a copy, but its
// entries share what they point to, which must not be changed.
func Machines() ([]Machine, error) {
	list, err := machines()
	return slices.Clone(list), err
}

// Models returns the models of the catalogue, in its order. The list is a copy, but its entries
// share what they point to, which must not be changed.
func Models() ([]Model, error) {
	list, err := models()
	return slices.Clone(list), err
}

// The catalogue is read once, when it is first asked for.
var machines, models = sync.OnceValues(readMachines), sync.OnceValues(readModels)

func readMachines() ([]Machine, error) {
	var list MachineList
	if err := read("machines.yaml", machinesYAML, &list); err != nil {
		return nil, err
	}
	return list.Machines, nil
}

func readModels() ([]Model, error) {
	var list, llms ModelList
	if err := read("models.yaml", modelsYAML, &list); err != nil {
		return nil, err
	}
	if err := read("llms.yaml", llmsYAML, &llms); err != nil {
		return nil, err
	}
	return append(list.Models, llms.Models...), nil
}

// FindMachine returns the machine type with the given name from a list. The error for an unknown
// name suggests a similar name, or machines with a GPU of this name.
func FindMachine(list []Machine, name string) (Machine, error) {
	m, err := find(list, name, "machine", func(m Machine) string { return m.Name })
	if with := cheapestWith(list, name); err != nil && len(with) > 0 {
		return m, fmt.Errorf("unknown machine %q; it is a GPU of %s", name, strings.Join(with, ", "))
	}
	return m, err
}

// cheapestWith returns the names of machines with a kind of GPU: the cheapest of each provider.
func cheapestWith(list []Machine, gpu string) (names []string) {
	var cheapest []Machine
	for _, m := range list {
		if m.GPU == "" || !strings.EqualFold(m.GPU, gpu) {
			continue
		}
		at := slices.IndexFunc(cheapest, func(other Machine) bool { return other.Provider() == m.Provider() })
		switch {
		case at < 0:
			cheapest = append(cheapest, m)
		case m.Price < cheapest[at].Price:
			cheapest[at] = m
		}
	}
	for _, m := range cheapest {
		names = append(names, m.Name)
	}
	return names
}

// FindModel returns the model with the given name from a list. The error for an unknown name
// suggests a similar name.
func FindModel(list []Model, name string) (Model, error) {
	return find(list, name, "model", func(m Model) string { return m.Name })
}

// FindVariant returns the variant of a model with the given name. The error for an unknown name
// suggests a similar name.
func FindVariant(m Model, name string) (Variant, error) {
	return find(m.Variants, name, "variant of "+m.Name, func(v Variant) string { return v.Name })
}
