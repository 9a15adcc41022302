package analysis

import (
	"fmt"
	"strings"

	"wavetank/metrics/rows"
	"wavetank/reports/wording"
)

// Percentile returns the percentile that is shown next to an objective: the lowest one that is no
// lower than the share of the objective, or else the highest.
func Percentile(o rows.Objective) string {
	for _, p := range []struct {
		share float64
		name  string
	}{{50, "p50"}, {90, "p90"}, {95, "p95"}} {
		if o.Percent <= p.share {
			return p.name
		}
	}
	return "p99"
}

// Judged lists the objectives that have verdicts.
func (a *Analysis) Judged() []rows.Objective {
	return Keep(a.Manifest.Objectives, func(o rows.Objective) bool { return o.Percent > 0 })
}

// ObjectivesText lists the objectives in a sentence. It returns "" if none is known.
func (a *Analysis) ObjectivesText() string {
	var names []string
	for _, o := range a.Judged() {
		text := fmt.Sprintf("%s %s %% in time", o.Name, wording.Number(o.Percent))
		if o.About != "" {
			text += " (" + o.About + ")"
		}
		names = append(names, text)
	}
	if len(names) == 0 {
		return ""
	}
	return wording.Verb(names, "Objective: ", "Objectives: ") + strings.Join(names, "; ") + "."
}
