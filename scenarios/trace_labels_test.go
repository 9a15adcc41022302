package scenarios

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"wavetank/scenarios/file"
	"wavetank/sim/fleet"
)

// senders is a trace whose requests have tiers and customers.
const senders = "t,status,tier,customer\n0,200,premium,acme\n1,200,free,zeta\n2,500,trial,nobody@nowhere\n3,200,premium,acme\n4,200,free,beta\n"

// labelledTrace returns a scenario in which one stream replays a trace. keys are further keys of
// the trace, more further lines of the stream.
func labelledTrace(keys, more string) string {
	return `name: s
duration: 1m
replications: 1
classes: [{name: gold, slo: {latency: 500ms}}, {name: bronze}]
workload:
  - model: vit
    slo: {latency: 1s}
` + more + `    arrivals: {csv: {file: trace.csv, time: t, where: {status: "200"}, ` + keys + `}}
  - {name: drawn, model: resnet, slo: {latency: 1s}, classes: {bronze: 1}, tenants: {zeta: 1}, arrivals: {poisson: {rate: 1/s}}}
fleet:
  - {machine: aws/g4dn.xlarge, max: 2}
policies: [follow]
`
}

// readLabelled reads such a scenario beside a trace.
func readLabelled(t *testing.T, trace, text string) (*file.Loaded, error) {
	t.Helper()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "trace.csv"), []byte(trace), 0o600); err != nil {
		t.Fatal(err)
	}
	return file.Read(filepath.Join(folder, "s.yaml"), []byte(text))
}

func TestARequestHasTheClassAndTenantOfItsRow(t *testing.T) {
	own := strings.NewReplacer("premium", "gold", "free", "bronze").Replace(senders)
	for _, c := range []struct{ trace, keys, more, want string }{
		{senders, "class: tier, classes: {premium: gold, free: bronze}, tenant: customer", "", "[gold/acme bronze/zeta gold/acme bronze/beta]"},
		{own, "class: tier, tenant: customer", "    patience: {mean: 2s}\n", "[gold/acme bronze/zeta gold/acme bronze/beta]"},
		{senders, "tenant: customer, tenants: {acme: A, zeta: B, beta: B}", "    classes: {gold: 1}\n", "[gold/A gold/B gold/A gold/B]"},
		{senders, "class: tier, classes: {premium: bronze, free: gold}", "    tenants: {all: 1}\n", "[bronze/all gold/all bronze/all gold/all]"},
	} {
		f, err := readLabelled(t, c.trace, labelledTrace(c.keys, c.more))
		if err != nil {
			t.Fatal(err)
		}
		e := ready(t, f)
		src, err := e.Built.Requests(0, 0)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for r := (fleet.Request{}); src.Next(&r); {
			got = append(got, e.Spec.Classes[r.Class].Name+"/"+e.Spec.Tenants[r.Tenant])
		}
		if fmt.Sprint(got) != c.want || src.Err() != nil || src.Close() != nil {
			t.Errorf("%s: the requests are %v, want %s; %v", c.keys, got, c.want, src.Err())
		}
		if n := slices.Index(e.Spec.Tenants, "zeta"); n < 0 || slices.Index(e.Spec.Tenants[n+1:], "zeta") >= 0 {
			t.Errorf("%s: the tenants are %v, want zeta once", c.keys, e.Spec.Tenants)
		}
	}
}

// faultsOf returns the faults of such a scenario, with files named without their folder.
func faultsOf(t *testing.T, trace, text string) string {
	t.Helper()
	f, err := readLabelled(t, trace, text)
	if err == nil {
		_, err = Prepare(f)
	}
	return regexp.MustCompile(`/\S*/`).ReplaceAllString(fmt.Sprint(err), "")
}

