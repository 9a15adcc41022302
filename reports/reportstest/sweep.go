package reportstest

import (
	"fmt"

	"wavetank/metrics/rows"
	"wavetank/reports/store"
)

// Sweep makes the results of a sweep over a path with the given numbers and one with routers, for
// two policies in three replications. A higher number costs more, and serves more in time. The
// second policy costs one more, and the second router serves one point less.
func Sweep(numbers []float64, routers ...string) store.Archive {
	r := store.Archive{Manifest: store.Manifest{
		Scenario: "made", About: "Results that are made up.", Version: "test", Seed: 7, Replications: 3, Completed: 3,
		DurationSeconds: 3600, Policies: []string{"lp", "hpa"}, Listed: []string{"lp", "hpa"}, Resolved: "name: made\n",
		Sweep: &store.SweepDesign{Varied: []string{"fleet[0].max", "router"}},
	}}
	for _, number := range numbers {
		for i, router := range routers {
			r.Manifest.Sweep.Settings = append(r.Manifest.Sweep.Settings, store.SweepSetting{
				Values: []string{fmt.Sprint(number), router}, Policies: []string{"lp", "hpa"}, Replications: 3,
				Objectives: []rows.Objective{{Scope: rows.All, Name: "m", Percent: 95}},
			})
			var s store.SettingRows
			for p, policy := range []string{"lp", "hpa"} {
				for replication := range 3 {
					add := func(metric, unit string, value float64) {
						s.Rows = append(s.Rows, rows.Row{Scenario: "made", Policy: policy, Replication: replication,
							Measurement: rows.Measurement{Scope: rows.All, Metric: metric, Unit: unit, Value: value}})
					}
					add("cost_rate", "$/h", number+float64(p)+0.01*float64(replication))
					add("slo_attainment", "%", 90+number-float64(i)+0.01*float64(replication))
				}
			}
			r.Settings = append(r.Settings, s)
		}
	}
	return r
}
