package scenarios

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wavetank/scenarios/file"
	"wavetank/sim"
)

// twins returns the Starlark file that docs/policies.md shows. Its functions decide as the built-in
// policies least-outstanding, always, last and follow do.
func twins(t *testing.T) string {
	t.Helper()
	document, err := os.ReadFile("../docs/policies.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(document), "```python\n# mine.star\n")
	text, _, found := strings.Cut(rest, "```")
	if !found {
		t.Fatal("docs/policies.md shows no mine.star")
	}
	return text
}

// written writes a file of a policy and returns its path.
func written(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// worlds are short forms of shipped scenarios in which twins are compared with built-in policies.
var worlds = map[string][]file.Change{
	"mm1":        {{Path: "duration", Value: "1m"}, {Path: "warmup", Value: "10s"}},
	"quickstart": {{Path: "duration", Value: "2m"}, {Path: "warmup", Value: "10s"}, {Path: "workload[0].arrivals.day-curve.spikes", Value: "[]"}},
}

// outcomeOf returns the results of one replication of one policy, which is called p.
func outcomeOf(t *testing.T, world, levers string) Results {
	t.Helper()
	changes := append([]file.Change{
		{Path: "policies", Value: "[{name: p, " + levers + "}]"}, {Path: "replications", Value: "1"}, {Path: "baseline", Value: `""`},
	}, worlds[world]...)
	f, err := file.Load(world, changes)
	if err != nil {
		t.Fatal(err)
	}
	f.CommandsAllowed = true
	r, err := ready(t, f).Run(t.Context(), RunOptions{Parallel: 1})
	if err != nil {
		t.Fatal(err)
	}
	r.Decisions = nil // computing times
	return r
}

// sameResults checks that policies have the same results in all digits in every world.
func sameResults(t *testing.T, levers ...string) {
	t.Helper()
	for world := range worlds {
		want := outcomeOf(t, world, levers[0])
		if len(want.Rows) < 20 {
			t.Fatalf("%s: only %d rows", world, len(want.Rows))
		}
		for _, other := range levers[1:] {
			if got := outcomeOf(t, world, other); !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %s and %s have different results:\n%s", world, levers[0], other, cmp.Diff(want, got))
			}
		}
	}
}

func TestStarlarkDecidesAsItsTwins(t *testing.T) {
	path := written(t, "twins.star", twins(t))
	of := "{starlark: {file: " + path + "}}"
	sameResults(t,
		"allocator: {follow: {capacity: utilization}}, router: least-outstanding, admission: always",
		"allocator: {follow: {capacity: utilization, forecast: "+of+"}}, router: "+of+", admission: "+of,
		"allocator: {starlark: {capacity: utilization, file: "+path+"}}, router: least-outstanding, admission: always",
	)
}

// TestFaultsOfStarlarkFiles: faults of a file are told before the run, all at once and with their
// lines; failures of decisions end the run with an error that names the policy and the line.
func TestFaultsOfStarlarkFiles(t *testing.T) {
	for _, c := range []struct{ name, lever, text, want string }{
		{"syntax", "router", "def score(request, replica)\n    return 1\n", "p.star line 2 column 1: got newline, want ':'"},
		{"two unknown names", "router", "def score(request, replica):\n    return a + b\n", "line 2 column 12: undefined: a\n…line 2 column 16: undefined: b"},
		{"no function", "router", "def scores(request, replica):\n    return 1\n", "p.star defines no function score"},
		{"a parameter too few", "router", "def score(request):\n    return 1\n", "p.star line 1 column 1: score has 1 parameters, not 2"},
		{"load", "router", "load('os.star', 'x')\ndef score(request, replica):\n    return x\n", "p.star line 1 column 1"},
		{"endless at the top", "router", "while True:\n    pass\n", "a decision took more than 1000000 steps (max-steps)"},
		{"endless", "router", "def score(request, replica):\n    while True:\n        pass\n", `router "starlark(p.star)": p.star line 1 column 1, in score: a decision took more than 1000000 steps (max-steps)`},
		{"not a number", "router", "def score(request, replica):\n    return 'a'\n", `router "starlark(p.star)": p.star line 1 column 1: score returned "a" (string), not a finite number`},
		{"infinite", "router", "def score(request, replica):\n    return float('inf')\n", "score returned +inf (float), not a finite number"},
		{"unknown attribute", "router", "def score(request, replica):\n    return replica.lod\n", "p.star line 2 column 19, in score: replica has no .lod field or method"},
		{"own message", "admission", "def admit(request, model):\n    fail('no', model.name)\n", `admission "starlark(p.star)": p.star line 2 column 9, in admit: no queue`},
		{"print", "admission", "def admit(request, model):\n    print(1)\n", "a policy cannot print"},
		{"not a truth", "admission", "def admit(request, model):\n    return 1\n", "admit returned 1 (int), not True or False"},
		{"no answer", "allocator", "def allocate(fleet):\n    pass\n", `allocator "starlark(p.star, capacity utilization)": demand: p.star line 1 column 1: allocate returned None (NoneType): want a dictionary with the key "demand" or "replicas"`},
		{"unknown model", "allocator", "def allocate(fleet):\n    return {'demand': {'quee': -1}}\n", "demand: there is no \"quee\" (did you mean \"queue\"?)\n…demand: queue is missing"},
		{"unknown deployment", "allocator", "def allocate(fleet):\n    return {'replicas': {'x': 1}}\n", `replicas: there is no "x"`},
		{"negative", "allocator", "def allocate(fleet):\n    return {'replicas': {name: -1 for name in fleet.deployments}}\n", "replicas of unit@server: -1 is outside [0, 2147483647]"},
		{"both", "allocator", "def allocate(fleet):\n    return {'replicas': {}, 'demand': {}}\n", "either demand or replicas, not both"},
	} {
		t.Run(c.name, func(t *testing.T) {
			lever := c.lever + ": {starlark: {file: " + written(t, "p.star", c.text) + "}}"
			if c.lever != "allocator" {
				lever = "allocator: {follow: {capacity: utilization}}, " + lever
			} else {
				lever = strings.Replace(lever, "{file", "{capacity: utilization, file", 1)
			}
			f, err := file.Load("mm1", append([]file.Change{{Path: "policies", Value: "[{" + lever + "}]"}, {Path: "replications", Value: "1"}}, worlds["mm1"]...))
			if err != nil {
				t.Fatal(err)
			}
			e, err := Prepare(f)
			if err == nil {
				_, err = e.Run(t.Context(), RunOptions{Parallel: 1})
			}
			for _, want := range strings.Split(c.want, "\n…") {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("error %v, want %s", err, want)
				}
			}
		})
	}
}

