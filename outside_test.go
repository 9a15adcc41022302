package wavetank_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// outsideTest is added to the module of a user. It runs the suite, the command line, and a scenario
// with a policy that knows the load of the run.
const outsideTest = `package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"wavetank"
	"wavetank/scenarios"
	"wavetank/sim"
)

func TestMain(m *testing.M) {
	if os.Getenv("AS_PROGRAM") != "" {
		main()
	}
	os.Exit(m.Run())
}

func program(t *testing.T, args ...string) string {
	c := exec.Command(os.Args[0], args...)
	c.Env = append(os.Environ(), "AS_PROGRAM=1")
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}

func TestCommandLine(t *testing.T) {
	if out := program(t, "list", "policies"); !strings.Contains(out, "fewest") {
		t.Errorf("the policy is not listed: %s", out)
	}
	program(t, "check", "mm1", "--set", "router=fewest")
}

func TestLibrary(t *testing.T) {
	e, err := wavetank.Load("mm1", "duration=10m", "router=fewest", "replications=2", "policies=[static-peak]")
	if err != nil {
		t.Fatal(err)
	}
	r, err := e.Run(t.Context(), scenarios.RunOptions{Parallel: 1})
	if err != nil || len(r.Rows) == 0 {
		t.Fatal(len(r.Rows), err)
	}
	var text strings.Builder
	folder := filepath.Join(t.TempDir(), "out")
	if err := wavetank.Write(folder, e, r); err != nil {
		t.Fatal(err)
	}
	if page, err := os.ReadFile(filepath.Join(folder, "report.html")); err != nil || !strings.Contains(string(page), "static-peak") {
		t.Errorf("the report does not name the policy: %v", err)
	}
	if err := wavetank.Print(&text, e, r); err != nil || !strings.Contains(text.String(), "static-peak") {
		t.Errorf("printed %s: %v", text.String(), err)
	}
	for change, want := range map[string]string{"duration": "want path=value", "router=fewer": "fewest"} {
		if _, err := wavetank.Load("mm1", change); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", change, err)
		}
	}
}

func TestUnusablePolicies(t *testing.T) {
	for name, about := range map[string]string{"fewest": "Is taken.", "round-robin": "Is taken.", "Mine": "Has a capital.", "mine": "no sentence"} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s is added", name)
				}
			}()
			wavetank.AddRouter(wavetank.Policy(name, about, func(wavetank.Context) (sim.Router, error) { return fewest{}, nil }))
		}()
	}
}
`

// TestAModuleOfAUserAddsAPolicy builds the program and the test that docs/policies.md shows, in a
// module of their own, and runs them.
func TestAModuleOfAUserAddsAPolicy(t *testing.T) {
	root, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	sums, err := os.ReadFile("go.sum")
	if err != nil {
		t.Fatal(err)
	}
	modules, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	document, err := os.ReadFile("docs/policies.md")
	if err != nil {
		t.Fatal(err)
	}
	var programs []string
	for _, part := range strings.Split(string(document), "```go\n")[1:] {
		if code, _, _ := strings.Cut(part, "```"); strings.HasPrefix(code, "package main\n") {
			programs = append(programs, code)
		}
	}
	if len(programs) != 2 {
		t.Fatalf("the document shows %d files of package main, not a program and its test", len(programs))
	}
	folder := t.TempDir()
	for name, text := range map[string]string{
		// as go mod tidy leaves it: all modules are named, so that none is looked up
		"go.mod":  strings.Replace(string(modules), "module wavetank\n", "module mine\n\nrequire wavetank v0.0.0\n\nreplace wavetank => "+root+"\n", 1),
		"go.sum":  string(sums),
		"main.go": programs[0], "main_test.go": programs[1], "more_test.go": outsideTest,
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	run := func(environment []string, args ...string) string {
		c := exec.Command("go", args...)
		c.Dir = folder
		c.Env = append(os.Environ(), environment...)
		out, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("go %v: %v:\n%s", args, err, out)
		}
		return string(out)
	}
	// the replace directive gives the module all packages
	deps := run([]string{"GOWORK=off", "GOFLAGS=-mod=mod"}, "list", "-deps", "-test", ".")
	if !strings.Contains(deps, "wavetank/policies/conformance\n") {
		t.Errorf("the packages of the module are\n%s", deps)
	}
	// in a workspace, the packages that were built for the other tests are not built again
	work := filepath.Join(folder, "go.work")
	if err := os.WriteFile(work, []byte("go 1.26.0\n\nuse .\nuse "+root+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	out := run([]string{"GOWORK=" + work}, "test", "-vet=off", "-count=1", "-v", ".")
	for _, want := range []string{"--- PASS: TestMyPolicies/router_fewest", "--- PASS: TestCommandLine", "--- PASS: TestLibrary", "--- PASS: TestUnusablePolicies"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in the output:\n%s", want, out)
		}
	}
}
