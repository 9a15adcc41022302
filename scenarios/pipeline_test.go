package scenarios

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"wavetank/scenarios/file"
	"wavetank/sim"
)

// pipes returns a short scenario whose stream goes through the given stages.
func pipes(stages ...string) string {
	return `name: pipes
duration: 1m
replications: 2
workload:
  - pipeline:
      - ` + strings.Join(stages, "\n      - ") + `
    slo: {latency: 400ms, percentile: 95}
    arrivals: {poisson: {rate: 50/s}}
fleet: [{machine: aws/g4dn.xlarge, max: 8}]
policies: [follow]
`
}

func TestMistakesInPipelinesAreToldWithTheirPlace(t *testing.T) {
	base := pipes("resnet", "parallel: [vit, bert]", "minilm")
	if got := mistakes(t, base); got != "" {
		t.Fatal(got)
	}
	for _, c := range []struct{ name, old, new, want string }{
		{"unknown model", "- resnet", "- resnat", `s.yaml:6:9: workload[0].pipeline[0]: unknown model "resnat" (did you mean "resnet"?)`},
		{"unknown model in parallel", "[vit, bert]", "[vit, {model: brt}]", `s.yaml:7:25: workload[0].pipeline[1].parallel[1]: unknown model "brt"`},
		{"unknown variant", "- resnet", "- {model: resnet, variants: [resnet19]}", `s.yaml:6:36: workload[0].pipeline[0].variants[0]: unknown variant of resnet "resnet19"`},
		{"unknown key", "- resnet", "- {model: resnet, go-on: 3}", `s.yaml:6:25: workload[0].pipeline[0].go-on: unknown key`},
		{"no stage", "\n      - resnet\n      - parallel: [vit, bert]\n      - minilm", " []", `workload[0].pipeline: the list is empty`},
		{"retries without a pipeline", "- pipeline:\n      - resnet\n      - parallel: [vit, bert]\n      - minilm", "- model: vit\n    branch-retries: {attempts: 2}", `workload[0].branch-retries: only requests of a pipeline have branches`},
		{"one attempt", "slo:", "branch-retries: {attempts: 1, of: stage}\n    slo:", `workload[0].branch-retries.of: "stage" is not one of branch, request`},
		{"no attempts", "slo:", "branch-retries: {attempts: 101, backoff: {base: 1s, max: 1ms}}\n    slo:", `workload[0].branch-retries.attempts: 101 is outside 2 to 100`},
		{"no branch", "[vit, bert]", "[]", `s.yaml:7:19: workload[0].pipeline[1].parallel: the list is empty`},
		{"no model", "- resnet", "- {work: 2x}", `s.yaml:6:9: workload[0].pipeline[0]: a stage needs a model, or several in parallel`},
		{"no model in parallel", "[vit, bert]", "[vit, {work: 2x}]", `s.yaml:7:25: workload[0].pipeline[1].parallel[1]: a branch needs a model`},
		{"both", "- resnet", "- {model: resnet, parallel: [vit]}", `workload[0].pipeline[0].parallel: a stage has either a model or several in parallel, not both`},
		{"work of several", "- parallel: [vit, bert]", "- {parallel: [vit, bert], work: 2x}", `workload[0].pipeline[1]: variants, min-accuracy, items, work and service belong to each of the models in parallel`},
		{"chance above 1", "- resnet", "- {model: resnet, continue: 130 %}", `s.yaml:6:35: workload[0].pipeline[0].continue: 130 % is not above 0 % and at most 100 %`},
		{"no chance", "- resnet", "- {model: resnet, continue: 0 %}", `workload[0].pipeline[0].continue: 0 % is not above 0 %`},
		{"no unit", "- resnet", "- {model: resnet, continue: 0.3}", `workload[0].pipeline[0].continue: "0.3" has no unit; write it as 30 %, or as 0.3 % if it is so little`},
		{"behind the last", "- minilm", "- {model: minilm, continue: 30 %}", `s.yaml:8:35: workload[0].pipeline[2].continue: no stage comes after the last one`},
		{"too much work", "- resnet", "- {model: resnet, work: 1e9x}", `workload[0].pipeline[0].work: 1e+09x is outside`},
		{"a model too", "- pipeline:", "- model: vit\n    pipeline:", `workload[0].pipeline: a stream has either a model, a split or a pipeline`},
		{"no objective", "slo: {latency: 400ms, percentile: 95}", "timeout: 1s", `workload[0].slo: no objective for resnet, vit, bert, minilm; give the stream an slo`},
		{"variants of the stream", "slo:", "variants: [resnet18]\n    slo:", `workload[0]: the models of a pipeline each have their own variants`},
		{"negative budget", "- resnet", "- {model: resnet, budget: -1s}", `workload[0].pipeline[0].budget: -1s is not positive`},
		{"budgets too large", "- resnet", "- {model: resnet, budget: 500ms}", `s.yaml:6:7: workload[0].pipeline: the budgets leave -100ms of the objective of 400ms`},
		{"too tight", "latency: 400ms", "latency: 1ms", `no machine of the fleet meets the objective of`},
		{"name of a model", "- pipeline:", "- name: vit\n    pipeline:", `the results of a pipeline cannot be called "vit"`},
		{"name of a scope", "- pipeline:", "- name: all\n    pipeline:", `the results of a pipeline cannot be called "all"`},
		{"another objective", "fleet:", "  - {model: vit, slo: {latency: 1s}, arrivals: {poisson: {rate: 1/s}}}\nfleet:", `workload[1].model: an earlier stream gives vit another slo, queue-limit, timeout or combine`},
		{"models of a table", "{poisson: {rate: 50/s}}", "{csv: {file: a.csv, time: at, model: kind}}", `workload[0].arrivals.csv.model: the stages of the pipeline say which models answer`},
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

// prepared builds a scenario from its text.
func prepared(t *testing.T, text string) *Experiment {
	t.Helper()
	f, err := file.Read("s.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return ready(t, f)
}

func TestBudgetsShareTheObjective(t *testing.T) {
	e := prepared(t, pipes("{model: resnet, budget: 100ms}", "parallel: [vit, bert]", "minilm"))
	targets := map[string]time.Duration{}
	for _, m := range e.Spec.Models {
		targets[m.Name] = m.Target
	}
	sum := targets["resnet"] + targets["vit"] + targets["minilm"]
	if targets["resnet"] != 100*time.Millisecond || targets["vit"] != targets["bert"] || max(sum-400*time.Millisecond, 400*time.Millisecond-sum) > time.Microsecond {
		t.Errorf("the stages are planned for %v", targets)
	}
	if text := e.Summary(); !strings.Contains(text, "# Pipeline pipeline: resnet in 100ms, then vit and bert in ") {
		t.Errorf("the summary does not tell the pipeline:\n%s", text)
	}
}

func TestThePipelineOfOneStageIsItsModel(t *testing.T) {
	rows := func(text string) map[string]float64 {
		r, err := prepared(t, text).Run(context.Background(), RunOptions{Parallel: 1})
		if err != nil {
			t.Fatal(err)
		}
		values := map[string]float64{}
		for _, row := range r.Rows {
			if row.Scope == "all" && row.Replication == 1 {
				values[row.Metric] = row.Value
			}
		}
		return values
	}
	text := strings.Replace(pipes("{model: vit, service: exponential}"), "- pipeline", "- name: one\n    pipeline", 1)
	direct := strings.Replace(text, "pipeline:\n      - {model: vit, service: exponential}", "model: vit\n    service: exponential", 1)
	piped, plain := rows(text), rows(direct)
	if len(plain) == 0 || plain["arrived"] == 0 {
		t.Fatal("nothing arrived")
	}
	for metric, want := range plain {
		if piped[metric] != want {
			t.Errorf("%s is %v, without the pipeline %v", metric, piped[metric], want)
		}
	}
}

func TestACascadeAsksItsSecondModelForAPartOfTheRequests(t *testing.T) {
	e := prepared(t, pipes("{model: resnet, continue: 30 %}", "vit"))
	rates, err := e.measure(t.Context(), 0, 60e9)
	if err != nil {
		t.Fatal(err)
	}
	if share := rates[0][1] / rates[0][0]; share < 0.25 || share > 0.35 {
		t.Errorf("the second stage is expected to see %v of the first, want 0.3", share)
	}
	_, invariants := checkedRun(t, e)
	if got, want := invariants.Arrived, int64(60*(rates[0][0]+rates[0][1])+0.5); got != want || invariants.Pipelines.Ended[sim.RequestFinished] != invariants.Requests() {
		t.Errorf("%d branches arrived, want %d; the requests ended as %v", got, want, invariants.Pipelines.Ended)
	}
}

// TestBranchRetriesOfTheDocumentation runs the documented scenario. Without retries it misses its
// objective, with them it keeps it, and no request counts twice.
func TestBranchRetriesOfTheDocumentation(t *testing.T) {
	block := regexp.MustCompile("(?s)```yaml\n(name: moderation\n.*?)```").FindStringSubmatch(document(t, "scenarios.md"))
	if block == nil {
		t.Fatal("the scenario is not documented")
	}
	of := func(changes ...file.Change) (inTime, further, arrived float64) {
		got := meansOfAll(run(t, load(t, block[1], append(changes, file.Change{Path: "replications", Value: "3"})...), 2))
		return got["five uploads slo_attainment"], got["five uploads branch_retries"], got["five uploads arrived"]
	}
	branch, byBranch, n := of()
	whole, byWhole, m := of(file.Change{Path: "workload[0].branch-retries.of", Value: "request"})
	none, never, o := of(file.Change{Path: "workload[0].branch-retries.attempts", Value: "2"}, file.Change{Path: "workload[0].branch-retries.budget", Value: "{share: 0 %, min-rate: 0/s}"})
	if none > 93.5 || branch < 95 || whole < branch || never != 0 || byBranch < 0.1 || byWhole < 0.1 || n != m || n != o {
		t.Errorf("in time %.1f, %.1f, %.1f %%; %v, %v, %v further attempts; %v, %v, %v requests", none, branch, whole, never, byBranch, byWhole, o, n, m)
	}
}
