package file

import (
	"fmt"
	"time"

	"wavetank/scenarios/strict"
	"wavetank/sim/quantity"
)

// Failures says how machines of a type break down.
type Failures struct {
	MTBF         quantity.Duration   `yaml:"mtbf,required" doc:"mean time that a machine is up until it fails"`
	Repair       quantity.Duration   `yaml:"mttr,required" was:"repair" doc:"mean time until it is up again, empty"`
	Distribution FailureDistribution `yaml:"distribution" was:"law" doc:"exponential: both times vary; deterministic: they are always the mean"`
}

// FailureDistribution is the distribution of the times up and under repair.
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

// Spot says how machines of a type are taken back by their owner.
type Spot struct {
	MeanLife quantity.Duration `yaml:"mean-lifetime,required" was:"mean-life" doc:"mean time from up to the notice, exponential"`
	Notice   quantity.Duration `yaml:"notice,required" doc:"from the notice to the end; the machine drains meanwhile"`
}

// Check implements strict.Checker.
func (s *Spot) Check(_ *strict.Node, report func(path, message string)) {
	seldom(report, "mean-lifetime", s.MeanLife)
	nonNegative(report, "notice", s.Notice)
}

// seldom reports a mean time between losses that is too short for a run to get on.
func seldom(report func(path, message string), path string, d quantity.Duration) {
	if d < quantity.Duration(time.Second) {
		report(path, fmt.Sprintf("%v is shorter than 1s", d))
	}
}

// LostRequests says what becomes of requests whose replica is lost.
type LostRequests string

// Choices implements strict.Chooser.
func (LostRequests) Choices() []string { return []string{"retry", "fail"} }

// Hint implements strict.Hinter.
func (*Machines) Hint(key string) string {
	switch key {
	case "min", "minimum", "least":
		return "how much is kept at least is a policy's to say: replicas of each model by min-replicas, as in {follow: {min-replicas: 1}}"
	case "count", "number", "machines":
		return "max is the most machines at a time; policies decide how many there are"
	}
	return ""
}

// checkDynamics reports what no machine does.
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
