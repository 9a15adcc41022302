package commands

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestWhatCannotBeWrittenIsBadInput runs every command that writes, with a file in the place of the
// folder that it is to write to. All say so with the same exit code, before any work is done.
func TestWhatCannotBeWrittenIsBadInput(t *testing.T) {
	dir := t.TempDir()
	path := func(name, text string) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return name
	}
	program := path("program.lp", "Minimize\n x\nSubject To\n x >= 1\nEnd\n")
	counts := path("trace.csv", "timestamp,input_length,output_length\n0,5,5\n1000,5,5\n")
	in := func(ending string) string { return filepath.Join(program, "target"+ending) }
	for _, args := range [][]string{
		{"solve", program, "--solution", in(".csv")},
		{"check", "quickstart", "--problem", in(".lp")},
		{"run", "quickstart", "--out", in("")},
		{"tune", "quickstart", "--out", in("")},
		{"init", in(".yaml")},
		{"report", in("")},
		{"fit", "sample", "--start", "llama-3.1-8b/h100/1", "--out", in(".csv")},
		{"fit", "log", counts, "--out", in(".yaml")},
		{"fit", "log", counts, "--figure", in(".svg")},
		{"fit", "points", counts, "--out", in(".yaml")},
		{"fit", "kernels", "--dense", counts, "--attention", counts, "--layers", "2", "--out", in(".yaml")},
		{"fit", "batch", counts, "--out", in(".yaml")},
		{"trace", "fit", counts, "--out", in(".yaml")},
		{"trace", "fit", counts, "--out", filepath.Join(dir, "scenario.yaml"), "--figure", in(".svg")},
		{"trace", "inspect", counts, "--figure", in(".svg")},
	} {
		var out, err bytes.Buffer
		code := run(t.Context(), args, &out, &err)
		if code != badInput || !strings.Contains(err.String(), in("")) || out.Len() > 0 {
			t.Errorf("%v: exit code %d, stderr %q, stdout %q", args, code, err.String(), out.String())
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "scenario.yaml")); err == nil {
		t.Error("a scenario is written although its figure cannot be")
	}
}

// TestADiskThatIsFullIsToldInTheSameWay writes to a device that never has room.
func TestADiskThatIsFullIsToldInTheSameWay(t *testing.T) {
	const full = "/dev/full"
	if _, err := os.Stat(full); err != nil {
		t.Skip(err)
	}
	program := filepath.Join(t.TempDir(), "program.lp")
	if err := os.WriteFile(program, []byte("Minimize\n x\nSubject To\n x >= 1\nEnd\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	var out, err bytes.Buffer
	if code := run(t.Context(), []string{"solve", program, "--solution", full}, &out, &err); code != badInput || !strings.Contains(err.String(), "write "+full) {
		t.Errorf("exit code %d, stderr %q", code, err.String())
	}
}
