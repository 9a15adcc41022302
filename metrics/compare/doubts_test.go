package compare

import (
	"maps"
	"slices"
	"testing"

	"wavetank/metrics/rows"
)

// TestModelsThatNobodyServesAreTold: a model without a replica and a model that is always late have
// the same attainment. Only the first has a warning.
func TestModelsThatNobodyServesAreTold(t *testing.T) {
	row := func(policy, scope, metric string, value float64) rows.Row {
		return rows.Row{Policy: policy, Measurement: rows.Measurement{Scope: scope, Metric: metric, Value: value}}
	}
	one := []rows.Row{
		row("a", rows.All, "arrived", 10), row("a", rows.All, "throughput", 0), row("a", rows.All, "arrived", 12), row("a", rows.All, "throughput", 0.5),
		row("b", rows.All, "arrived", 10), row("b", rows.All, "throughput", 0), row("b", "class:x", "throughput", 0), row("b", "class:x", "arrived", 3),
		row("c", rows.All, "arrived", 0), row("c", rows.All, "throughput", 0),
	}
	doubts := func(data []rows.Row, policy string) []string {
		return Doubts(slices.DeleteFunc(slices.Clone(data), func(r rows.Row) bool { return r.Policy != policy }))
	}
	for policy, want := range map[string][]string{"a": nil, "b": {"not one request was answered, though some came"}, "c": nil} {
		if got := doubts(one, policy); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", policy, got, want)
		}
	}
	var two []rows.Row
	for _, policy := range []string{"a", "b"} {
		two = append(two, row(policy, rows.All, "arrived", 9), row(policy, rows.All, "throughput", 3), row(policy, "vit", "arrived", 5),
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

func TestDoubtsAreSaidWhereSomethingIsDoubtful(t *testing.T) {
	made := func(values map[string]float64) (list []rows.Row) {
		for _, metric := range slices.Sorted(maps.Keys(values)) {
			list = append(list, rows.Row{Policy: "a", Measurement: rows.Measurement{Scope: rows.All, Metric: metric, Value: values[metric]}})
		}
		return list
	}
	held := map[string]float64{"wanted": 6000, "held_back": 4624, "client_wait_mean": 115.7, "client_wait_max": 231, "latency_mean": 1.7}
	const text = "the client held back 4,624 of 6,000 requests (77 %) because of its limit in flight; the requests waited 116 s at the client on average and 231 s at most, which no latency counts"
	none := map[string]float64{"wanted": 6000, "held_back": 0, "client_wait_mean": 0.001, "client_wait_max": 1, "latency_mean": 1.7}
	for i, c := range []struct {
		data []rows.Row
		want []string
	}{
		{made(held), []string{text}},
		{made(none), nil},
		{made(map[string]float64{"latency_mean": 1}), nil},
	} {
		if got := Doubts(c.data); !slices.Equal(got, c.want) {
			t.Errorf("case %d: %q, want %q", i, got, c.want)
		}
	}
}
