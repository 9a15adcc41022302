package wavetank_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// floors says which packages of this module each package may import (DESIGN.md). A package may
// import only packages on lower floors.
const floors = `
sim/simtest/golden:
sim/simtest/shared:
sim/kernel:
sim/quantity:
sim/spelling:
sim/profile: sim/kernel
sim/tokens: sim/kernel sim/profile
sim/tokens/stepwise: sim/kernel sim/profile sim/tokens
sim/fleet: sim/kernel sim/profile sim/tokens
sim: sim/kernel sim/profile sim/tokens sim/fleet
sim/engine: sim sim/kernel sim/tokens sim/fleet sim/profile
sim/simtest: sim sim/kernel sim/profile sim/fleet
workload/table: sim/quantity sim/spelling
workload/records: workload/table
workload/distribution: sim/kernel workload/table
workload: sim/kernel sim/tokens sim/fleet workload/distribution
workload/trace: workload workload/records workload/table workload/distribution sim/kernel sim/tokens sim/fleet
workload/trace/tracetest: sim/kernel
metrics/rows:
metrics/histogram:
metrics/compare: metrics/rows metrics/histogram
metrics/timeline: sim sim/fleet sim/kernel
metrics: metrics/rows metrics/histogram sim sim/kernel sim/profile sim/tokens sim/fleet
workload/characterize: workload workload/trace workload/distribution sim/kernel sim/tokens sim/fleet
policies/admission: sim sim/kernel sim/fleet sim/profile
policies/routing: sim sim/kernel sim/fleet
policies/ordering: sim sim/kernel sim/fleet
policies/gateway: sim sim/fleet
policies/health: sim sim/fleet sim/kernel
policies/capacity: sim/kernel sim/profile sim/tokens sim/fleet
policies/batching: sim sim/kernel sim/profile sim/fleet policies/capacity
policies/forecast: sim sim/kernel sim/fleet
policies/optimize/program:
policies/optimize/programfile: workload/table policies/optimize/program
policies/optimize/linear: policies/optimize/program
policies/optimize/integer: policies/optimize/program policies/optimize/linear
policies/optimize/optimizetest: policies/optimize/program sim/simtest/shared
policies/optimize/classic: policies/optimize/program policies/optimize/linear policies/optimize/integer
policies/optimize/vectorpacking:
policies/optimize: policies/optimize/vectorpacking policies/optimize/classic policies/optimize/linear policies/optimize/integer policies/optimize/program
policies/allocation: policies/capacity policies/optimize/classic sim sim/kernel sim/fleet policies/optimize policies/forecast
policies/allocation/control: sim sim/kernel sim/fleet policies/optimize policies/optimize/classic policies/allocation
policies/allocation/plan: sim sim/fleet sim/kernel policies/optimize policies/allocation
policies/allocation/place: policies/optimize policies/optimize/vectorpacking sim sim/fleet policies/allocation
policies/outside: policies/allocation sim sim/fleet sim/spelling
policies/outside/recorded: policies/outside
policies/outside/script: policies/outside sim sim/fleet
policies/outside/command: policies/outside sim sim/fleet
policies/outside/wasm/wasmtest:
policies/outside/wasm: policies/outside sim sim/fleet sim/kernel
policies/registry: sim/spelling policies/outside policies/outside/recorded policies/outside/command policies/outside/script policies/outside/wasm sim sim/kernel sim/fleet sim/quantity policies/admission policies/gateway policies/health policies/routing policies/ordering policies/batching policies/forecast policies/optimize policies/allocation policies/allocation/control policies/allocation/plan policies/allocation/place
policies/policytest: sim sim/kernel sim/fleet sim/profile sim/engine policies/allocation policies/forecast
policies/conformance: policies/policytest policies/registry policies/allocation sim
scenarios/strict: sim/quantity sim/spelling
scenarios/builtin: scenarios/strict sim/quantity sim/profile sim/fleet sim/tokens sim/spelling
scenarios/calibrate/measured: scenarios/wording workload/records workload/table sim/tokens
scenarios/calibrate/replay: scenarios/wording scenarios/builtin scenarios/calibrate/measured sim/kernel sim/profile sim/tokens
scenarios/calibrate/fit: scenarios/calibrate/replay scenarios/calibrate/measured sim/profile sim/tokens
scenarios/calibrate/kernels: scenarios/calibrate/fit scenarios/calibrate/replay scenarios/calibrate/measured scenarios/strict scenarios/builtin workload/table sim/profile sim/quantity sim/tokens
scenarios/calibrate/batch: scenarios/calibrate/measured
scenarios/calibrate/calibratetest: workload/table scenarios/calibrate/replay scenarios/calibrate/measured sim/profile sim/tokens
scenarios/library:
scenarios/wording: sim/quantity
scenarios/file: scenarios/strict scenarios/builtin scenarios/library policies/registry sim sim/fleet sim/quantity workload workload/distribution workload/table workload/trace sim/spelling
scenarios/build: scenarios/file scenarios/builtin scenarios/strict scenarios/wording policies/registry policies/capacity sim/fleet sim/kernel sim/profile sim/quantity workload workload/distribution workload/table workload/trace sim/spelling
scenarios/check: scenarios/file scenarios/build scenarios/builtin scenarios/strict scenarios/wording policies/registry policies/allocation policies/capacity metrics/rows metrics workload workload/distribution sim sim/fleet sim/profile sim/kernel sim/quantity sim/tokens
scenarios/once:
scenarios/inorder:
scenarios/capacity: scenarios/once policies/capacity scenarios/build scenarios/file scenarios/strict policies/registry policies/allocation workload sim sim/engine sim/fleet sim/kernel sim/tokens
scenarios/reference: scenarios/inorder policies/allocation policies/optimize sim sim/fleet
scenarios: policies/forecast policies/optimize sim/quantity scenarios/wording scenarios/once scenarios/inorder scenarios/file scenarios/build scenarios/check scenarios/capacity scenarios/reference policies/allocation scenarios/strict policies/registry metrics metrics/rows metrics/histogram metrics/compare metrics/timeline workload sim sim/engine sim/kernel sim/fleet
scenarios/tune: scenarios scenarios/file scenarios/reference scenarios/strict policies/registry metrics/rows sim/kernel sim/quantity
scenarios/score: scenarios scenarios/inorder scenarios/reference scenarios/file scenarios/strict policies/outside/script metrics/compare metrics/rows workload/table
scenarios/study: scenarios policies/registry scenarios/file scenarios/strict metrics/rows metrics/histogram sim/kernel sim/spelling
scenarios/study/workers: policies/outside scenarios scenarios/capacity scenarios/file scenarios/library scenarios/once scenarios/study workload/table
scenarios/plan: scenarios scenarios/inorder scenarios/file scenarios/strict scenarios/study policies/registry policies/optimize/linear policies/optimize/program metrics metrics/rows metrics/compare sim/fleet sim/kernel sim/quantity sim/tokens workload
scenarios/scenariotest:
scenarios/theory:
scenarios/validation: workload/table scenarios scenarios/file scenarios/theory metrics metrics/rows metrics/histogram metrics/compare sim sim/fleet sim/kernel
reports/axis:
reports/wording: metrics/compare metrics/rows
reports/store: sim/spelling metrics/rows
reports/analysis: reports/store reports/wording metrics/rows metrics/compare
reports/across: reports/analysis reports/store reports/wording metrics/rows metrics/compare
reports/figures: reports/axis reports/analysis reports/wording metrics/rows metrics/compare
reports/tables: reports/across reports/figures reports/analysis reports/store reports/wording metrics/rows metrics/compare
reports/page: reports/axis reports/figures reports/store reports/analysis reports/wording metrics/rows metrics/compare
reports/reportstest: reports/store metrics/rows
reports: reports/across reports/store reports/analysis reports/figures reports/page reports/tables
cmd/archive: scenarios policies/registry reports/store
cmd/commands: scenarios/score policies/outside policies/optimize sim/fleet policies/optimize/program policies/optimize/programfile policies/optimize/linear policies/optimize/integer scenarios/file reports reports/across reports/store reports/figures reports/tables scenarios scenarios/capacity scenarios/check scenarios/library scenarios/strict scenarios/tune scenarios/plan scenarios/study scenarios/study/workers metrics/rows reports/wording scenarios/validation scenarios/builtin scenarios/calibrate/measured scenarios/calibrate/replay scenarios/calibrate/fit scenarios/calibrate/kernels scenarios/calibrate/batch policies/registry metrics/compare workload workload/distribution workload/table workload/trace workload/characterize sim/quantity sim/kernel sim/tokens sim/profile sim/spelling cmd/archive
cmd/tool:
cmd/release: cmd/archive cmd/tool
cmd/playground: cmd/tool scenarios/library
cmd/playground/browser: cmd/archive reports scenarios scenarios/file scenarios/library
cmd/wavetank: cmd/commands
`

