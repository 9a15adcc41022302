package tables

import (
	"math"
	"strings"
	"testing"

	"wavetank/metrics/compare"
	"wavetank/metrics/rows"
)

func tuning() Tuning {
	share := func(asked, mean, low, high float64, name string) compare.Verdict {
		v := compare.Verdict{Objective: rows.Objective{Name: name, Percent: asked}, Share: compare.Interval{Mean: mean, Low: low, High: high, N: 5}, Finding: compare.Met}
		if high < asked {
			v.Finding = compare.NotMet
		}
		return v
	}
	standing := func(verdicts ...compare.Verdict) *compare.Standing { return &compare.Standings(verdicts)[0] }
	trained := share(99, 99.2, math.NaN(), math.NaN(), "vit")
	return Tuning{
		Title: "s: tuned", Asks: "Objectives: vit 99 %.", Verdict: []string{"It keeps both."}, Settings: []string{"greedy: headroom 1.5."}, YAML: "policies:\n  - greedy\n",
		Lines: []TunedLine{
			{Policy: "greedy", Setting: "as written", Trained: &trained, TrainedCost: 2.34567, Cost: compare.Symmetric(2.4, 0.0001),
				Tested: standing(share(99, 97.8, 97.5, 98.1, "vit"), share(95, 99.9, 99.8, 99.9, "asr"))},
			{Policy: "greedy", Setting: "tuned", Trained: &trained, TrainedCost: 2.5, Cost: compare.Symmetric(2.6, 0.13),
				Tested: standing(share(99, 99.3, 99.1, 99.4, "vit"), share(95, 96, 95.4, 96.2, "asr"))},
			{Policy: "oracle", Foresees: true, Cost: compare.Symmetric(2, 0), Tested: standing(share(99, 99.5, 99.1, 99.6, "vit"))},
		},
	}
}

func TestTuningIsPrintedInOneTable(t *testing.T) {
	var b strings.Builder
	if err := tuning().Print(&b, Terminal{Width: 120}); err != nil {
		t.Fatal(err)
	}
	const want = `s: tuned
Objectives: vit 99 %.

Tuned
Policy,       Train: worst    Train  Test: worst                  Test               Test:
setting       objective (%)   $/h    objective (%)                $/h                verdict
────────────  ──────────────  ─────  ───────────────────────────  ─────────────────  ───────
greedy
  as written  vit 99.2 of 99  2.35   vit 97.8 [97.5, 98.1] of 99  2.40               not met
  tuned       vit 99.2 of 99  2.50   vit 99.3 [99.1, 99.4] of 99  2.60 [2.47, 2.73]  met
oracle †      –               –      vit 99.5 [99.1, 99.6] of 99  2.00               met
`
	if !strings.HasPrefix(b.String(), want) || !strings.HasSuffix(b.String(), "It keeps both.\n\ngreedy: headroom 1.5.\n\npolicies:\n  - greedy\n") {
		t.Errorf("printed is\n%s", b.String())
	}
	b.Reset()
	if err := tuning().Print(&b, Terminal{Width: 120, Quiet: true}); err != nil || b.String() != "It keeps both.\n\npolicies:\n  - greedy\n" {
		t.Errorf("printed is %q, %v", b.String(), err)
	}
}

func TestTuningWithoutATestShowsTrainingAlone(t *testing.T) {
	x := tuning()
	for i := range x.Lines {
		x.Lines[i].Tested = nil
	}
	text := x.Markdown()
	if !strings.Contains(text, "| · tuned | vit 99.2 of 99 | 2.50 |\n") || strings.Contains(text, "Test") || !strings.Contains(text, "```yaml\npolicies:\n  - greedy\n```\n") {
		t.Errorf("the page is\n%s", text)
	}
}

func TestTuningHasALineOfDataForEveryObjective(t *testing.T) {
	data, err := tuning().CSV()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	if want := "greedy,tuned,false,vit,99.2,2.5,asr,95,96,95.4,96.2,met,2.6,2.47,2.73"; len(lines) != 6 || lines[4] != want {
		t.Errorf("%d lines, the fifth %s", len(lines), lines[4])
	}
	for _, line := range lines {
		if strings.Count(line, ",") != strings.Count(lines[0], ",") {
			t.Errorf("%s has other columns", line)
		}
	}
}
