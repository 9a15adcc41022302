package replay

import (
	"testing"

	"wavetank/scenarios/builtin"
)

func TestRangesAreThoseOfTheRowsInTheFit(t *testing.T) {
	requests := []TimedRequest{{Arrival: 0, Input: 100, Output: 20}, {Arrival: 1, Input: 300, Output: 50}, {Arrival: 9, Input: 7000, Output: 10}}
	rows := []MeasuredRow{{From: 0, To: 1, E2E: 3}, {From: 1, To: 2, E2E: 3}, {From: 2, To: 3, E2E: 1, HeldOut: true}}
	list := []MeasuredLoad{{Demand: Demand{Requests: requests}, Rows: rows}}
	got := RangesOf(list, false)
	// The load is that of all rows: 7480 tokens in 10 s, and 0.7 requests in flight on average.
	want := builtin.Seen{
		Prompt: builtin.SeenRange{Least: 100, Most: 300}, Context: builtin.SeenRange{Least: 120, Most: 350},
		Sequences: builtin.SeenRange{Least: 0.7, Most: 2}, Tokens: builtin.SeenRange{Least: 748, Most: 748},
	}
	if got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if all := RangesOf(list, true); all.Prompt.Most != 7000 {
		t.Errorf("with the row held out: %+v", all)
	}
}
