package scenarios

import (
	"bytes"
	"log"
	"os"
	"testing"

	"wavetank/metrics"
	"wavetank/scenarios/capacity"
	"wavetank/scenarios/file"
	"wavetank/sim/simtest"
)

// tables is the store of simulated capacity that all tests of the package share. A test that must
// not use it sets the cache of its experiment to nil.
var tables capacity.Cache

// TestMain runs the tests with a temporary folder for the tables.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == programWord {
		beProgram(os.Args[2])
		os.Exit(0)
	}
	folder, err := os.MkdirTemp("", "tables")
	if err != nil {
		log.Fatal(err)
	}
	tables = capacity.Cache{Folder: folder, Program: "tests"}
	code := m.Run()
	if err := os.RemoveAll(folder); err != nil {
		log.Fatal(err)
	}
	os.Exit(code)
}

// ready prepares a scenario that was read, and lets it use the tables of the package.
func ready(t *testing.T, f *file.Loaded) *Experiment {
	t.Helper()
	e, err := Prepare(f)
	if err != nil {
		t.Fatal(err)
	}
	e.Capacities.Cache = &tables
	return e
}

// prepare reads and prepares a scenario, given by its name or path, with changes.
func prepare(t *testing.T, name string, changes ...file.Change) *Experiment {
	t.Helper()
	f, err := file.Load(name, changes)
	if err != nil {
		t.Fatal(err)
	}
	e := ready(t, f)
	if old := f.Warnings(); old != nil {
		t.Error(old)
	}
	return e
}

// load reads and prepares the text of a scenario, with changes.
func load(t *testing.T, text string, changes ...file.Change) *Experiment {
	t.Helper()
	f, err := file.Read("s.yaml", []byte(text), changes...)
	if err != nil {
		t.Fatal(err)
	}
	e := ready(t, f)
	if old := f.Warnings(); old != nil {
		t.Error(old)
	}
	return e
}

// fixpoint checks the scenario that the command check prints for an experiment: it agrees with the
// schema, and if it is read and printed again, it is the same. It returns the text. Set shipped if
// the scenario reads traces that are shipped.
func fixpoint(t *testing.T, name string, e *Experiment, shipped bool) []byte {
	t.Helper()
	first, err := e.Resolved()
	if err != nil {
		t.Fatal(err)
	}
	f, err := file.Read(name+".yaml", first)
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, first)
	}
	f.Shipped = shipped
	if err := schema(t).Validate(f.Document.Root().Plain()); err != nil {
		t.Errorf("%s: %v", name, err)
	}
	again, err := Prepare(f)
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, first)
	}
	second, err := again.Resolved()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first, second) {
		t.Errorf("%s is resolved to\n%s\nand that to\n%s", name, first, second)
	}
	return first
}

// checkedRun runs the first replication of the first policy and checks the invariants of a run.
func checkedRun(t *testing.T, e *Experiment) (*metrics.Board, *simtest.InvariantChecker) {
	t.Helper()
	run, err := e.trial(t.Context(), 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	invariants := simtest.NewInvariantChecker(e.Spec)
	run.Observers = append(run.Observers, invariants)
	if err := run.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := invariants.Err(); err != nil {
		t.Error(err)
	}
	return run.board, invariants
}
