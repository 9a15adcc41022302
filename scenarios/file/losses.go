package file

import (
	"fmt"
	"time"

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

// Spot says how the owner of machines of a type takes them back.
type Spot struct {
	MeanLife quantity.Duration `yaml:"mean-lifetime,required" was:"mean-life" doc:"mean time from a machine's start to the notice, exponentially distributed"`
	Notice   quantity.Duration `yaml:"notice,required" doc:"time from the notice to the end of the machine, which drains meanwhile"`
}

// Check implements strict.Checker.
func (s *Spot) Check(_ *strict.Node, report func(path, message string)) {
	seldom(report, "mean-lifetime", s.MeanLife)
	nonNegative(report, "notice", s.Notice)
}

// seldom reports a mean time between losses below 1 s: a run with it would take too long.
func seldom(report func(path, message string), path string, d quantity.Duration) {
	if d < quantity.Duration(time.Second) {
		report(path, fmt.Sprintf("%v is shorter than 1s", d))
	}
}

// LostRequests says what happens to the requests of a lost replica.
type LostRequests string

// Choices implements strict.Chooser.
func (LostRequests) Choices() []string { return []string{"retry", "fail"} }

// Hint implements strict.Hinter.
func (*Machines) Hint(key string) string {
	switch key {
	case "min", "minimum", "least":
		return "policies say how much is kept at least: min-replicas gives the replicas of each model, as in {follow: {min-replicas: 1}}"
	case "count", "number", "machines":
		return "max is the most machines at a time; policies decide how many there are"
	}
	return ""
}

// checkDynamics reports keys about losses that exclude each other, and an interference out of
// range.
func (m *Machines) checkDynamics(report func(path, message string)) {
	if m.Failures != nil && m.Outages != nil {
		report("outages", "a machine has either failures or a trace of outages, not both")
	}
	if m.Spot != nil && m.Availability != nil {
		report("availability", "a machine has either spot or a trace of its availability, not both")
	}
	if m.Interference != 0 && !(m.Interference >= 1 && m.Interference <= 100) {
		report("interference", fmt.Sprintf("%v is outside 1 to 100", m.Interference))
	}
}