func TestFaultsOfClassesAndTenantsInATrace(t *testing.T) {
	const both = "class: tier, classes: {premium: gold, free: bronze}, tenant: customer"
	for _, c := range []struct {
		keys, more string
		wants      []string
	}{
		{"class: tier, tenant: customer", "", []string{`csv.class: trace.csv: the column "tier" has the values "premium", "free"; the scenario has no class called "premium", "free"`}},
		{"class: tier, classes: {premium: gold}, tenant: customer, tenants: {acme: a}", "", []string{
			`csv.classes: trace.csv: the column "tier" has the values "premium", "free"; no class is given for "free"`,
			`csv.tenants: trace.csv: the column "customer" has the values "acme", "zeta", "beta"; no tenant is given for "zeta", "beta"`,
		}},
		{"class: tier, classes: {premium: golt, free: bronze}, tenant: customer, tenants: {acme: a/b}", "", []string{
			`csv.classes.premium: there is no class "golt" under the scenario's classes (did you mean "gold"?)`, `csv.tenants.acme: the name has '/' in it`,
		}},
		{"class: teir, tenant: status", "", []string{`csv.class: trace.csv:1: column "teir" is missing`}},
		{"tenant: customer, classes: {premium: gold}, tenants: {acme: a}", "", []string{"csv.classes: no column of the class is named", "the scenario has classes"}},
		{"class: tier, classes: {premium: gold, free: bronze}, tenants: {acme: a}", "", []string{"csv.tenants: no column of the tenant is named", "another stream has tenants"}},
		{both, "    classes: {gold: 1}\n    tenants: {a: 1}\n    sessions: {mean-requests: 5}\n", []string{
			"[0].classes: the trace has a column of the class", "[0].tenants: the trace has a column of the tenant", "[0].sessions: a random session has one class",
		}},
	} {
		all := faultsOf(t, senders, labelledTrace(c.keys, c.more))
		for _, want := range c.wants {
			if !strings.Contains(all, want) {
				t.Errorf("%s: no %q in\n%s", c.keys, want, all)
			}
		}
		if got := strings.Count(all, "s.yaml:"); got != len(c.wants) {
			t.Errorf("%s: %d faults, want %d:\n%s", c.keys, got, len(c.wants), all)
		}
	}
	unread := strings.Replace(labelledTrace("class: tier, classes: {premium: gold, free: bronze}, tenant: customer", ""), "name: gold", "name: /", 1)
	if all := faultsOf(t, senders, unread); strings.Count(all, "s.yaml:") != 1 || !strings.Contains(all, "classes[0].name") {
		t.Error(all)
	}
	all := faultsOf(t, strings.ReplaceAll(senders, "acme", "a@b"), labelledTrace(both, ""))
	if !strings.Contains(all, `csv.tenant: trace.csv: the column "customer" has the values "a@b", "zeta", "beta"; a tenant cannot be called "a@b"`) {
		t.Error(all)
	}
}

// TestARecordedLoadKeepsItsClassesAndTenants records drawn classes and tenants, and replays them.
func TestARecordedLoadKeepsItsClassesAndTenants(t *testing.T) {
	e := load(t, crowd)
	folder := t.TempDir()
	path := filepath.Join(folder, "trace.csv")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = e.Record(t.Context(), 0, f); err != nil || f.Close() != nil {
		t.Fatal(err)
	}
	text := `name: again
duration: 2m
classes: [{name: bronze}, {name: gold}]
workload:
  - {model: vit, slo: {latency: 1s}, arrivals: ` + recordedAs(path, "vit", "class: class, tenant: tenant") + `}
fleet: [{machine: aws/g6.xlarge, max: 9}]
policies: [static-peak]
`
	again := load(t, text)
	drawn, err := e.Built.Requests(0, 0)
	if err != nil {
		t.Fatal(err)
	}
	replayed, err := again.Built.Requests(0)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for want, got := (fleet.Request{}), (fleet.Request{}); replayed.Next(&got) && drawn.Next(&want); n++ {
		if again.Spec.Classes[got.Class].Name != e.Spec.Classes[want.Class].Name || again.Spec.Tenants[got.Tenant] != e.Spec.Tenants[want.Tenant] || got.Arrival != want.Arrival {
			t.Fatalf("request %d is %+v, was %+v", n, got, want)
		}
	}
	if n < 500 || replayed.Close() != nil || drawn.Close() != nil {
		t.Errorf("%d requests", n)
	}
}
