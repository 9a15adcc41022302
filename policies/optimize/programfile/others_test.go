package programfile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wavetank/policies/optimize/optimizetest"
	"wavetank/policies/optimize/program"
)

// ask writes a program to a file and returns the result of another solver. In MPS files, CBC
// ignores the sense, and GLPK does not know it. So they get the sense as a flag.
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
		told.Name = "test" // GLPK needs a name
	}
	status, objective, _ = s.Ask(t, written(t, name, &told), flags...)
	return status, objective
}

// written writes a program to a file, and returns its path.
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
