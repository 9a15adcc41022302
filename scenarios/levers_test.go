package scenarios

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"wavetank/policies/registry"
	"wavetank/scenarios/file"
	"wavetank/scenarios/scenariotest"
)

// levers returns a scenario with an overloaded GPU and the given policies, which differ in one
// lever each.
func levers(policies string) string {
	return `name: levers
duration: 30s
replications: 2
control: {period: 10s}
classes:
  - {name: gold, slo: {latency: 100ms}}
  - name: tin
workload:
  - model: resnet
    variants: [resnet50]
    slo: {latency: 200ms}
    classes: {gold: 1, tin: 3}
    tenants: {count: 3}
    arrivals: {poisson: {rate: 1500/s}}
fleet:
  - {machine: aws/g4dn.xlarge, max: 1}
admission: {early-drop: {estimate: true}}
policies:
` + policies
}

const everyAdmission = `  - {name: inherited, allocator: follow}
  - {name: always, allocator: follow, admission: always}
  - {name: bucket, allocator: follow, admission: {token-bucket: {rate: 300/s, burst: 20, by: class}}}
  - {name: early-drop, allocator: follow, admission: early-drop}
  - {name: alone, allocator: follow, admission: {early-drop: {estimate: false}}}
  - {name: bounded, allocator: follow, admission: {bounded-queue: {limit: 40, classes: {tin: 10}}}}
`

// everyBatcher returns a policy for each batcher that needs no file.
func everyBatcher() string {
	var text strings.Builder
	for _, b := range registry.Batchers() {
		if b.Needs != "" {
			continue
		}
		fmt.Fprintf(&text, "  - {name: %s, allocator: follow, admission: always, batcher: %s}\n", b.Name, b.Name)
	}
	text.WriteString("  - {name: preferred, allocator: follow, batcher: {triton: {preferred: [4, 8], max-delay: 1ms}}}\n")
	return text.String()
}

func TestAdmissionsAndBatchersAreWrittenOutAsTheyAreRead(t *testing.T) {
	s := schema(t)
	for _, policies := range []string{everyAdmission, everyBatcher()} {
		first, err := load(t, levers(policies)).Resolved()
		if err != nil {
			t.Fatal(err)
		}
		f, err := file.Read("s.yaml", first)
		if err != nil {
			t.Fatalf("%v\n%s", err, first)
		}
		if err := s.Validate(f.Document.Root().Plain()); err != nil {
			t.Error(err)
		}
		second, err := load(t, string(first)).Resolved()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first, second) {
			t.Errorf("resolved to\n%s\nand that to\n%s", first, second)
		}
	}
	plain, err := load(t, scenariotest.Minimal("arrivals: {poisson: {rate: 1/s}}")).Resolved()
	if err != nil || !bytes.Contains(plain, []byte("\nrouter: least-outstanding\n")) {
		t.Errorf("error %v; resolved to\n%s", err, plain)
	}
}

func TestFaultsOfAdmissionsHaveTheirPlaces(t *testing.T) {
	text := strings.Replace(levers(`  - {name: a, allocator: follow, admission: {token-bucket: {rate: 0/s, by: user}}}
  - {name: b, allocator: follow, admission: {bounded-queue: {limit: 0, classes: {tin: -1, silver: 3}}}}
  - {name: c, allocator: follow, admission: latedrop}
  - {name: d, allocator: follow, batcher: {triton: {preferred: [0]}}}
`), "admission: {early-drop: {estimate: true}}", "admission: {token-bucket: {burst: 0}}", 1)
	f, err := file.Read("s.yaml", []byte(text))
	if err == nil {
		_, err = Prepare(f)
	}
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{
		"admission.token-bucket.burst: 0 is outside [1, 1000000000]",
		"policies[0].admission.token-bucket.rate: 0/s is outside (0, 1e12]",
		`policies[0].admission.token-bucket.by: "user" is not one of`,
		"policies[1].admission.bounded-queue.limit: 0 is below 1",
		"policies[1].admission.bounded-queue.classes.tin: -1 is negative",
		"policies[1].admission.bounded-queue.classes.silver: there is no such class",
		"policies[2].admission: there is no latedrop",
		"policies[3].batcher.triton.preferred: 0 is below 1",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not among the faults:\n%v", want, err)
		}
	}
}

// outcomes runs a scenario. It returns, per policy, a metric of all requests, summed over
// replications.
func outcomes(t *testing.T, text, metric string) map[string]float64 {
	t.Helper()
	r, err := load(t, text).Run(context.Background(), RunOptions{Parallel: 2})
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]float64{}
	for _, row := range r.Rows {
		if row.Metric == metric && row.Scope == "all" {
			sums[row.Policy] += row.Value
		}
	}
	if len(sums) == 0 {
		t.Fatalf("there is no metric %s", metric)
	}
	return sums
}

func TestPoliciesHaveTheirAdmissions(t *testing.T) {
	rejected := outcomes(t, levers(everyAdmission), "rejected")
	for name, some := range map[string]bool{"inherited": true, "always": false, "bucket": true, "early-drop": true, "alone": false, "bounded": true} {
		if rejected[name] > 0 != some {
			t.Errorf("%s rejects %v", name, rejected[name])
		}
	}
}

func TestEveryBatcherRunsInAScenario(t *testing.T) {
	goodput := outcomes(t, levers(everyBatcher()), "goodput")
	for name, value := range goodput {
		if !(value > 0) {
			t.Errorf("%s serves %v in time", name, value)
		}
	}
	// Under an overload, it pays to drop requests that would be late.
	for _, name := range []string{"nexus", "clockwork", "proteus"} {
		if goodput[name] < 2*goodput["greedy"] {
			t.Errorf("%s serves %v in time, greedy %v", name, goodput[name], goodput["greedy"])
		}
	}
}