// allowed returns, for every package, what it may import.
func allowed() map[string][]string {
	imports := map[string][]string{}
	for line := range strings.Lines(strings.TrimSpace(floors)) {
		name, list, _ := strings.Cut(line, ":")
		imports[name] = strings.Fields(list)
	}
	return imports
}

// listed is the output of the go command for a package.
type listed struct {
	ImportPath string
	Imports    []string
}

func packages(t *testing.T) []listed {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var list []listed
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return list
		} else if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
}

func TestImportsGoDown(t *testing.T) {
	floors := allowed()
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, "wavetank/")
		if name == "wavetank" {
			continue // the library for other modules may import every package
		}
		below, known := floors[name]
		if !known {
			t.Errorf("package %s has no floor: add its line to floors in floors_test.go, and name it in the table of DESIGN.md", name)
			continue
		}
		for _, path := range p.Imports {
			inner, ours := strings.CutPrefix(path, "wavetank/")
			if ours && !slices.Contains(below, inner) {
				t.Errorf("%s imports %s, which is not below it: if it should be, add it to the line of %s in floors_test.go", name, inner, name)
			}
			if name == "sim/kernel" && strings.Contains(strings.Split(path, "/")[0], ".") {
				t.Errorf("the kernel imports %s, not of the standard library", path)
			}
		}
	}
}

