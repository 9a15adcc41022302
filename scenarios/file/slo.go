package file

import (
	"fmt"
	"wavetank/scenarios/strict"
	"wavetank/sim/quantity"
)

// SLO is a service level objective.
type SLO struct {
	Latency    quantity.Duration `yaml:"latency,omitempty" doc:"longest time from arrival to finish; may be left out for LLMs"`
	FirstToken quantity.Duration `yaml:"ttft,omitempty" was:"first-token" doc:"longest time from arrival to the first token of the answer"`
	PerToken   quantity.Duration `yaml:"tpot,omitempty" was:"per-token" doc:"longest mean time per token after the first"`
	Accuracy   float64           `yaml:"mean-accuracy,omitempty" doc:"smallest mean accuracy of the answers, in percent, that allocators plan for"`
	Percentile float64           `yaml:"percentile" doc:"share of requests that must meet all given times, in percent"`
}

// SetDefaults implements strict.Defaulter.
func (s *SLO) SetDefaults() { s.Percentile = 99 }

// Check implements strict.Checker.
func (s *SLO) Check(_ *strict.Node, report func(path, message string)) {
	for _, o := range []struct {
		key  string
		most quantity.Duration
	}{{"latency", s.Latency}, {"ttft", s.FirstToken}, {"tpot", s.PerToken}} {
		nonNegative(report, o.key, o.most)
	}
	if s.Latency == 0 && s.FirstToken == 0 && s.PerToken == 0 {
		report("", "an slo needs a latency, a ttft or a tpot above 0")
	}
	if !(s.Accuracy >= 0 && s.Accuracy <= 100) {
		report("mean-accuracy", fmt.Sprintf("%v is outside [0, 100]", s.Accuracy))
	}
	switch {
	case !(s.Percentile > 0 && s.Percentile < 100):
		report("percentile", fmt.Sprintf("%v is outside (0, 100)", s.Percentile))
	case s.Percentile < 1:
		report("percentile", fmt.Sprintf("%v is below 1; the value is in percent, such as 95", s.Percentile))
	}
}
