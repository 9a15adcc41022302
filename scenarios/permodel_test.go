package scenarios

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"wavetank/scenarios/file"
)

// twoModels returns a scenario with a constant fleet and two models whose replicas share no
// machine.
func twoModels(policies string) string {
	return `name: two
duration: 30s
replications: 1
workload:
  - {model: resnet, variants: [resnet50], slo: {latency: 100ms}, arrivals: {poisson: {rate: 900/s}}}
  - {model: bert, variants: [bert-base], slo: {latency: 200ms}, arrivals: {poisson: {rate: 500/s}}}
fleet:
  - {machine: aws/g4dn.xlarge, max: 6}
` + policies
}

// TestModelsHaveTheirOwnLevers: under a policy with levers per model, the results of each model are
// equal in all digits to those under a policy that has this model's levers for all models. Some of
// the levers learn from what happens in the run.
func TestModelsHaveTheirOwnLevers(t *testing.T) {
	r, err := load(t, twoModels(`policies:
  - {name: one, allocator: static-peak, router: peak-ewma, batcher: aimd}
  - {name: other, allocator: static-peak, router: round-robin, batcher: {timeout: {max-batch: 8, max-delay: 20ms}}}
  - {name: mixed, allocator: static-peak, router: peak-ewma, batcher: aimd, per-model: {bert: {router: round-robin, batcher: {timeout: {max-batch: 8, max-delay: 20ms}}}}}
  - {name: mixed too, allocator: static-peak, per-model: {bert: {batcher: {timeout: {max-batch: 8, max-delay: 20ms}}, router: round-robin}, resnet: {router: peak-ewma, batcher: aimd}}}
`)).Run(context.Background(), RunOptions{Parallel: 2})
	if err != nil {
		t.Fatal(err)
	}
	values := map[[3]string]float64{}
	for _, row := range r.Rows {
		values[[3]string{row.Policy, row.Scope, row.Metric}] = row.Value
	}
	compared, differ := 0, 0
	for key, want := range values {
		as := map[string]string{"resnet": "one", "bert": "other"}[key[1]]
		if as == "" || key[0] != as {
			continue
		}
		compared++
		for _, policy := range []string{"mixed", "mixed too"} {
			if got := values[[3]string{policy, key[1], key[2]}]; got != want {
				t.Errorf("%s: %s of %s is %v, under %s it is %v", policy, key[2], key[1], got, as, want)
			}
		}
		if values[[3]string{"one", key[1], key[2]}] != values[[3]string{"other", key[1], key[2]}] {
			differ++
		}
	}
	if compared < 10 || differ < 4 {
		t.Errorf("%d numbers are compared, %d differ between the levers", compared, differ)
	}
}

func TestLeversPerModelAreReadWrittenAndMerged(t *testing.T) {
	f := load(t, twoModels(`per-model: {resnet: {router: round-robin, batcher: nexus}}
policies:
  - follow
  - {allocator: follow, per-model: {resnet: {router: random}, bert: {batcher: proteus}}}
`))
	first, err := f.Resolved()
	if err != nil {
		t.Fatal(err)
	}
	again, err := file.Read("s.yaml", first)
	if err != nil {
		t.Fatalf("%v\n%s", err, first)
	}
	if err := schema(t).Validate(again.Document.Root().Plain()); err != nil {
		t.Error(err)
	}
	if second, err := again.Scenario.Resolved(); err != nil || !bytes.Equal(first, second) {
		t.Errorf("error %v; resolved to\n%s\nand that to\n%s", err, first, second)
	}
	s := &f.Scenario
	for i, want := range []string{" + resnet: round-robin, nexus", " + bert: proteus + resnet: random, nexus"} {
		levers := s.LeversOf(&s.Policies[i])
		if got := levers.PerModel.Label(); got != want {
			t.Errorf("policy %d has the levers of models%s, want%s", i, got, want)
		}
	}
	if got := s.Policies[1].Name; got != "follow + bert: proteus + resnet: random" {
		t.Errorf("the policy is called %q", got)
	}
}

func TestFaultsOfLeversPerModelHaveTheirPlaces(t *testing.T) {
	got := mistakes(t, twoModels(`per-model: {vit: {router: random}}
policies:
  - {name: a, allocator: follow, per-model: {resnt: {router: random}, bert: {}}}
  - {name: b, allocator: follow, per-model: {bert: {router: {power-of-two: {choices: 0}}, batcher: {timeout: {max-delay: -1s}}}}}
  - {name: c, allocator: follow, per-model: {"a.b": {batcher: greedy}}}
`))
	for _, want := range []string{
		`s.yaml:9:18: per-model.vit: no stream asks for a model "vit"`,
		`s.yaml:11:53: policies[0].per-model.resnt: no stream asks for a model "resnt" (did you mean "resnet"?)`,
		`s.yaml:11:77: policies[0].per-model.bert: name a router or a batcher`,
		`s.yaml:12:86: policies[1].per-model.bert.router.power-of-two.choices: 0 is outside [1, 1000]`,
		`policies[1].per-model.bert.batcher.timeout.max-delay: `,
		`policies[2].per-model["a.b"]: no stream asks for a model "a.b"`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not among the faults:\n%s", want, got)
		}
	}
	if n := strings.Count(got, "\n") + 1; n != 6 {
		t.Errorf("%d faults:\n%s", n, got)
	}
	got = mistakes(t, twoModels("policies: [{name: a, allocator: follow, per-model: {bert: {rooter: random}, resnet: {router: randm, admission: always}}}]\n"))
	for _, want := range []string{"per-model.bert.rooter: unknown key", "per-model.resnet.router: there is no randm", "per-model.resnet.admission: unknown key"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not among the faults:\n%s", want, got)
		}
	}
}
