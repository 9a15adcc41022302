package scenarios

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"wavetank/scenarios/file"
	"wavetank/sim/fleet"
)

// crowd is a scenario with classes, tenants, sessions, patience and arrivals of many kinds.
const crowd = `name: crowd
duration: 2m
replications: 2
classes:
  - {name: gold, slo: {latency: 200ms, percentile: 95}, priority: 0, weight: 5}
  - {name: bronze, priority: 1}
workload:
  - model: vit
    slo: {latency: 1s}
    patience: {mean: 2s, distribution: exponential}
    service: {bimodal: {share: 0.1, low: 0.5, high: 5.5}}
    classes: {gold: 0.2, bronze: 0.8}
    tenants: {count: 3, zipf: 1.1}
    sessions: {mean-requests: 5}
    arrivals: {mmpp: {states: [{rate: 20/s, mean-sojourn: 10s}, {rate: 5/s, mean-sojourn: 20s, next: [1, 0]}]}}
  - name: bulks
    model: bert
    slo: {latency: 1s}
    patience: {mean: 30s, distribution: {erlang: {k: 2}}}
    classes: {bronze: 1}
    tenants: {acme: 3, t2: 1}
    sessions: {mean-requests: 2.5, open: 10}
    arrivals: {bulk: {size: 3, arrivals: {renewal: {rate: 2/s, gaps: {lognormal: {scv: 2}}}}}}
  - name: waves
    model: resnet
    slo: {latency: 1s}
    classes: {gold: 1}
    tenants: {waves: 1}
    arrivals: {sinusoid: {mean: 10/s, amplitude: 10/s, period: 30s, phase: 5s}}
  - name: ticks
    model: efficientnet
    slo: {latency: 1s}
    classes: {gold: 1}
    tenants: {waves: 1}
    arrivals: {constant: {rate: 10/s, start: 0s}}
  - name: bundles
    model: minilm
    slo: {latency: 2s}
    classes: {gold: 1}
    tenants: {waves: 1}
    arrivals: {bulk: {mean-size: 4, arrivals: {gamma: {rate: 1/s, cv: 2}}}}
fleet:
  - {machine: aws/g6.xlarge, max: 9}
policies: [{name: static-peak, allocator: {static-peak: {capacity: utilization}}}]
`

// survives checks that a scenario with its defaults filled in stays the same when it is read and
// filled in again, and that both versions agree with the schema.
func survives(t *testing.T, text string) *jsonschema.Schema {
	t.Helper()
	first, err := load(t, text).Resolved()
	if err != nil {
		t.Fatal(err)
	}
	second, err := load(t, string(first)).Resolved()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first, second) {
		t.Errorf("resolved to\n%s\nand that to\n%s", first, second)
	}
	s := schema(t)
	for _, text := range []string{text, string(first)} {
		f, err := file.Read("s.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(f.Document.Root().Plain()); err != nil {
			t.Error(err)
		}
	}
	return s
}

func TestEveryKeyOfAStreamSurvivesResolvingAndAgreesWithTheSchema(t *testing.T) {
	s := survives(t, crowd)
	for _, key := range []string{"start: 0s", "next: [1, 0]", "phase: 5s", "open: 10", "zipf: 1.1", "priority: 1"} {
		f, err := file.Read("s.yaml", []byte(strings.Replace(crowd, key, "x"+key, 1)))
		if err != nil {
			t.Fatal(err)
		}
		if s.Validate(f.Document.Root().Plain()) == nil || f.Faults.Err() == nil {
			t.Errorf("the key x%s is accepted by the schema or by the reader", key)
		}
	}
}

