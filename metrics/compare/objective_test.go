package compare

import (
	"cmp"
	"math"
	"slices"
	"testing"

	"wavetank/metrics/rows"

	"pgregory.net/rapid"
)

func inTime(policy, scope string, low, mean, high float64) Comparison {
	return Comparison{Policy: policy, Scope: scope, Metric: shareInTime, Value: Interval{Mean: mean, Low: low, High: high, N: 10, Level: Level}}
}

func TestAnObjectiveIsMetNotMetOrNotShown(t *testing.T) {
	one := []rows.Objective{{Scope: "m", Name: "m", Percent: 99}}
	for name, c := range map[string]struct {
		share   Comparison
		outcome Finding
		reason  string
	}{
		"above":              {inTime("p", "m", 99.1, 99.5, 99.9), Met, ""},
		"just reached":       {inTime("p", "m", 99, 99.5, 100), Met, ""},
		"below":              {inTime("p", "m", 97, 98, 98.9), NotMet, ""},
		"its end touches":    {inTime("p", "m", 97, 98, 99), NotShown, ""},
		"around":             {inTime("p", "m", 98, 99.5, 100), NotShown, ""},
		"constant":           {inTime("p", "m", 100, 100, 100), Met, ""},
		"of another model":   {inTime("p", "all", 100, 100, 100), NotShown, "nothing was measured"},
		"one replication":    {Comparison{Policy: "p", Scope: "m", Metric: shareInTime, Value: Mean([]float64{100})}, NotShown, "one replication"},
		"without a request":  {Comparison{Policy: "p", Scope: "m", Metric: shareInTime, Value: Mean([]float64{100, math.NaN()})}, NotShown, "not defined in 1 of 2 replications"},
		"without any at all": {Comparison{Policy: "p", Scope: "m", Metric: shareInTime, Value: Mean([]float64{math.NaN(), math.NaN()})}, NotShown, "not defined in 2 of 2 replications"},
	} {
		verdicts := Judge([]Comparison{c.share}, one)
		if len(verdicts) != 1 || verdicts[0].Finding != c.outcome || verdicts[0].Reason != c.reason {
			t.Errorf("%s: %+v", name, verdicts)
		}
	}
	if list := Judge([]Comparison{inTime("p", "m", 1, 2, 3)}, []rows.Objective{{Scope: "m", About: "judged by its classes"}}); len(list) != 0 {
		t.Errorf("without an objective there is a verdict: %+v", list)
	}
}

// TestAPolicyIsNoBetterThanItsWorstModel compares the finding of a policy with those of its
// objectives.
func TestAPolicyIsNoBetterThanItsWorstModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var objectives []rows.Objective
		var comparisons []Comparison
		for _, scope := range []string{"a", "b", "c"} {
			objectives = append(objectives, rows.Objective{Scope: scope, Percent: rapid.Float64Range(50, 100).Draw(t, "percent")})
			mean := rapid.Float64Range(40, 100).Draw(t, "mean")
			half := rapid.Float64Range(0, 10).Draw(t, "half")
			comparisons = append(comparisons, inTime("p", scope, mean-half, mean, mean+half))
		}
		s := Standings(Judge(comparisons, objectives))[0]
		worst := slices.MaxFunc(s.Verdicts, func(a, b Verdict) int { return cmp.Compare(a.Shortfall(), b.Shortfall()) })
		if s.Worst().Scope != worst.Scope {
			t.Fatalf("worst is %+v, not %+v", s.Worst(), worst)
		}
		var want Finding
		switch {
		case s.Number(NotMet) > 0:
			want = NotMet
		case s.Number(Met) == len(objectives):
			want = Met
		}
		if s.Finding != want {
			t.Fatalf("%v of %+v", s.Finding, s.Verdicts)
		}
		if s.Finding == Met && s.Worst().Shortfall() > 0 {
			t.Fatalf("met with a shortfall: %+v", s)
		}
	})
}

