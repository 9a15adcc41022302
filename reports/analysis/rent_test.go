package analysis

import (
	"testing"

	"wavetank/metrics/rows"
	"wavetank/reports/store"
)

func TestWhatIsRentedIsSaidInWords(t *testing.T) {
	r := store.Archive{Manifest: store.Manifest{Scenario: "day"}}
	for replication, least := range []float64{2, 1} {
		for scope, values := range map[string][3]float64{
			"machine:big": {least, 3.25, 4 + float64(replication)}, "machine:small": {1, 1, 1}, "machine:none": {},
		} {
			for i, metric := range []string{"machines_min", "machines", "machines_max"} {
				r.Rows = append(r.Rows, rows.Row{Scenario: "day", Policy: "a", Replication: replication,
					Measurement: rows.Measurement{Scope: scope, Metric: metric, Unit: "1", Value: values[i]}})
			}
		}
	}
	a, err := Of(r)
	if err != nil {
		t.Fatal(err)
	}
	a.Columns = []Column{{"machine:big", "machines"}, {"machine:small", "machines"}, {"machine:none", "machines"}}
	if got, want := a.rent("a", Plain), "1 to 5 big (mean 3.2) and 1 small"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
