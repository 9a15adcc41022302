package tables

import (
	"strings"
	"testing"

	"wavetank/metrics/rows"
	"wavetank/reports/reportstest"
)

// TestAccuracyStandsInEveryComparison: if there is a choice of variants, the decisive table shows
// the accuracy of each policy, and of each model with a choice. The overview of a run without
// objectives shows it, too, and so does the file of verdicts. Without a choice the terminal shows
// no accuracy.
func TestAccuracyStandsInEveryComparison(t *testing.T) {
	objectives := []rows.Objective{{Scope: "resnet", Name: "resnet", Percent: 99, Latency: 1, About: "latency 1s"}, {Scope: "bert", Name: "bert", Percent: 95, Latency: 1, About: "latency 1s"}}
	r := reportstest.Verdicts(objectives, map[string]map[string][]float64{
		"dp": {"resnet": {99.5, 99.6, 99.7}, "bert": {97, 97, 98}}, "lp": {"resnet": {99.5, 99.6, 99.7}, "bert": {97, 97, 98}},
	})
	for replication := range 3 {
		for _, m := range []struct {
			policy, scope string
			value         float64
		}{{"dp", rows.All, 81.26}, {"dp", "resnet", 76.13}, {"dp", "bert", 88}, {"lp", rows.All, 82.5}, {"lp", "resnet", 77.5}, {"lp", "bert", 88}} {
			r.Rows = append(r.Rows, rows.Row{Scenario: r.Manifest.Scenario, Policy: m.policy, Replication: replication,
				Measurement: rows.Measurement{Scope: m.scope, Metric: "accuracy", Unit: "%", Value: m.value}})
		}
	}
	if text := sheetFor(t, r).decisive(); strings.Contains(strings.Join(text.head, " "), "Accuracy") {
		t.Error("the accuracy is reported although there is no choice")
	}
	r.Manifest.Accuracies = []string{rows.All, "resnet"}
	got := sheetFor(t, r).decisive()
	at := -1
	for i, head := range got.head {
		if head == "Accuracy\n(%)" {
			at = i
		}
	}
	if at < 0 {
		t.Fatalf("the head is %q", got.head)
	}
	cells := map[string]string{}
	policy := ""
	for _, line := range got.lines {
		if !strings.HasPrefix(line[0], indent) {
			policy = line[0]
		}
		cells[policy+line[0]] = line[at]
	}
	for name, want := range map[string]string{"dpdp": "81.3", "dp" + indent + "resnet": "76.1", "dp" + indent + "bert": "", "lplp": "82.5", "lp" + indent + "resnet": "77.5"} {
		if cells[name] != want {
			t.Errorf("%s: %q, want %q", name, cells[name], want)
		}
	}
	for what, text := range map[string]string{"terminal": terminal(t, r, 120), "report": markdown(t, r)} {
		if !strings.Contains(text, "81.3") || !strings.Contains(text, "77.5") {
			t.Errorf("the %s does not tell the accuracies", what)
		}
	}
	data, err := encodeVerdicts(sheetFor(t, r))
	if text := string(data); err != nil || !strings.Contains(text, ",accuracy,") || !strings.Contains(text, ",76.13,") || !strings.Contains(text, ",82.5,") {
		t.Errorf("%v\n%s", err, text)
	}
	r.Manifest.Objectives = nil
	if head := sheetFor(t, r).decisive().head; !strings.Contains(strings.Join(head, " "), "Accuracy") {
		t.Errorf("the overview has %q", head)
	}
}