func TestClassesAndTenantsOfAScenario(t *testing.T) {
	e := load(t, crowd)
	gold := fleet.Class{Name: "gold", Target: 200 * time.Millisecond, Percentile: 95, Weight: 5}
	bronze := fleet.Class{Name: "bronze", Priority: 1, Weight: 1}
	if !slices.Equal(e.Spec.Classes, []fleet.Class{gold, bronze}) {
		t.Errorf("classes are %+v", e.Spec.Classes)
	}
	if want := []string{"t1", "t2", "t3", "acme", "waves"}; !slices.Equal(e.Spec.Tenants, want) {
		t.Errorf("tenants are %v, want %v", e.Spec.Tenants, want)
	}
	src, err := e.Requests(0)
	if err != nil {
		t.Fatal(err)
	}
	sessions := map[int64]fleet.ModelID{}
	for r := (fleet.Request{}); src.Next(&r) && r.Arrival.Seconds() < 120; {
		tenant, class := e.Spec.Tenants[r.Tenant], e.Spec.Classes[r.Class].Name
		var sound bool
		switch e.Spec.Models[r.Model].Name {
		case "vit":
			sound = tenant <= "t3" && tenant >= "t1" && r.Patience > 0 && r.Session > 0
		case "bert":
			sound = (tenant == "acme" || tenant == "t2") && class == "bronze" && r.Patience > 0 && r.Session > 0
		default:
			sound = tenant == "waves" && class == "gold" && r.Patience == 0 && r.Session == 0
		}
		if !sound {
			t.Fatalf("request %+v of tenant %s and class %s", r, tenant, class)
		}
		if m, known := sessions[r.Session]; known && m != r.Model && r.Session > 0 {
			t.Fatalf("session %d is of models %d and %d", r.Session, m, r.Model)
		}
		sessions[r.Session] = r.Model
	}
	r, err := e.Run(t.Context(), RunOptions{Parallel: 2})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, row := range r.Rows {
		seen[row.Scope+" "+row.Metric] = true
	}
	for _, want := range []string{"class:gold slo_attainment", "class:bronze latency_p99", "tenant:acme goodput", "all weighted_attainment", "all fairness"} {
		if !seen[want] {
			t.Errorf("%s is not measured", want)
		}
	}
}

func TestLabelsMoveNoArrival(t *testing.T) {
	labels := []string{"classes: {", "tenants: {", "sessions: {", "patience: {"}
	var kept []string
	for _, line := range strings.Split(crowd, "\n") {
		if !slices.ContainsFunc(labels, func(key string) bool { return strings.HasPrefix(strings.TrimSpace(line), key) }) {
			kept = append(kept, line)
		}
	}
	bare := strings.Join(kept, "\n")
	bare = bare[:strings.Index(bare, "classes:")] + bare[strings.Index(bare, "workload:"):]
	with, err := load(t, crowd).Requests(1)
	if err != nil {
		t.Fatal(err)
	}
	without, err := load(t, bare).Requests(1)
	if err != nil {
		t.Fatal(err)
	}
	labelled := 0
	for range 5000 {
		var a, b fleet.Request
		if !with.Next(&a) || !without.Next(&b) {
			t.Fatal("the requests end before 5000")
		}
		if a.Patience > 0 && a.Session > 0 {
			labelled++
		}
		a.Class, a.Tenant, a.Session, a.Patience = 0, 0, 0, 0
		if a != b {
			t.Fatalf("the request %+v is %+v without labels", a, b)
		}
	}
	if labelled < 1000 {
		t.Errorf("only %d of 5000 requests have labels", labelled)
	}
}

func TestRequestsOfTracesCarryLabelsToo(t *testing.T) {
	e := prepare(t, "azure-functions", file.Change{Path: "classes", Value: "[{name: gold}, {name: bronze}]"}, file.Change{Path: "workload[0].classes", Value: "{bronze: 1}"},
		file.Change{Path: "workload[0].patience", Value: "{mean: 2s}"}, file.Change{Path: "workload[0].tenants", Value: "{count: 2}"})
	src, err := e.Requests(0)
	if err != nil {
		t.Fatal(err)
	}
	sent := map[fleet.TenantID]int{}
	for range 100 {
		var r fleet.Request
		if !src.Next(&r) || r.Class != 1 || r.Patience != 2*time.Second {
			t.Fatalf("request %+v", r)
		}
		sent[r.Tenant]++
	}
	if len(sent) != 2 {
		t.Errorf("requests of the tenants: %v", sent)
	}
	if err := src.Close(); err != nil {
		t.Error(err)
	}
}

