// Package shared finds the published data and problems that lie beside the repository, in the
// folder shared. They are not part of it, so tests that need them skip where they are absent.
package shared

import (
	"os"
	"path/filepath"
	"testing"
)

// Path returns the absolute path of a file of the folder, or skips the test.
func Path(t testing.TB, parts ...string) string {
	t.Helper()
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			break
		}
		if parent := filepath.Dir(root); parent != root {
			root = parent
			continue
		}
		t.Fatal("the test does not run in a folder of the module")
	}
	path := filepath.Join(append([]string{filepath.Dir(root), "shared"}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("published data is not there: %v", err)
	}
	return path
}

// Open opens a file of the folder until the test ends, or skips the test.
func Open(t testing.TB, parts ...string) *os.File {
	t.Helper()
	f, err := os.Open(Path(t, parts...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}
