package metrics

import (
	"slices"
	"testing"
)

// TestModelsThatNobodyServesAreTold: a policy without a replica of a model has the attainment of a
// model that is late. Only the words tell them apart.
func TestModelsThatNobodyServesAreTold(t *testing.T) {
	row := func(policy, scope, metric string, value float64) Row {
		return Row{Policy: policy, Measure: Measure{Scope: scope, Metric: metric, Value: value}}
	}
	one := []Row{
		row("a", All, "arrived", 10), row("a", All, "throughput", 0), row("a", All, "arrived", 12), row("a", All, "throughput", 0.5),
		row("b", All, "arrived", 10), row("b", All, "throughput", 0), row("b", "class:x", "throughput", 0), row("b", "class:x", "arrived", 3),
		row("c", All, "arrived", 0), row("c", All, "throughput", 0),
	}
	doubts := func(rows []Row, policy string) []string {
		return Doubts(slices.DeleteFunc(slices.Clone(rows), func(r Row) bool { return r.Policy != policy }))
	}
	for policy, want := range map[string][]string{"a": nil, "b": {"not one request was answered, though some came"}, "c": nil} {
		if got := doubts(one, policy); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", policy, got, want)
		}
	}
	var two []Row
	for _, policy := range []string{"a", "b"} {
		two = append(two, row(policy, All, "arrived", 9), row(policy, All, "throughput", 3), row(policy, "vit", "arrived", 5),
			row(policy, "vit", "throughput", 0), row(policy, "bert", "arrived", 4), row(policy, "bert", "throughput", 3))
	}
	for _, policy := range []string{"a", "b"} {
		if got, want := doubts(two, policy), []string{"not one request of vit was answered, though some came"}; !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", policy, got, want)
		}
	}
	if got := Doubts(nil); got != nil {
		t.Errorf("%q of no rows", got)
	}
}
