package file

import (
	"wavetank/scenarios/strict"
	"wavetank/sim/quantity"
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
