package optimizetest

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Other is a solver of another project: a command that solves a file.
type Other struct {
	Command  string
	Maximize string   // flag that maximises; both commands ignore the sense in MPS files
	Careful  []string // flags that switch off the preprocessing of integers
	args     func(file, answer string, flags []string) []string
	status   func(answer string) (status string, objective float64, err error)
}

// CBC and GLPK are solvers with which tests compare results, if they are installed (on Debian:
// coinor-cbc and glpk-utils). Each gives up after twenty seconds.
var (
	CBC = Other{
		Command: "cbc", Maximize: "-max", Careful: []string{"-preprocess", "off"}, status: cbcStatus,
		args: func(file, answer string, flags []string) []string {
			return slices.Concat([]string{file, "-ratioGap", "0", "-sec", "20"}, flags, []string{"-solve", "-solution", answer})
		},
	}
	GLPK = Other{
		Command: "glpsol", Maximize: "--max", Careful: []string{"--nointopt"}, status: glpkStatus,
		args: func(file, answer string, flags []string) []string {
			format := "--freemps"
			if strings.HasSuffix(file, ".lp") {
				format = "--lp"
			}
			return append([]string{format, file, "--output", answer, "--tmlim", "20"}, flags...)
		},
	}
)

// Crashed is the status of a solver that was ended by a signal.
const Crashed = "crashed"

// Need skips a test if the solver is not installed.
func (s Other) Need(t testing.TB) {
	t.Helper()
	if _, err := exec.LookPath(s.Command); err != nil {
		t.Skipf("%s is not installed, so there is nothing to compare with: %v", s.Command, err)
	}
}

// Ask lets the solver solve an MPS or LP file. The status is "optimal", "infeasible", "unbounded",
// or another word of the solver. Took is its CPU time.
func (s Other) Ask(t testing.TB, file string, flags ...string) (status string, objective float64, took time.Duration) {
	t.Helper()
	answer := filepath.Join(t.TempDir(), "answer")
	command := exec.Command(s.Command, s.args(file, answer, flags)...)
	out, err := command.CombinedOutput()
	took = command.ProcessState.UserTime() + command.ProcessState.SystemTime()
	if err != nil && !command.ProcessState.Exited() {
		return Crashed, 0, took
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

// cbcStatus reads the status and the objective in the first line of an answer of CBC.
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

// glpkStatus reads the status and the objective in an answer of GLPK.
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
