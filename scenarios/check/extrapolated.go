package check

import (
	"fmt"
	"strings"

	"wavetank/scenarios/wording"
)

// extrapolated warns of step-time models that are used where they were not measured: for longer
// requests, for more sequences at a time, or with an engine that schedules in another way.
func (e *Review) extrapolated() (list []string) {
	for i, law := range e.StepTimeFiles {
		d := &e.Spec.Deployments[i]
		if law == nil || d.Tokens == nil {
			continue
		}
		if law.Engine != nil {
			for _, other := range law.Engine.Differences(d.Tokens) {
				list = append(list, fmt.Sprintf("the step-time model %s of %s was fitted with %s", law.Name, d.Name, other))
			}
		}
		if law.Seen == nil {
			continue
		}
		if h := e.look().holds[i]; h.unseen > 0 {
			list = append(list, fmt.Sprintf("%s of the requests that come to %s are extrapolated: the step-time model %s has seen prompts of up to %.0f tokens, and requests of up to %.0f",
				wording.Percent(100*ratio(h.unseen, h.requests)), d.Name, law.Name, law.Seen.Prompt.Most, law.Seen.Context.Most))
		}
	}
	return list
}

// describeAdopted lists the settings of engines that the scenario does not give, and that are not
// the usual ones, but those of the engine with which the step-time model was fitted.
func (e *Review) describeAdopted(text *strings.Builder) {
	var rows [][]string
	for i, settings := range e.Adopted {
		if settings != "" {
			rows = append(rows, []string{e.Spec.Deployments[i].Name, e.StepTimeFiles[i].Name, settings})
		}
	}
	if len(rows) > 0 {
		listing(text, "Settings of engines that the scenario does not give, and that are not the usual ones: with them the step-time model was fitted", rows)
	}
}
