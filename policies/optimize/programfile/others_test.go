package programfile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wavetank/policies/optimize/optimizetest"
	"wavetank/policies/optimize/program"
)

// ask returns what a solver of others says of a program that was written to a file. In MPS, CBC
// ignores the sense, and GLPK does not know it; they are told beside it.
func ask(t testing.TB, s optimizetest.Other, name string, p *program.Program, careful bool) (status string, objective float64) {
	t.Helper()
	told := *p
	var flags []string
	if p.Maximize && strings.HasSuffix(name, ".mps") {
		told.Maximize = false
		flags = append(flags, s.Maximize)
	}
	if careful {
		flags = append(flags, s.Careful...)
	}
	if told.Name == "" {
		told.Name = "test" // GLPK wants one
	}
	status, objective, _ = s.Ask(t, written(t, name, &told), flags...)
	return status, objective
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
