package across

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wavetank/metrics/compare"
	"wavetank/metrics/rows"
	"wavetank/reports/store"
)

const base = `name: day
seed: 7
duration: 1h
warmup: 5m
workload:
  - model: vit
    slo:
      latency: 250ms
    arrivals:
      poisson:
        rate: 20/s
fleet:
  - machine: g6
    max: 4
  - machine: g4dn
    max: 2
router: random
policies:
  - name: hpa
    allocator:
      hpa:
        target: 0.7
  - name: lp
    allocator:
      lp:
        margin: 0
`

// archive makes results of a scenario: the cost of a policy is 10, times a factor, and changes by
// replication.
func archive(resolved string, factor float64, policies ...string) store.Archive {
	name := strings.Fields(resolved)[1]
	r := store.Archive{Manifest: store.Manifest{
		Scenario: name, Version: "1", Seed: 7, Replications: 4, Completed: 4, WarmupSeconds: 300, DurationSeconds: 3600,
		Policies: policies, Resolved: resolved, Objectives: []rows.Objective{{Scope: rows.All, Name: "vit", Percent: 95}},
	}}
	for p, policy := range policies {
		for i := range 4 {
			add := func(metric, unit string, v float64) {
				r.Rows = append(r.Rows, rows.Row{Scenario: name, Policy: policy, Replication: i, Measurement: rows.Measurement{Scope: rows.All, Metric: metric, Unit: unit, Value: v}})
			}
			add("cost_rate", "$/h", factor*(10+float64(p)+0.1*float64(i)))
			add("slo_attainment", "%", 96+0.1*float64(i))
		}
	}
	return r
}

