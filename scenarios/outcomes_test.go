package scenarios

import (
	"reflect"
	"testing"

	"wavetank/metrics/rows"
	"wavetank/scenarios/file"
	"wavetank/scenarios/reference"
)

// TestOutcomesOfAReferenceAreSearchedForOnce: the outcomes of a reference are those of its runs. A
// later command with the same Keeper neither searches nor simulates, unless the search would depend
// on something else.
func TestOutcomesOfAReferenceAreSearchedForOnce(t *testing.T) {
	kept := &shelf{}
	made := func(more ...file.Change) *Experiment {
		e := small(t, append(more, file.Change{Path: "duration", Value: "40s"}, file.Change{Path: "policies", Value: "[static-best]"}, file.Change{Path: "baseline", Value: `""`})...)
		e.Keeper = kept
		return e
	}
	searched := 0
	outcomes := func(e *Experiment) []reference.Measured {
		list, err := e.Outcomes(t.Context(), 0, 2, func(string, int) { searched++ })
		if err != nil || len(list) != e.Scenario.Replications {
			t.Fatal(list, err)
		}
		return list
	}
	first := made()
	want := outcomes(first)
	if searched == 0 {
		t.Error("there was no search")
	}
	for r, o := range want {
		f, _, err := first.Finish(t.Context(), 0, r, Brief)
		if err != nil || f.Value(rows.All, "cost") != o.Cost {
			t.Errorf("replication %d costs %v, in its run %v, %v", r, o.Cost, f, err)
		}
	}
	searched = 0
	if got := outcomes(made()); !reflect.DeepEqual(got, want) || searched > 0 {
		t.Errorf("a second time %v after %d runs of a search, first %v", got, searched, want)
	}
	outcomes(made(file.Change{Path: "replications", Value: "2"}))
	if searched == 0 {
		t.Error("with other replications there was no search")
	}
}
