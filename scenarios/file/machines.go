package file

import (
	"wavetank/scenarios/strict"
	"wavetank/sim/quantity"
)

// Outages names a trace with the times at which machines of a type are down.
type Outages struct {
	File string `yaml:"file,required" doc:"table with the columns machine, down and up; path relative to the scenario file"`
}

// Check implements strict.Checker.
func (o *Outages) Check(_ *strict.Node, report func(path, message string)) { named(report, o.File) }

// Availability names a trace with the number of machines of a type that can be rented over time.
type Availability struct {
	File   string            `yaml:"file,required" doc:"table with the columns time and available; path relative to the scenario file"`
	Notice quantity.Duration `yaml:"notice,required" doc:"when the number falls, the newest machines above it end after this time and drain meanwhile"`
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
