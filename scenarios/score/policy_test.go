package score

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wavetank/scenarios/file"
)

// loaded returns a shipped scenario with changes.
func loaded(t *testing.T, name string, changes ...file.Change) file.Scenario {
	t.Helper()
	f, err := file.Load(name, changes)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Faults.Err(); err != nil {
		t.Fatal(err)
	}
	return f.Scenario
}

var noBaseline = file.Change{Path: "baseline", Value: `""`}

// TestPoliciesAsACommandLineNamesThem: each form leaves one policy, with the levers that it should
// have.
func TestPoliciesAsACommandLineNamesThem(t *testing.T) {
	t.Chdir(t.TempDir())
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	const score, admit, predict, allocate = "def score(request, replica):\n    return 1\n", "def admit(request, model):\n    return True\n", "def forecast(history, steps):\n    return 1\n", "def allocate(fleet):\n    return {}\n"
	for name, text := range map[string]string{"router.star": score, "door.star": admit, "load.star": predict + score, "all.star": score + admit + predict + allocate, "mine.py": "", "none.star": "x = 1\n", "wrong.star": "x = y\n"} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s := loaded(t, "quickstart", file.Change{Path: "policies", Value: "[static-peak, {name: usual, allocator: {hpa: {target: 0.9}}, batcher: nexus}]"}, noBaseline)
	for policy, want := range map[string][]string{
		"usual":                      {"usual", "hpa", "none", "none", `"target":0.9`, `"nexus"`},
		"greedy":                     {"greedy", "greedy", "none", "none"},
		"{follow: {headroom: 1.25}}": {"follow(headroom 1.25)", "follow", "none", "none", `"headroom":1.25`},
		"router.star":                {"usual", "hpa", "starlark", "none", `"target":0.9`, `"nexus"`},
		"door.star":                  {"usual", "hpa", "none", "starlark", `"target":0.9`, `"nexus"`},
		"load.star":                  {"follow(starlark(load.star))", "follow", "starlark", "none"},
		"all.star":                   {"starlark(all.star)", "starlark", "starlark", "starlark", filepath.Join(here, "all.star")},
		"python3 mine.py --fast":     {"command(python3 " + filepath.Join(here, "mine.py") + " --fast)", "command", "none", "none"},
	} {
		changes, err := Changes(policy, Flag, s)
		if err != nil {
			t.Errorf("%s: %v", policy, err)
			continue
		}
		got := loaded(t, "quickstart", changes...)
		if len(got.Policies) != 1 || got.Baseline != "" {
			t.Fatalf("%s: %d policies, baseline %q", policy, len(got.Policies), got.Baseline)
		}
		p := &got.Policies[0]
		names := []string{p.Name, "none", "none", "none"}
		names[1], _ = p.Allocator.Chosen()
		if p.Router != nil {
			names[2], _ = p.Router.Chosen()
		}
		if p.Admission != nil {
			names[3], _ = p.Admission.Chosen()
		}
		text, err := written(p)
		if err != nil || !slices.Equal(names, want[:len(names)]) {
			t.Errorf("%s: %q, %v, want %q", policy, names, err, want)
		}
		for _, part := range want[len(names):] {
			if !strings.Contains(text, part) {
				t.Errorf("%s is %s, without %s", policy, text, part)
			}
		}
	}
	for policy, want := range map[string]string{
		"hpaa":       `POLICY hpaa: there is no policy "hpaa" (did you mean "hpa"?)`,
		"starlark":   "POLICY starlark: starlark needs the parameter file",
		"none.star":  "POLICY none.star: it defines none of allocate(fleet), score(request, replica), admit(request, model) and forecast(history, steps)",
		"wrong.star": "POLICY wrong.star: wrong.star line 1 column 5: undefined: y",
		"away.star":  "away.star: there is no such file",
	} {
		if _, err := Changes(policy, Flag, s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", policy, err, want)
		}
	}
	knows := loaded(t, "quickstart", file.Change{Path: "policies", Value: "[static-peak]"}, noBaseline)
	if _, err := Changes("router.star", Flag, knows); err == nil || !strings.Contains(err.Error(), "every policy of the scenario knows the load beforehand") {
		t.Error(err)
	}
}
