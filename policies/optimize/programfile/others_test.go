package programfile

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"wavetank/policies/optimize/program"
)

// solver is a program of others that solves files.
type solver struct {
	command string
	args    func(file, answer string, flags []string) []string
	max     string   // maximises what a file in MPS says
	careful []string // solves without the preprocessing of integers
	status  func(answer string) (status string, objective float64, err error)
}

// The solvers of others that tests compare with, where they are installed (Debian: coinor-cbc and
// glpk-utils).
var (
	cbc = solver{
		command: "cbc", max: "-max", careful: []string{"-preprocess", "off"}, status: cbcStatus,
		args: func(file, answer string, flags []string) []string {
			return slices.Concat([]string{file, "-ratioGap", "0", "-sec", "20"}, flags, []string{"-solve", "-solution", answer})
		},
	}
	glpsol = solver{
		command: "glpsol", max: "--max", careful: []string{"--nointopt"}, status: glpkStatus,
		args: func(file, answer string, flags []string) []string {
			format := "--freemps"
			if strings.HasSuffix(file, ".lp") {
				format = "--lp"
			}
			return append([]string{format, file, "--output", answer, "--tmlim", "20"}, flags...)
		},
	}
)

// crashed is the status of a solver that a signal ended.
const crashed = "crashed"

// has skips a test if a solver is not installed.
func (s solver) has(t testing.TB) {
	t.Helper()
	if _, err := exec.LookPath(s.command); err != nil {
		t.Skipf("%s is not installed, so there is nothing to compare with: %v", s.command, err)
	}
}

// solve returns what a solver says of a program that was written to a file: "optimal",
// "infeasible", "unbounded", or another word of its own. Took is the time of the processor. In MPS,
// CBC ignores the sense, and GLPK does not know it; they are told beside it.
func (s solver) solve(t testing.TB, name string, p *program.Program, careful bool) (status string, objective float64, took time.Duration) {
	t.Helper()
	told := *p
	var flags []string
	if p.Maximize && strings.HasSuffix(name, ".mps") {
		told.Maximize = false
		flags = append(flags, s.max)
	}
	if careful {
		flags = append(flags, s.careful...)
	}
	if told.Name == "" {
		told.Name = "test" // GLPK wants one
	}
	return s.ask(t, written(t, name, &told), flags...)
}

// ask returns what a solver says of a file.
func (s solver) ask(t testing.TB, file string, flags ...string) (status string, objective float64, took time.Duration) {
	t.Helper()
	answer := filepath.Join(t.TempDir(), "answer")
	command := exec.Command(s.command, s.args(file, answer, flags)...)
	out, err := command.CombinedOutput()
	if usage, is := command.ProcessState.SysUsage().(*syscall.Rusage); is {
		took = time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
	}
	if err != nil && !command.ProcessState.Exited() {
		return crashed, 0, took
	}
	text, missing := os.ReadFile(answer)
	if err = errors.Join(err, missing); err == nil {
		status, objective, err = s.status(string(text))
	}
	if err != nil {
		t.Fatalf("%s: %v\n%s", command, err, out)
	}
	return status, objective, took
}

// cbcStatus reads the first line of an answer of CBC.
func cbcStatus(answer string) (status string, objective float64, err error) {
	line, _, _ := strings.Cut(answer, "\n")
	head, value, found := strings.Cut(line, " - objective value ")
	if !found {
		return "", 0, errors.New("the answer has no objective: " + line)
	}
	status = map[string]string{
		"Optimal": "optimal", "Infeasible": "infeasible", "Integer infeasible": "infeasible", "Unbounded": "unbounded",
	}[head]
	if status == "" {
		status = head
	}
	objective, err = strconv.ParseFloat(strings.TrimSpace(value), 64)
	return status, objective, err
}

var (
	glpkStatusLine    = regexp.MustCompile(`(?m)^Status:\s+(.*)$`)
	glpkObjectiveLine = regexp.MustCompile(`(?m)^Objective:\s+\S*\s*= *(\S+)`)
)

// glpkStatus reads an answer of GLPK.
func glpkStatus(answer string) (status string, objective float64, err error) {
	found, value := glpkStatusLine.FindStringSubmatch(answer), glpkObjectiveLine.FindStringSubmatch(answer)
	if found == nil || value == nil {
		return "", 0, errors.New("the answer has no status")
	}
	status = map[string]string{
		"OPTIMAL": "optimal", "INTEGER OPTIMAL": "optimal", "INFEASIBLE (FINAL)": "infeasible", "INTEGER EMPTY": "infeasible",
		"UNBOUNDED": "unbounded",
	}[strings.TrimSpace(found[1])]
	if status == "" {
		status = strings.TrimSpace(found[1])
	}
	objective, err = strconv.ParseFloat(value[1], 64)
	return status, objective, err
}

// written returns the path of a file with a program.
func written(t testing.TB, name string, p *program.Program) string {
	t.Helper()
	text, err := Write(name, p)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