// TestStagesOfAnAllocatorDoNotKnowEachOther: a stage imports only the contract that all stages
// share, so that a new algorithm changes only one stage. Only policies/registry, which puts the
// stages together, imports all of them.
func TestStagesOfAnAllocatorDoNotKnowEachOther(t *testing.T) {
	const stages = "wavetank/policies/allocation/"
	for _, p := range packages(t) {
		for _, path := range p.Imports {
			if strings.HasPrefix(path, stages) && p.ImportPath != "wavetank/policies/registry" {
				t.Errorf("%s imports the stage %s", p.ImportPath, path)
			}
		}
	}
}

// TestOnlyTestsHaveTheStepwiseEngine: no program links the slow step-by-step engine that tests
// compare the fast one with.
func TestOnlyTestsHaveTheStepwiseEngine(t *testing.T) {
	for _, p := range packages(t) {
		if slices.Contains(p.Imports, "wavetank/sim/tokens/stepwise") {
			t.Errorf("%s imports the step-by-step engine of a replica", p.ImportPath)
		}
	}
}

// TestResultsAreReadWithoutASimulator: packages that compare results or show them link no
// simulator. Spelling is none.
func TestResultsAreReadWithoutASimulator(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "./metrics/compare", "./reports/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	for path := range strings.FieldsSeq(string(out)) {
		if strings.HasPrefix(path, "wavetank/sim") && path != "wavetank/sim/spelling" {
			t.Errorf("metrics/compare or reports links %s", path)
		}
	}
}

// TestTheEngineIsReachedThroughScenarios lets policies and metrics import only the contract in
// package sim, and not the packages that carry out a run.
func TestTheEngineIsReachedThroughScenarios(t *testing.T) {
	runs := []string{"wavetank/scenarios", "wavetank/scenarios/capacity", "wavetank/policies/policytest"}
	for _, p := range packages(t) {
		if slices.Contains(p.Imports, "wavetank/sim/engine") && !slices.Contains(runs, p.ImportPath) {
			t.Errorf("%s imports sim/engine: only %s and tests start runs; what is to be seen of a run is in sim",
				p.ImportPath, strings.Join(runs, ", "))
		}
	}
}