// TestRecordedDecisionsAreThoseOfTheLog: a log that holds one fleet gives the results of fixed.
func TestRecordedDecisionsAreThoseOfTheLog(t *testing.T) {
	log := written(t, "log.jsonl", `{"time": 0, "replicas": {"unit@server": 1}}`+"\n")
	of := func(levers string) map[string]float64 {
		values := map[string]float64{}
		for _, r := range outcomeOf(t, "mm1", levers).Rows {
			if !strings.HasPrefix(r.Metric, "forecast") && !strings.HasPrefix(r.Metric, "plan") && r.Value == r.Value {
				values[r.Scope+" "+r.Metric] = r.Value
			}
		}
		return values
	}
	want, got := of("allocator: fixed"), of("allocator: {recorded: {capacity: utilization, file: "+log+"}}")
	if diff := cmp.Diff(want, got); diff != "" || len(want) < 20 {
		t.Errorf("fixed and a log of the same fleet differ (%d values): %s", len(want), diff)
	}
}

// TestDecisionsOfALogHoldUntilTheNext: the fleet follows the log at the control periods.
func TestDecisionsOfALogHoldUntilTheNext(t *testing.T) {
	log := written(t, "log.jsonl", `{"time": 0, "replicas": {"unit@server": 1}}
{"time": 30, "demand": {"queue": 0}}

{"time": 60.5, "replicas": {}}
`)
	e := prepare(t, "mm1", append([]file.Change{
		{Path: "policies", Value: "[{recorded: {capacity: utilization, file: " + log + "}}]"}, {Path: "replications", Value: "1"}, {Path: "control.period", Value: "20s"}, {Path: "router", Value: "least-outstanding"},
	}, worlds["mm1"]...)...)
	counts := &replicasSeen{}
	if err := e.Observe(t.Context(), 0, 0, counts); err != nil {
		t.Fatal(err)
	}
	// demand 0 keeps min-replicas, and the decision at 60.5 s comes after the run
	if got := counts.ordered; got != 1 {
		t.Errorf("%d replicas were loaded", got)
	}
	if got := counts.decisions; got != 3 {
		t.Errorf("%d decisions", got)
	}
}

// replicasSeen counts loads and decisions.
type replicasSeen struct{ ordered, decisions int }

// Observe implements sim.Observer.
func (s *replicasSeen) Observe(f *sim.Fact) {
	switch f.Kind {
	case sim.ReplicaLoading:
		s.ordered++
	case sim.Decided:
		s.decisions++
	}
}

func TestFaultsOfLogs(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "log.jsonl has no decision"},
		{`{"time": 5, "replicas": {}}`, "log.jsonl line 1: the first decision is at 5 s; a run needs one at 0"},
		{"{\"time\": 0, \"replicas\": {}}\n{\"time\": 0, \"replicas\": {}}\n{\"replicas\": {}}\n{\"time\": 9}\n[]", "line 2: time: 0 is not after 0\n…line 3: the key time is missing\n…line 4: want one of the keys\n…line 5: json: cannot unmarshal"},
		{`{"time": 0, "replicas": {"unit@servr": 1}}`, `log.jsonl line 1: there is no deployment "unit@servr" (did you mean "unit@server"?)`},
		{`{"time": 0, "demand": {"queu": 1}}`, `log.jsonl line 1: there is no model "queu" (did you mean "queue"?)`},
		{`{"time": 0, "replica": {}}`, `unknown field "replica"`},
		{`{"time": 0, "replicas": {}} {}`, "there is more than one object"},
	} {
		f, err := file.Load("mm1", []file.Change{{Path: "policies", Value: "[{recorded: {file: " + written(t, "log.jsonl", c.text) + "}}]"}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = Prepare(f)
		for _, want := range strings.Split(c.want, "\n…") {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("error %v, want %s", err, want)
			}
		}
	}
}

// TestAChangedFileIsAnotherRun: the key of a run depends on the content of the file of a policy.
func TestAChangedFileIsAnotherRun(t *testing.T) {
	path := written(t, "twins.star", twins(t))
	key := func() string {
		e := prepare(t, "mm1", file.Change{Path: "router", Value: "{starlark: {file: " + path + "}}"})
		k, err := e.Key(&e.Scenario.Policies[0], 0)
		if err != nil {
			t.Fatal(err)
		}
		if len(e.Inputs) != 1 || e.Inputs[0].File != path || len(e.Inputs[0].SHA256) != 64 {
			t.Errorf("the inputs are %+v", e.Inputs)
		}
		return k.Scenario
	}
	before := key()
	if key() != before {
		t.Error("equal files have different keys")
	}
	if err := os.WriteFile(path, []byte(twins(t)+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if key() == before {
		t.Error("different files have equal keys")
	}
}
