package figures

import (
	"math"
	"slices"
	"testing"

	"wavetank/metrics/rows"
	"wavetank/reports/analysis"
	"wavetank/reports/reportstest"
	"wavetank/reports/store"
)

// TestBarsOfMissesAddUp: the parts of a bar add up to all misses of a policy. Every cause has its
// own colour, and its striped part follows directly.
func TestBarsOfMissesAddUp(t *testing.T) {
	r := reportstest.WithMisses(reportstest.Synthetic(reportstest.Eight[:7], 2, 6))
	s := sheetFor(t, r)
	bands := s.CauseBands()
	for i, p := range s.Policies {
		sum, want := 0.0, 100-s.At(p, analysis.AttainmentColumn).Value.Mean
		for _, b := range bands {
			sum += b.Shares[i]
		}
		if math.Abs(sum-want) > 1e-3 {
			t.Errorf("%s: the bar is %v long, and %v %% were missed", p, sum, want)
		}
	}
	legend := causeLegend(bands)
	for i, e := range legend[:len(legend)-1] {
		if slices.ContainsFunc(legend[:i], func(o entry) bool { return o.fill == e.fill || o.name == e.name }) {
			t.Errorf("%s looks like another cause", e.name)
		}
	}
	for i, b := range bands {
		if b.Striped && (i == 0 || bands[i-1].Cause != b.Cause || bands[i-1].Striped) {
			t.Errorf("the stripes of %s do not follow it", b.Cause)
		}
	}
}

// TestWhatCanNeverBeServedHasABandOfItsOwn: rejected requests that no metric given_up_… counts have
// a band without stripes.
func TestWhatCanNeverBeServedHasABandOfItsOwn(t *testing.T) {
	var r store.Archive
	r.Manifest.Scenario = "refused"
	for policy, counts := range map[string][3]float64{"a": {10, 4, 3}, "b": {0, 0, 0}} {
		for i, metric := range []string{"missed_rejected", "missed_burst", "given_up_burst", "arrived"} {
			row := rows.Row{Scenario: "refused", Policy: policy, Measurement: rows.Measurement{Scope: rows.All, Metric: metric, Unit: "1", Value: 100}}
			if i < len(counts) {
				row.Value = counts[i]
			}
			r.Rows = append(r.Rows, row)
		}
	}
	r.Manifest.Policies = []string{"a", "b"}
	var got []float64
	for _, b := range sheetFor(t, r).CauseBands() {
		got = append(got, b.Shares[0])
	}
	if want := []float64{7, 4, 3}; !slices.Equal(got, want) {
		t.Errorf("bands are %v, want %v", got, want)
	}
}
