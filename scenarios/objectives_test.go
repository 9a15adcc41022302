package scenarios

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wavetank/metrics"
	"wavetank/metrics/rows"
	"wavetank/scenarios/file"
	"wavetank/scenarios/library"
	"wavetank/scenarios/scenariotest"
)

func TestObjectives(t *testing.T) {
	second := rows.Objective{Percent: 99, About: "latency 1s", Latency: 1}
	of := func(o rows.Objective, scope, name string) rows.Objective {
		o.Scope, o.Name = scope, name
		return o
	}
	mixed := rows.Objective{About: "judged by its classes, which ask for different shares in time"}
	gold := rows.Objective{Percent: 95, About: "as its classes say"}
	for name, c := range map[string]struct {
		text string
		want []rows.Objective
	}{
		"the only model": {scenariotest.Minimal("arrivals: {poisson: {rate: 1/s}}"), []rows.Objective{of(second, "all", "vit")}},
		"classes": {crowd, []rows.Objective{
			of(mixed, "vit", "vit"), of(second, "bert", "bert"), of(gold, "resnet", "resnet"), of(gold, "efficientnet", "efficientnet"), of(gold, "minilm", "minilm"),
			of(rows.Objective{Percent: 95, About: "latency 200ms", Latency: 0.2}, "class:gold", "class gold"), of(second, "class:bronze", "class bronze"),
		}},
		"a pipeline": {`name: two
duration: 2m
workload:
  - name: chain
    pipeline: [vit, bert]
    slo: {latency: 2s, percentile: 90}
    arrivals: {poisson: {rate: 1/s}}
fleet: [{machine: aws/g4dn.xlarge, max: 4}]
policies: [follow]
`, []rows.Objective{
			{Scope: "chain", Name: "chain", Percent: 90, About: "latency 2s", Latency: 2},
			{Scope: "vit", Name: "vit", About: "judged as a part of chain"}, {Scope: "bert", Name: "bert", About: "judged as a part of chain"},
		}},
		"a model in a pipeline and alone": {`name: both
duration: 2m
workload:
  - name: chain
    pipeline: [{model: vit, budget: 1s}, {model: bert, budget: 1s}]
    slo: {latency: 2s}
    arrivals: {poisson: {rate: 1/s}}
  - model: bert
    slo: {latency: 1s}
    arrivals: {poisson: {rate: 1/s}}
fleet: [{machine: aws/g4dn.xlarge, max: 4}]
policies: [follow]
`, []rows.Objective{
			{Scope: "chain", Name: "chain", Percent: 99, About: "latency 2s", Latency: 2},
			{Scope: "vit", Name: "vit", About: "judged as a part of chain"}, of(second, "bert/direct", "bert"),
		}},
		"tokens": {`name: words
duration: 2m
workload:
  - model: llama-3.1-8b
    slo: {ttft: 500ms, tpot: 40ms, percentile: 95}
    input: {fixed: {value: 100}}
    output: {fixed: {value: 10}}
    arrivals: {poisson: {rate: 1/s}}
fleet: [{machine: aws/p5.4xlarge, max: 1}]
policies: [follow]
`, []rows.Objective{{Scope: "all", Name: "llama-3.1-8b", Percent: 95, About: "ttft 500ms, tpot 40ms", FirstToken: 0.5, PerToken: 0.04}}},
	} {
		f, err := file.Read("s.yaml", []byte(c.text))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		e, err := Prepare(f)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(c.want, e.Objectives()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestEveryObjectiveHasRows compares the scopes of objectives with those of the rows of shipped
// scenarios.
func TestEveryObjectiveHasRows(t *testing.T) {
	for _, name := range library.Names() {
		e := prepare(t, name, file.Change{Path: "replications", Value: "1"})
		run, err := e.trial(t.Context(), 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		scopes := map[string]bool{}
		for _, m := range run.board.Service.Measures() {
			scopes[m.Scope] = scopes[m.Scope] || m.Metric == "slo_attainment"
		}
		judged := 0
		for _, o := range e.Objectives() {
			if o.Percent > 0 {
				judged++
			}
			// The rows of a run have this suffix in their scopes.
			if !scopes[strings.TrimSuffix(o.Scope, metrics.Direct)] {
				t.Errorf("%s: no share in time of %+v", name, o)
			}
		}
		if judged == 0 {
			t.Errorf("%s: nothing is judged", name)
		}
		if err := run.source.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