func TestMistakesInLabelsAndArrivalsAreToldWithTheirPlace(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{"unknown class", "{gold: 0.2,", "{golf: 0.2,", `s.yaml:12:21: workload[0].classes.golf: there is no class "golf" under the scenario's classes (did you mean "gold"?)`},
		{"a class twice", "name: bronze", "name: gold", `classes[1].name: another class is called "gold"`},
		{"negative weight", "weight: 5", "weight: -5", "classes[0].weight: -5 is outside 0 to 1e9"},
		{"negative share", "gold: 0.2", "gold: -0.2", "workload[0].classes.gold: -0.2 is outside 0 to 1e9"},
		{"no share", "{bronze: 1}", "{bronze: 0}", "workload[1].classes: all shares are zero"},
		{"no classes of a stream", "    classes: {bronze: 1}\n", "", "workload[1]: the scenario has classes; say under the stream's classes"},
		{"no tenants of a stream", "    tenants: {acme: 3, t2: 1}\n", "", "workload[1]: another stream has tenants; say under the stream's tenants"},
		{"too many tenants", "count: 3", "count: 1000000", "workload[0].tenants.count: 1000000 is outside 1 to 100000"},
		{"no tenants", "{count: 3, zipf: 1.1}", "{}", "workload[0].tenants.count: 0 is outside"},
		{"a count and names", "{acme: 3, t2: 1}", "{acme: 3, count: 1}", "workload[1].tenants.acme: unknown key"},
		{"short sessions", "{mean-requests: 5}", "{mean-requests: 0.5}", "workload[0].sessions.mean-requests: 0.5 is outside 1 to 1e9"},
		{"two timeouts", "patience: {mean: 2s", "timeout: 1s\n    patience: {mean: 2s", "workload[0].patience: a stream has either a timeout or a patience"},
		{"no patience", "mean: 2s", "mean: 0s", "workload[0].patience.mean: 0s is not positive"},
		{"distribution of patience", "{erlang: {k: 2}}", "{erlang: {k: 0}}", "workload[1].patience.distribution.erlang.k: 0 lies outside"},
		{"a state's rate", "{rate: 20/s, mean-sojourn", "{rate: -20/s, mean-sojourn", "workload[0].arrivals.mmpp.states[0].rate: -20 lies outside"},
		{"a state's chances", "next: [1, 0]", "next: [1]", "workload[0].arrivals.mmpp.states[1].next: 1 chances for 2 states"},
		{"size and mean", "bulk: {size: 3,", "bulk: {size: 3, mean-size: 2,", "workload[1].arrivals.bulk.size: a bulk has either a size or a mean-size"},
		{"no size", "bulk: {size: 3,", "bulk: {", "workload[1].arrivals.bulk.size: a bulk has either a size or a mean-size"},
		{"bulks of a trace", "{gamma: {rate: 1/s, cv: 2}}", "{azure-llm: {file: x}}", "workload[4].arrivals.bulk.arrivals: azure-llm is not a process"},
		{"the process of bulks", "/s, cv: 2", "/s, cv: 1000", "workload[4].arrivals.bulk.arrivals.gamma.cv: 1000 lies outside"},
		{"the gaps of bulks", "{scv: 2}", "{scv: -2}", "workload[1].arrivals.bulk.arrivals.renewal.gaps.lognormal.scv: -2 lies outside"},
		{"high waves", "amplitude: 10/s", "amplitude: 11/s", "workload[2].arrivals.sinusoid.amplitude: 11 lies outside 0 to the mean of 10"},
		{"late phase", "phase: 5s", "phase: 50s", "workload[2].arrivals.sinusoid.phase: 50s is not a time within a period of 30s"},
		{"early start", "start: 0s", "start: -1s", "workload[3].arrivals.constant.start: -1s lies outside"},
		{"two forms of a distribution", "low: 0.5,", "low: 0.5, ratio: 2,", "workload[0].service.bimodal.ratio: the distribution has either a ratio or"},
		{"half a distribution", "low: 0.5,", "", "workload[0].service.bimodal.ratio: the distribution needs a ratio, or two values"},
		{"a short day", "{constant: {rate: 10/s, start: 0s}}", "{day-curve: {mean: 1/s, day: 1s, at: 0s}}", "workload[3].arrivals.day-curve.day: 1s lies outside 10s to 31 days"},
	} {
		text := strings.Replace(crowd, c.old, c.new, 1)
		if text == crowd {
			t.Fatalf("%s: nothing is replaced", c.name)
		}
		got := mistakes(t, text)
		if !strings.Contains(got, c.want) || strings.Count(got, "\n") > 0 && c.name != "a class twice" {
			t.Errorf("%s: reported is\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}