func TestDecide(t *testing.T) {
	standing := func(policy string, outcome Finding, shortfalls ...float64) Standing {
		s := Standing{Policy: policy, Finding: outcome}
		for _, miss := range shortfalls {
			s.Verdicts = append(s.Verdicts, Verdict{Objective: rows.Objective{Percent: 90}, Share: Symmetric(90-miss, 0.1), Finding: outcome})
		}
		return s
	}
	data := join(rowsOf("a", "cost", 5, 6, 7), rowsOf("b", "cost", 4, 5, 6), rowsOf("c", "cost", 5, 4.5, 6), rowsOf("d", "cost", 1, 1, 1))
	for name, c := range map[string]struct {
		standings   []Standing
		clairvoyant []string
		want        Decision
	}{
		"the cheapest keeper":              {[]Standing{standing("a", Met, -1), standing("b", Met, -1), standing("d", NotMet, 3)}, nil, Decision{Best: "b"}},
		"not told apart":                   {[]Standing{standing("a", Met, -1), standing("b", Met, -1), standing("c", Met, -1)}, nil, Decision{Best: "b", Rivals: []string{"c"}}},
		"the future is not known":          {[]Standing{standing("a", Met, -1), standing("b", Met, -1)}, []string{"b"}, Decision{Best: "a"}},
		"not even as the nearest":          {[]Standing{standing("a", NotMet, 5), standing("b", NotMet, 1)}, []string{"b"}, Decision{Nearest: "a"}},
		"unless nobody does without":       {[]Standing{standing("a", Met, -1), standing("b", Met, -1)}, []string{"a", "b"}, Decision{Best: "b", Oracular: true}},
		"the smallest worst miss":          {[]Standing{standing("a", NotMet, 3, 3), standing("b", NotMet, 0, 4)}, nil, Decision{Nearest: "a"}},
		"the cheapest of equal ones":       {[]Standing{standing("a", NotMet, 3), standing("b", NotMet, 3)}, nil, Decision{Nearest: "b"}},
		"the cheapest that misses nothing": {[]Standing{standing("a", NotShown, -2), standing("b", NotShown, -1)}, nil, Decision{Nearest: "b"}},
		"not shown is not met":             {[]Standing{standing("a", NotShown, 1), standing("d", NotMet, 2)}, nil, Decision{Nearest: "a"}},
	} {
		got, err := Decide(data, c.standings, c.clairvoyant)
		if err != nil || got.Best != c.want.Best || got.Nearest != c.want.Nearest || got.Oracular != c.want.Oracular || !slices.Equal(got.Rivals, c.want.Rivals) {
			t.Errorf("%s: got %+v, %v; want %+v", name, got, err, c.want)
		}
	}
}

// TestWhoExceedsTheBudgetIsNotTheBest: b is the cheapest, but its rent was above the budget in one
// replication.
func TestWhoExceedsTheBudgetIsNotTheBest(t *testing.T) {
	data := join(rowsOf("a", "cost", 5, 6, 7), rowsOf("b", "cost", 4, 5, 6), rowsOf("a", OverBudget, 0, 0, 0), rowsOf("b", OverBudget, 0, 0.1, 0))
	share := func(policy string, missed float64) Standing {
		return Standings([]Verdict{{Policy: policy, Objective: rows.Objective{Percent: 90}, Share: Symmetric(90-missed, 0.1), Finding: map[bool]Finding{true: NotMet, false: Met}[missed > 0]}})[0]
	}
	for name, c := range map[string]struct {
		standings     []Standing
		best, nearest string
	}{
		"the best":       {[]Standing{share("a", -1), share("b", -1)}, "a", ""},
		"nearest":        {[]Standing{share("a", 1), share("b", -1)}, "", "a"},
		"nobody else":    {[]Standing{share("b", -1)}, "", "b"},
		"not even worse": {[]Standing{share("a", 2), share("b", 1)}, "", "a"},
	} {
		got, err := Decide(data, c.standings, nil)
		if err != nil || got.Best != c.best || got.Nearest != c.nearest || !slices.Equal(got.Overspent, []string{"b"}) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestUnequalWorkIsNotCompared(t *testing.T) {
	of := func(policy string, done, utilization float64) []rows.Row {
		return join(rowsOf(policy, "throughput", done, done+0.1), rowsOf(policy, "utilization", utilization, utilization+0.1), rowsOf(policy, "cost", done, done))
	}
	for _, c := range []struct {
		done float64
		want Mark
	}{{100, Better}, {99.2, Better}, {98, Unequal}, {110, Unequal}} {
		list, err := Compare(join(of("base", 100, 30), of("p", c.done, 60)), nil, "base")
		if err != nil {
			t.Fatal(err)
		}
		for _, got := range list {
			if got.Policy == "p" && got.Metric == "utilization" && got.Mark != c.want {
				t.Errorf("%v of 100 requests completed: utilization is %q, want %q", c.done, got.Mark, c.want)
			}
			if got.Policy == "p" && got.Metric == "cost" && got.Mark == Unequal {
				t.Error("cost is marked as of unequal work, although it does not depend on the work")
			}
		}
	}
}
