// Package shared finds published data and problems in the folder shared next to the repository.
// They are not part of the repository, so tests that need them are skipped if they are missing.
package shared

import (
	"os"
	"path/filepath"
	"testing"
)

// Path returns the absolute path of a file in the folder. It skips the test if the file is missing.
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

// Open opens a file in the folder until the test ends. It skips the test if the file is missing.
func Open(t testing.TB, parts ...string) *os.File {
	t.Helper()
	f, err := os.Open(Path(t, parts...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}
