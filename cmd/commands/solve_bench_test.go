package commands

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wavetank/policies/optimize/optimizetest"
	"wavetank/policies/optimize/program"
	"wavetank/policies/optimize/programfile"
	"wavetank/sim/simtest/shared"
	"wavetank/workload/table"
)

// BenchmarkSolveAgainstOthers compares the command with CBC and GLPK by their CPU time on the same
// files. The solvers run in turn. It reports how many times as long the others take, as the ratio
// of the sums over the files of a family, and as the geometric mean over its files. The start of a
// program counts, too.
//
//	go test -run '^$' -bench SolveAgainstOthers -benchtime 3x ./cmd/commands
func BenchmarkSolveAgainstOthers(b *testing.B) {
	binary := filepath.Join(b.TempDir(), "wavetank")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	for _, family := range []struct {
		name  string
		files func(b *testing.B) []string
	}{
		{"netlib", netlibFiles},
		{"covering", made(20, func(seed uint64) *program.Program { return optimizetest.Covering(seed, 200, 400) })},
		{"transport", made(20, func(seed uint64) *program.Program { return optimizetest.Transport(seed, 60, 60) })},
	} {
		for _, other := range []optimizetest.Other{optimizetest.CBC, optimizetest.GLPK} {
			b.Run(family.name+"/"+other.Command, func(b *testing.B) {
				other.Need(b)
				files := family.files(b)
				here, there := make([]float64, len(files)), make([]float64, len(files))
				for b.Loop() {
					for i, file := range files {
						objective, spent := solveByBinary(b, binary, file)
						status, theirs, took := other.Ask(b, file)
						if status != "optimal" || math.Abs(objective-theirs) > 1e-6*(1+math.Abs(theirs)) {
							b.Errorf("%s: %v here, %s %v by %s", file, objective, status, theirs, other.Command)
						}
						here[i] += spent.Seconds()
						there[i] += took.Seconds()
					}
				}
				tellRatios(b, here, there)
			})
		}
	}
}

// tellRatios reports how many times as long the others took.
func tellRatios(b *testing.B, here, there []float64) {
	sumHere, sumThere, logs := 0., 0., 0.
	for i := range here {
		const tick = 1e-3 // resolution of the CPU time of a process, in seconds
		sumHere, sumThere = sumHere+here[i], sumThere+there[i]
		logs += math.Log(max(there[i], tick) / max(here[i], tick))
	}
	b.ReportMetric(0, "ns/op") // meaningless here
	b.ReportMetric(sumHere/float64(b.N), "s-here")
	b.ReportMetric(sumThere/float64(b.N), "s-other")
	b.ReportMetric(sumThere/sumHere, "ratio-of-sums")
	b.ReportMetric(math.Exp(logs/float64(len(here))), "ratio-of-files")
}

// solveByBinary solves a file with the command, and returns the objective and the CPU time.
func solveByBinary(b *testing.B, binary, file string) (objective float64, took time.Duration) {
	b.Helper()
	command := exec.Command(binary, "solve", file, "--format", "json")
	out, err := command.Output()
	if err != nil {
		b.Fatalf("%s: %v", command, err)
	}
	var answer jsonAnswer
	if err := json.Unmarshal(out, &answer); err != nil || answer.Objective == nil {
		b.Fatalf("%s: %v\n%s", command, err, out)
	}
	return *answer.Objective, command.ProcessState.UserTime() + command.ProcessState.SystemTime()
}

// netlibFiles returns the problems of Netlib as uncompressed files, written by this project.
func netlibFiles(b *testing.B) (files []string) {
	packed, err := filepath.Glob(filepath.Join(shared.Path(b, "instances", "netlib"), "*.mps.gz"))
	if err != nil {
		b.Fatal(err)
	}
	for _, path := range packed {
		p, _, err := programfile.Read(table.OnDisk(path))
		if err != nil {
			b.Fatal(err)
		}
		files = append(files, problemFile(b, strings.TrimSuffix(filepath.Base(path), ".gz"), p))
	}
	return files
}

// made returns a function that writes a family of programs to files.
func made(count int, program func(seed uint64) *program.Program) func(b *testing.B) []string {
	return func(b *testing.B) (files []string) {
		for seed := range uint64(count) {
			files = append(files, problemFile(b, fmt.Sprintf("%d.mps", seed), program(seed)))
		}
		return files
	}
}

// problemFile writes a program to a file.
func problemFile(b *testing.B, name string, p *program.Program) string {
	b.Helper()
	if p.Name == "" {
		p.Name = "bench" // GLPK needs a name
	}
	text, err := programfile.Write(name, p)
	if err != nil {
		b.Fatal(err)
	}
	path := filepath.Join(b.TempDir(), name)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		b.Fatal(err)
	}
	return path
}
