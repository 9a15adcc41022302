package scenarios

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

// slow is a scenario whose machines and replicas take random times until they are ready.
const slow = `name: slow
duration: 2m
control: {start: cold, startup: {distribution: exponential}}
workload:
  - {model: vit, slo: {latency: 400ms}, arrivals: {poisson: {rate: 50/s}}}
fleet:
  - {machine: aws/g4dn.xlarge, max: 8, boot: {mean: 30s, distribution: {lognormal: {scv: 0.5}}}}
  - {machine: aws/g6.xlarge, max: 8, boot: {distribution: {empirical: {values: [50, 60, 190]}}}}
  - {machine: aws/c7i.4xlarge, max: 8, boot: 40s}
policies: [follow]
`

func TestRandomDurationsReachTheSpec(t *testing.T) {
	c := prepared(t, slow).Spec
	for i, want := range []struct {
		boot         time.Duration
		distribution string
	}{{30 * time.Second, "lognormal(0.5)"}, {120 * time.Second, "empirical(3 values)"}, {40 * time.Second, ""}} {
		kind := &c.Types[i]
		if kind.Boot != want.boot {
			t.Errorf("%s boots in %v, want %v", kind.Name, kind.Boot, want.boot)
		}
		if got := name(kind.BootDistribution); got != want.distribution {
			t.Errorf("%s boots by the distribution %q, want %q", kind.Name, got, want.distribution)
		}
	}
	for i := range c.Deployments {
		if d := &c.Deployments[i]; d.Load-d.Transfer != 10*time.Second || name(d.StartDistribution) != "exponential" {
			t.Errorf("%s starts up in %v, by the distribution %q", d.Name, d.Load-d.Transfer, name(d.StartDistribution))
		}
	}
}

func name(distribution any) string {
	if s, ok := distribution.(interface{ String() string }); ok {
		return s.String()
	}
	return ""
}

// TestWordsForConstantTimesAgree: a plain time gives the same results as a constant distribution
// with this time as its mean.
func TestWordsForConstantTimesAgree(t *testing.T) {
	long := strings.NewReplacer("boot: 40s", "boot: {mean: 40s, distribution: deterministic}", "startup: {distribution: exponential}", "startup: {mean: 10s}").Replace(slow)
	short := strings.Replace(slow, ", startup: {distribution: exponential}", "", 1)
	if a, b := prepared(t, long).Spec, prepared(t, short).Spec; !reflect.DeepEqual(a, b) {
		t.Error("the catalogues differ")
	}
}

func TestResolvedVaryingTimesAreFixpoints(t *testing.T) {
	first := fixpoint(t, "again", prepared(t, slow), false)
	for _, want := range []string{"boot: 40s", "mean: 30s", "startup:\n    mean: 10s\n    distribution: exponential"} {
		if !strings.Contains(string(first), want) {
			t.Errorf("%q is not in\n%s", want, first)
		}
	}
}

func TestMistakesInVaryingTimesAreToldWithTheirPlace(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"mean: 30s", "mean: -30s", "s.yaml:7:53: fleet[0].boot.mean: -30s is negative"},
		{"mean: 30s", "mean: 30", `fleet[0].boot.mean: "30" has no unit`},
		{"mean: 30s", "men: 30s", "fleet[0].boot.men: unknown key"},
		{"scv: 0.5", "scv: -1", "fleet[0].boot.distribution.lognormal.scv: -1 lies outside"},
		{"boot: 40s", "boot: -40s", "fleet[2].boot.mean: -40s is negative"},
		{"boot: 40s", "boot: 4", `fleet[2].boot: "4" has no unit`},
		{"boot: 40s", "boot: {distribution: nosuch}", "fleet[2].boot.distribution: there is no nosuch (known: deterministic,"},
		{"[50, 60, 190]", "[50, -1]", "fleet[1].boot.distribution.empirical.values[1]: -1 lies outside"},
		{"[50, 60, 190]", "[]", "fleet[1].boot.distribution.empirical.values: 0 given"},
		{"startup: {distribution", "startup: {mean: -1s, distribution", "control.startup.mean: -1s is negative"},
	} {
		if got := mistakes(t, strings.Replace(slow, c.old, c.new, 1)); !strings.Contains(got, c.want) {
			t.Errorf("the mistake is\n%s\nwant\n%s", got, c.want)
		}
	}
}

func TestPoliciesMeetTheSameBootsInAnyRun(t *testing.T) {
	e := prepared(t, strings.Replace(slow, "[follow]", "[follow, hpa]", 1))
	for p := range e.Scenario.Policies {
		one, first := observed(t, e, p)
		two, second := observed(t, e, p)
		if first != second || one.Arrived != two.Arrived {
			t.Errorf("%s: a second run differs", e.Scenario.Policies[p].Name)
		}
	}
}
