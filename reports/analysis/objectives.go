package analysis

import (
	"fmt"
	"strings"

	"wavetank/metrics/compare"
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

// Tail is a kind of time that objectives limit, with the metric whose percentiles are shown next to
// the verdict.
type Tail struct {
	Title, Metric string
	Bound         func(rows.Objective) float64 // limit in seconds; 0: none
}

// Tails lists the kinds of time that objectives limit.
var Tails = []Tail{
	{"Latency", "latency", func(o rows.Objective) float64 { return o.Latency }},
	{"TTFT", "ttft", func(o rows.Objective) float64 { return o.FirstToken }},
	{"TPOT", "tpot", func(o rows.Objective) float64 { return o.PerToken }},
}

// TailText prints the percentile of a time that is shown next to a verdict. It prints "–" if there
// is none.
func (a *Analysis) TailText(t Tail, v compare.Verdict) string {
	c := a.At(v.Policy, Column{v.Scope, t.Metric + "_" + Percentile(v.Objective)})
	if c == nil {
		return "–"
	}
	return wording.Rough(c.Unit, c.Value)
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
