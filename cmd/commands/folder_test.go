package commands

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// shortRun returns the command line of a very short run into a folder.
func shortRun(dir string) []string {
	return []string{
		"run", "quickstart", "--policy", "follow", "--replications", "1", "--out", dir, "--set", "duration=2m", "--set", "warmup=1m", "--set", "workload[0].arrivals.day-curve.spikes[0].at=1m",
	}
}

func TestFolderIsRefusedWhileARunIsAtWork(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	var out bytes.Buffer
	err := &watcher{at: " runs", do: func() {
		for _, line := range [][]string{shortRun(dir), {"report", dir}} {
			var out, err bytes.Buffer
			if code := run(t.Context(), line, &out, &err); code != badInput || !strings.Contains(err.String(), "another wavetank is at work in it") || out.Len() > 0 {
				t.Errorf("%s: exit code %d, stderr %q, %d bytes on stdout", line[0], code, err.String(), out.Len())
			}
		}
	}}
	if code := run(t.Context(), shortRun(dir), &out, err); code != 0 {
		t.Fatalf("the first run: exit code %d, stderr %q", code, err.String())
	}
	if code := run(t.Context(), []string{"report", dir}, &out, err); code != 0 {
		t.Errorf("the report afterwards: exit code %d, stderr %q", code, err.String())
	}
}

// TestTablesArePrintedWhenNothingCanBeStored puts a folder where a file has to be written, so that
// writing fails as on a full disk.
func TestTablesArePrintedWhenNothingCanBeStored(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	var out bytes.Buffer
	err := &watcher{at: " runs", do: func() {
		if err := os.MkdirAll(filepath.Join(dir, "results.csv", "in-the-way"), 0o777); err != nil {
			t.Error(err)
		}
	}}
	code := run(t.Context(), shortRun(dir), &out, err)
	if code != badInput || !strings.Contains(out.String(), "follow") || strings.Contains(out.String(), "data are in") {
		t.Errorf("exit code %d, stdout %q", code, out.String())
	}
	if want := "the results are not stored: write " + filepath.Join(dir, "results.csv"); !strings.Contains(err.String(), want) {
		t.Errorf("stderr %q has no %q", err.String(), want)
	}
	if rest := os.RemoveAll(filepath.Join(dir, "results.csv")); rest != nil {
		t.Fatal(rest)
	}
	if code := run(t.Context(), shortRun(dir), &out, err); code != 0 {
		t.Errorf("the same run afterwards: exit code %d, stderr %q", code, err.String())
	}
}

// closed is a standard output that no process reads.
type closed struct{}

func (closed) Write([]byte) (int, error) { return 0, os.ErrClosed }

func TestResultsAreStoredWhenNothingCanBePrinted(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	var out, err bytes.Buffer
	if code := run(t.Context(), shortRun(dir), closed{}, &err); code != failed {
		t.Errorf("exit code %d, stderr %q", code, err.String())
	}
	if code := run(t.Context(), []string{"report", dir}, &out, &err); code != 0 {
		t.Errorf("the report: exit code %d, stderr %q", code, err.String())
	}
}
