// Package golden compares the output of a test with a stored file. With -update the test rewrites
// the file.
package golden

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite golden files with what the tests make")

// Check compares a text with a file. The path is relative to the folder of the test. A difference
// fails the test, and the message names the command that rewrites the file.
func Check(t testing.TB, path, got string) {
	t.Helper()
	if Update(t, path, got) {
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v\n%s", err, Hint(t))
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs from what the test makes (-file +made):\n%s\n%s", path, diff, Hint(t))
	}
}

// Updates reports whether the tests run with -update.
func Updates() bool { return *update }

// Update writes the file if the tests run with -update, and reports whether they do.
func Update(t testing.TB, path, made string) bool {
	t.Helper()
	if !*update {
		return false
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(made), 0o666); err != nil {
		t.Fatal(err)
	}
	return true
}

// Hint returns a message with the command by which the running test rewrites its files.
func Hint(t testing.TB) string {
	name, _, _ := strings.Cut(t.Name(), "/")
	return fmt.Sprintf("If the change is meant: go test %s -run '^%s$' -update", folder(), name)
}

// folder returns the folder of the test relative to the root of the module, for example ./reports.
func folder() string {
	here, err := os.Getwd()
	if err != nil {
		return "."
	}
	for root := here; ; root = filepath.Dir(root) {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			path, _ := filepath.Rel(root, here)
			return "./" + filepath.ToSlash(path)
		}
		if root == filepath.Dir(root) {
			return "."
		}
	}
}