// folders stores archives as the only content of folders, and returns a function that reads them.
func folders(t *testing.T, list map[string]store.Archive) func(dir string) (store.Archive, error) {
	t.Helper()
	t.Chdir(t.TempDir())
	for dir := range list {
		if err := os.MkdirAll(dir, 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "manifest.json"), nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return func(dir string) (store.Archive, error) {
		r, is := list[filepath.ToSlash(dir)]
		if !is {
			return r, fmt.Errorf("nothing in %s", dir)
		}
		return r, nil
	}
}

func matched(t *testing.T, list map[string]store.Archive, arguments ...string) *Match {
	t.Helper()
	sides, err := Open(arguments, folders(t, list))
	if err != nil {
		t.Fatal(err)
	}
	m, err := Of(sides, nil, -1, 0.01)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

var cost = compare.Quantity{Scope: rows.All, Metric: "cost_rate", Unit: "$/h"}

// TestSettingsThatDifferAreNamed changes a scenario in one way each. It looks for the path of the
// difference, and for whether the requests are still the same.
func TestSettingsThatDifferAreNamed(t *testing.T) {
	for _, c := range []struct {
		old, now, path string
		values         []string
		paired         bool
	}{
		{"max: 4", "max: 8", "fleet[g6].max", []string{"4", "8"}, true},
		{"  - machine: g4dn\n    max: 2\n", "", "fleet[g4dn]", []string{"{machine: g4dn, max: 2}", "–"}, true},
		{"latency: 250ms", "latency: 300ms", "workload[vit].slo.latency", []string{"250ms", "300ms"}, true},
		{"rate: 20/s", "rate: 21/s", "workload[vit].arrivals.poisson.rate", []string{"20/s", "21/s"}, false},
		{"poisson:\n        rate: 20/s", "gamma:\n        rate: 20/s", "workload[vit].arrivals", []string{"poisson", "gamma"}, false},
		{"router: random", "router:\n  pairing:\n    d: 2", "router", []string{"random", "{pairing: {d: 2}}"}, true},
		{"target: 0.7", "target: 0.5", "policies[hpa].allocator.hpa.target", []string{"0.7", "0.5"}, true},
		{"hpa:\n        target: 0.7", "kpa:\n        target: 0.7", "policies[hpa].allocator", []string{"hpa", "kpa"}, true},
		{"warmup: 5m", "warmup: 6m", "warmup", []string{"5m", "6m"}, false},
		{"name: day", "name: night", "", nil, true},
	} {
		m := matched(t, map[string]store.Archive{"a": archive(base, 1, "hpa", "lp"), "b": archive(strings.Replace(base, c.old, c.now, 1), 1, "hpa", "lp")}, "a", "b")
		if c.path == "" {
			if len(m.Differences) != 0 || m.Confounds()[0] != "The settings are the same." {
				t.Errorf("%s: %+v", c.now, m.Differences)
			}
		} else if len(m.Differences) != 1 || m.Differences[0].Path != c.path || !slices.Equal(m.Differences[0].Values, c.values) || !strings.Contains(m.Confounds()[0], "One setting differs: "+c.path) {
			t.Errorf("%s: %+v, %v", c.now, m.Differences, m.Confounds())
		}
		if paired, all := m.Family(cost).Requests(); all != 2 || (paired == all) != c.paired {
			t.Errorf("%s: %d of %d are paired", c.now, paired, all)
		}
	}
}

// TestChanceIsNoConfound: another seed and fewer replications are told, but are no setting.
func TestChanceIsNoConfound(t *testing.T) {
	other := archive(base, 1, "hpa")
	other.Manifest.Seed, other.Manifest.Completed = 8, 3
	m := matched(t, map[string]store.Archive{"a": archive(base, 1, "hpa"), "b": other}, "a", "b")
	if len(m.Differences) != 2 || !m.Differences[0].Sampling || m.Confounds()[0] != "The settings are the same." {
		t.Errorf("%+v %v", m.Differences, m.Confounds())
	}
	if paired, _ := m.Family(cost).Requests(); paired != 0 {
		t.Error("runs with different seeds are paired")
	}
	m = matched(t, map[string]store.Archive{"a": archive(base, 1, "hpa"), "b": archive(strings.NewReplacer("max: 4", "max: 5", "random", "fixed").Replace(base), 1, "hpa")}, "a", "b")
	if got := m.Confounds()[0]; !strings.Contains(got, "More than one setting differs between a and b (2)") {
		t.Error(got)
	}
}

// TestEachPolicyMayHaveItsOwnDifference: one changed setting in each of two policies is one
// difference for each.
func TestEachPolicyMayHaveItsOwnDifference(t *testing.T) {
	m := matched(t, map[string]store.Archive{"a": archive(base, 1, "hpa", "lp"), "b": archive(strings.NewReplacer("0.7", "0.6", "margin: 0", "margin: 1").Replace(base), 1, "hpa", "lp")}, "a", "b")
	if got := m.Confounds()[0]; len(m.Differences) != 2 || !strings.Contains(got, "In each comparison of two policies one setting differs") {
		t.Errorf("%v %+v", got, m.Differences)
	}
}

// TestFoldersOfFoldersAreMatchedByScenario compares two folders with two scenarios each, and takes
// the geometric mean over both.
func TestFoldersOfFoldersAreMatchedByScenario(t *testing.T) {
	night := strings.Replace(base, "name: day", "name: night", 1)
	m := matched(t, map[string]store.Archive{
		"old/x": archive(base, 1, "hpa", "lp"), "old/y": archive(night, 1, "hpa"), "new/1": archive(night, 4, "hpa"), "new/2": archive(base, 1, "hpa", "lp"),
	}, "old", "new")
	var labels []string
	for _, e := range m.Entries {
		labels = append(labels, e.Label())
	}
	if want := []string{"day: hpa", "day: lp", "night: hpa"}; !slices.Equal(labels, want) {
		t.Fatalf("entries %q", labels)
	}
	f := m.Family(cost)
	// the third root of 4, minus 1
	if f.Means == nil || f.Means.Used != 3 || f.Means.Change[0].Mean < 0.587 || f.Means.Change[0].Mean > 0.588 {
		t.Errorf("%+v", f.Means)
	}
	if want := 1 - 0.05/4; f.Level != want {
		t.Errorf("level %v, want %v: three contrasts and their mean", f.Level, want)
	}
}

func TestAllPairsOrOneBaseline(t *testing.T) {
	list := map[string]store.Archive{"a": archive(base, 1, "hpa"), "b": archive(base, 1.001, "hpa"), "c": archive(base, 2, "hpa")}
	m := matched(t, list, "a", "b", "c")
	if got := fmt.Sprint(m.Pairs()); got != "[[0 1] [0 2] [1 2]]" {
		t.Error(got)
	}
	f := m.Family(cost)
	if !f.Contrasts[0][0].Same || f.Contrasts[0][0].Mark != compare.Worse || f.Contrasts[0][1].Same || f.Contrasts[0][1].Mark != compare.Worse {
		t.Errorf("%+v", f.Contrasts[0])
	}
	sentences := m.Verdicts(f, "Cost")
	if sentences[0] != "Cost, b against a: worse, but the same within 1 %." || sentences[1] != "Cost, c against a: worse." {
		t.Errorf("%q", sentences)
	}
	m.Baseline = 2
	if got := fmt.Sprint(m.Pairs()); got != "[[2 0] [2 1]]" {
		t.Error(got)
	}
}

// TestPoliciesOfOtherNames: two folders with one policy each are compared, also under different
// names; several without a common name are not.
func TestPoliciesOfOtherNames(t *testing.T) {
	read := folders(t, map[string]store.Archive{"a": archive(base, 1, "hpa", "lp"), "b": archive(base, 2, "dp", "greedy")})
	sides, err := Open([]string{"a", "b"}, read)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Of(sides, nil, -1, 0); err == nil || !strings.Contains(err.Error(), "a has hpa and lp; b has dp and greedy; choose one of each with --policy") {
		t.Error(err)
	}
	if _, err := Of(sides, []string{"lp", "cp", "x"}, -1, 0); err == nil || !strings.Contains(err.Error(), "no results of cp and x; there are results of hpa, lp, dp and greedy") {
		t.Error(err)
	}
	m, err := Of(sides, []string{"lp", "dp"}, -1, 0)
	if err != nil || len(m.Entries) != 1 || m.Entries[0].Policy != "lp, dp" {
		t.Errorf("%+v %v", m, err)
	}
	if finding, known := m.Entries[0].Finding(0); !known || finding != compare.Met {
		t.Errorf("finding %v, known %v", finding, known)
	}
}

// TestEveryBadArgumentIsNamed reads several at once.
func TestEveryBadArgumentIsNamed(t *testing.T) {
	broken := archive(base, 1, "hpa")
	broken.Manifest.Resolved = "a: [1"
	empty := archive(base, 1)
	read := folders(t, map[string]store.Archive{"a": archive(base, 1, "hpa"), "broken": broken, "empty": empty, "twice/x": archive(base, 1, "hpa"), "twice/y": archive(base, 1, "hpa")})
	_, err := Open([]string{"a", "a/", "none", "broken", "empty", "twice", "n=a"}, read)
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"a/ is given twice", "nothing in none", "read results in broken: the scenario in the manifest: ", "read results in empty: there are no rows",
		"twice: the scenario day is in it twice, in x and y", "a is given twice"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in\n%v", want, err)
		}
	}
	if _, err := Open([]string{"n=a", "n=twice/x"}, read); err == nil || !strings.Contains(err.Error(), "two sets of results have the name n") {
		t.Error(err)
	}
	sides, err := Open([]string{"twice/x", "new=a"}, read)
	if err != nil || sides[0].Name != "x" || sides[1].Name != "new" {
		t.Errorf("%+v %v", sides, err)
	}
}
