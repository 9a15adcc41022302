package scenarios

import (
	"fmt"
	"strings"
	"time"

	"wavetank/policies/allocation"
	"wavetank/scenarios/reference"
)

// describe describes a constant fleet in words.
func (e *Experiment) describe(f allocation.Targets) string {
	var parts []string
	for d, n := range f.Replicas {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d × %s", n, e.Spec.Deployments[d].Name))
		}
	}
	return strings.Join(parts, ", ")
}

// describeSchedule describes a clairvoyant schedule in words.
func (e *Experiment) describeSchedule(s reference.Setting) string {
	parts := []string{fmt.Sprintf("hold %v", time.Duration(s.Hold)*time.Duration(e.Scenario.Control.Period))}
	for m, h := range s.Headroom {
		parts = append(parts, fmt.Sprintf("headroom of %s %.2f", e.Spec.Models[m].Name, h))
	}
	if s.Parts > 1 {
		parts = append(parts, fmt.Sprintf("planned for every %v", time.Duration(e.Scenario.Control.Period)/time.Duration(s.Parts)))
	}
	if s.Ceiling > 0 {
		parts = append(parts, fmt.Sprintf("ceiling %.0f %% of the peak", 100*s.Ceiling))
	}
	if s.Batcher != "" {
		parts = append(parts, "batcher "+s.Batcher)
	}
	return strings.Join(parts, ", ")
}
