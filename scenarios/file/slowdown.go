package file

import (
	"fmt"

	"wavetank/scenarios/strict"
	"wavetank/sim/quantity"
)

// SlowMachines is a span of time in which machines of an entry of the fleet are slow.
type SlowMachines struct {
	From   quantity.Duration `yaml:"from,required" doc:"when machines become slow, from the start of the run"`
	Until  quantity.Duration `yaml:"until,required" doc:"when they are no longer slow"`
	Factor quantity.Factor   `yaml:"factor,required" doc:"factor on the time of a batch, or of a step of an LLM engine, that starts in the span; it holds to its end"`
	Share  quantity.Percent  `yaml:"share" doc:"share of the machines of the entry that are slow"`
}

// SetDefaults implements strict.Defaulter.
func (s *SlowMachines) SetDefaults() { s.Share = 100 }

// Check implements strict.Checker.
func (s *SlowMachines) Check(_ *strict.Node, report func(path, message string)) {
	checkSpan(s.From, s.Until, report)
	if !(s.Factor >= 1 && s.Factor <= 1000) {
		report("factor", fmt.Sprintf("%v is outside 1x to 1000x", s.Factor))
	}
	checkMachineShare(s.Share, report)
}
