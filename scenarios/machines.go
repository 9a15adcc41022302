package scenarios

import (
	"fmt"

	"wavetank/scenarios/strict"
	"wavetank/sim/fleet"
	"wavetank/sim/quantity"
	"wavetank/workload/table"
	"wavetank/workload/trace"
)

// Outages names the trace of when machines of a type are down.
type Outages struct {
	File string `yaml:"file,required" doc:"table with the columns machine, down and up; relative to the scenario file"`
}

// Check implements strict.Checker.
func (o *Outages) Check(_ *strict.Node, report func(path, message string)) { named(report, o.File) }

// Availability names the trace of how many machines of a type can be rented.
type Availability struct {
	File   string            `yaml:"file,required" doc:"table with the columns time and available; relative to the scenario file"`
	Notice quantity.Duration `yaml:"notice,required" doc:"from the fall of the number to the end of the newest machines beyond it, which drain meanwhile"`
}

// Check implements strict.Checker.
func (a *Availability) Check(_ *strict.Node, report func(path, message string)) {
	named(report, a.File)
	nonNegative(report, "notice", a.Notice)
}

func named(report func(path, message string), file string) {
	if file == "" {
		report("file", "no file is named")
	}
}

// machines reads the traces of machines into the catalogue.
func (e *Experiment) machines(f *Loaded, report func(path, message string)) {
	for i := range e.Scenario.Fleet {
		use, kind := &e.Scenario.Fleet[i], &fleet.MachineType{}
		if len(e.Spec.Types) == len(e.Scenario.Fleet) { // else some are not known
			kind = &e.Spec.Types[i]
		}
		if o := use.Outages; o != nil {
			e.input(f, o.File, fmt.Sprintf("fleet[%d].outages.file", i), report, func(file table.File) (rows int, err error) {
				kind.Outages, err = trace.ReadOutages(file)
				for _, list := range kind.Outages {
					rows += len(list)
				}
				return rows, err
			})
		}
		if a := use.Availability; a != nil {
			e.input(f, a.File, fmt.Sprintf("fleet[%d].availability.file", i), report, func(file table.File) (rows int, err error) {
				kind.Supply, err = trace.ReadSupply(file)
				return len(kind.Supply), err
			})
		}
	}
}

// input reads a trace of machines and notes it among the inputs.
func (e *Experiment) input(f *Loaded, name, path string, report func(path, message string), read func(table.File) (rows int, err error)) {
	file := f.Open(name)
	in := Input{File: name}
	var err error
	if in.Rows, err = read(file); err == nil {
		in.SHA256, err = digest(file)
	}
	if err != nil {
		report(path, err.Error())
		return
	}
	e.Inputs = append(e.Inputs, in)
}
