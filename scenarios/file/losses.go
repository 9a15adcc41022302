package file

import (
	"wavetank/scenarios/strict"
	"wavetank/sim/quantity"
)

// Failures says how machines of a type break down.
type Failures struct {
	MTBF         quantity.Duration   `yaml:"mtbf,required" doc:"mean time from a machine's start to its failure"`
	Repair       quantity.Duration   `yaml:"mttr,required" was:"repair" doc:"mean time from a failure until the machine is up again, without replicas"`
	Distribution FailureDistribution `yaml:"distribution" was:"law" doc:"exponential: both times are random; deterministic: they always equal the mean"`
}

// FailureDistribution is the distribution of the times to failure and to repair.
type FailureDistribution string

// Choices implements strict.Chooser.
func (FailureDistribution) Choices() []string { return []string{"exponential", "deterministic"} }

// Renamed implements strict.Renamer.
func (FailureDistribution) Renamed() map[string]string {
	return map[string]string{"constant": "deterministic"}
}

// SetDefaults implements strict.Defaulter.
func (f *Failures) SetDefaults() { f.Distribution = "exponential" }

// Check implements strict.Checker.
func (f *Failures) Check(_ *strict.Node, report func(path, message string)) {
	seldom(report, "mtbf", f.MTBF)
	nonNegative(report, "mttr", f.Repair)
}

// Spot says how the provider takes back machines of a type.
type Spot struct {
	MeanLife quantity.Duration `yaml:"mean-lifetime,required" was:"mean-life" doc:"mean time from a machine's start to the notice, exponentially distributed"`
	Notice   quantity.Duration `yaml:"notice,required" doc:"time from the notice to the end of the machine; it drains during this time"`
}

// Check implements strict.Checker.
func (s *Spot) Check(_ *strict.Node, report func(path, message string)) {
	seldom(report, "mean-lifetime", s.MeanLife)
	nonNegative(report, "notice", s.Notice)
}

// LostRequests says what happens to the requests of a lost replica.
type LostRequests string

// Choices implements strict.Chooser.
func (LostRequests) Choices() []string { return []string{"retry", "fail"} }

// Outages names a trace with the times at which machines of a type are down.
type Outages struct {
	File string `yaml:"file,required" doc:"table with the columns machine, down and up; path relative to the scenario file"`
}

// Check implements strict.Checker.
func (o *Outages) Check(_ *strict.Node, report func(path, message string)) { named(report, o.File) }

// Availability names a trace with the number of machines of a type that can be rented over time.
type Availability struct {
	File   string            `yaml:"file,required" doc:"table with the columns time and available; path relative to the scenario file"`
	Notice quantity.Duration `yaml:"notice,required" doc:"time from a fall of the number to the end of the newest machines above it; they drain during this time"`
}

// Check implements strict.Checker.
func (a *Availability) Check(_ *strict.Node, report func(path, message string)) {
	named(report, a.File)
	nonNegative(report, "notice", a.Notice)
}
