package commands

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"wavetank/reports/store"
	"wavetank/scenarios/strict"
	"wavetank/workload/table"
)

// pictureFormat returns the format of a picture by the ending of its name, such as "png".
func pictureFormat(path string) string {
	return strings.TrimPrefix(strings.ToLower(filepath.Ext(path)), ".")
}

// checkFigure returns an error if --figure names a file that cannot be written, before any work is
// done.
func checkFigure(path string) error {
	if path != "" && !slices.Contains([]string{"png", "svg"}, pictureFormat(path)) {
		return fmt.Errorf("--figure %s: want a name that ends in .png or .svg", path)
	}
	return checkTarget(path)
}

// readSmall reads a file written by a person, such as a scenario. It returns an error if the file
// is too large for that.
func readSmall(path string) ([]byte, error) { return table.ReadFile(path, strict.LargestFile) }

// checkTarget returns an error if a file cannot be written. It is called before any work is done.
func checkTarget(path string) error {
	if path == "" {
		return nil
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return fmt.Errorf("%s is a folder, not a file to write", path)
	}
	if _, err := table.Stat(filepath.Dir(path)); err != nil {
		return err
	}
	return store.Writable(path)
}

// makeOut makes the folder that --out names. It returns an error if a file cannot be written there.
// It is called before any work is done. removeEmpty removes the folder if it was made here and is
// still empty. Without a folder nothing happens.
func makeOut(folder, file string) (removeEmpty func(), err error) {
	removeEmpty = func() {}
	if folder == "" {
		return removeEmpty, nil
	}
	if _, err := os.Stat(folder); err != nil {
		removeEmpty = func() { os.Remove(folder) } // fails if the folder is not empty
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return removeEmpty, fmt.Errorf("--out: %w", &store.WriteError{Verb: "make", Path: folder, Err: err})
	}
	if err := checkTarget(filepath.Join(folder, file)); err != nil {
		return removeEmpty, input(fmt.Errorf("--out: %w", err))
	}
	return removeEmpty, nil
}

// sameFile reports whether two names denote the same file.
func sameFile(one, other string) bool {
	a, err := os.Stat(one)
	if err != nil {
		return false
	}
	b, err := os.Stat(other)
	return err == nil && os.SameFile(a, b)
}
