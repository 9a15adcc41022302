package scenarios

import (
	"math"
	"strings"
	"testing"
	"time"
)

func TestMistakesInLoopsAreToldWithTheirPlace(t *testing.T) {
	base := pipes("{model: resnet, feedback: 20 %}", "parallel: [vit, bert]", "{model: minilm, feedback: {probability: 50 %, from: bert, max-returns: 3}}")
	if got := mistakes(t, base); got != "" {
		t.Fatal(got)
	}
	for _, c := range []struct{ name, old, new, want string }{
		{"no unit", "20 %", "0.2", `s.yaml:6:35: workload[0].pipeline[0].feedback: "0.2" has no unit; write it as 20 %, or as 0.2 % if it is so little`},
		{"no chance", "20 %", "0 %", `s.yaml:6:35: workload[0].pipeline[0].feedback.probability: 0 % is not above 0 %`},
		{"above 1", "50 %", "101 %", `s.yaml:8:49: workload[0].pipeline[2].feedback.probability: 101 % is not above 0 % and at most 100 %`},
		{"for ever", "20 %", "100 %", `workload[0].pipeline[0].feedback.probability: a request would go back for ever`},
		{"missing chance", "probability: 50 %, ", "", `workload[0].pipeline[2].feedback.probability: this key is missing`},
		{"unknown key", "from:", "to:", `workload[0].pipeline[2].feedback.to: unknown key`},
		{"negative bound", "max-returns: 3", "max-returns: -3", `workload[0].pipeline[2].feedback.max-returns: -3 is outside 1 to 1000`},
		{"a later stage", "feedback: 20 %", "feedback: {probability: 20 %, from: bert}", `workload[0].pipeline[0].feedback.from: bert is in no stage up to this one`},
		{"overlap", "parallel: [vit, bert]", "{parallel: [vit, bert], feedback: {probability: 10 %, from: resnet}}", `workload[0].pipeline[2].feedback.from: the loop of stage 2 begins before this one and ends within it`},
		{"too many", "20 %", "99.95 %", `workload[0].pipeline: a request asks 2006 models on average; at most 1000 are allowed`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(base, c.old) {
				t.Fatalf("there is no %q", c.old)
			}
			if got := mistakes(t, strings.Replace(base, c.old, c.new, 1)); !strings.Contains(got, c.want) {
				t.Errorf("the mistake is\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestALoopLeadsToTheNearestStageOfItsModel(t *testing.T) {
	s := prepared(t, pipes("resnet", "{parallel: [vit, bert], budget: 20ms}", "{model: vit, feedback: 30 %, budget: 20ms}",
		"{model: minilm, feedback: {probability: 50 %, from: vit}}", "{model: bert, feedback: {probability: 10 %, from: resnet}, budget: 20ms}")).Scenario.Workload[0]
	loops, _, ok := s.Loops()
	if !ok || loops[2].From != 2 || loops[3].From != 2 || loops[4].From != 0 {
		t.Errorf("the loops are %+v", loops)
	}
}

func TestVisitsTakeTheirPartOfTheObjective(t *testing.T) {
	e := prepared(t, pipes("{model: resnet, budget: 50ms}", "{model: vit, feedback: {probability: 50 %, from: resnet}}", "minilm"))
	targets := map[string]time.Duration{}
	for _, m := range e.Spec.Models {
		targets[m.Name] = m.Target
	}
	sum := 2*targets["resnet"] + 2*targets["vit"] + targets["minilm"]
	if targets["resnet"] != 50*time.Millisecond || (sum-400*time.Millisecond).Abs() > time.Microsecond {
		t.Errorf("the visits are planned for %v, in sum %v", targets, sum)
	}
	if text := e.Summary(); !strings.Contains(text, "# Pipeline pipeline: resnet in 50ms (2 times), then vit in ") {
		t.Errorf("the summary does not tell the visits:\n%s", text)
	}
	if got := mistakes(t, pipes("{model: resnet, budget: 150ms, feedback: {probability: 100 %, max-returns: 2}}", "minilm")); !strings.Contains(got, "the budgets leave -50ms of the objective of 400ms") {
		t.Errorf("the mistake is %s", got)
	}
}

// TestAllocatorsSeeEveryVisit compares the load of the models with the number of visits worked out
// by hand: if three of ten requests go back after the second of two stages, each stage is visited
// 1/0.7 times per request.
func TestAllocatorsSeeEveryVisit(t *testing.T) {
	e := prepared(t, pipes("resnet", "{model: vit, feedback: {probability: 30 %, from: resnet}}"))
	rates, err := e.measure(t.Context(), 0, 60e9)
	if err != nil {
		t.Fatal(err)
	}
	board, invariants := checkedRun(t, e)
	if got, want := float64(invariants.Arrived), 60*(rates[0][0]+rates[0][1]); math.Abs(got-want) > 0.5 {
		t.Errorf("%v branches arrived, want %v", got, want)
	}
	visits := map[string]float64{}
	for _, m := range board.Measures() {
		if m.Metric == "visits" {
			visits[m.Scope] = m.Value
		}
	}
	n := float64(invariants.Requests())
	band := 4 * math.Sqrt(0.3) / 0.7 / math.Sqrt(n)
	for _, model := range []string{"resnet", "vit"} {
		if math.Abs(visits[model]-1/0.7) > band {
			t.Errorf("%s is visited %v times, want %v ± %v", model, visits[model], 1/0.7, band)
		}
	}
	if ratio := rates[0][0] / 50; ratio < 1.2 || ratio > 1.7 {
		t.Errorf("the first stage is offered %v of what arrives", ratio)
	}
}
