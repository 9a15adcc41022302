package main

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// example is a command in a document and the output that the document shows for it.
type example struct {
	place  string
	args   []string
	output []string // lines; "..." stands for any lines
}

// examples returns the commands of wavetank in the console blocks of a document.
func examples(t *testing.T, path string) []example {
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var list []example
	inside, ours := false, false
	for _, line := range strings.Split(string(data), "\n") {
		switch {
		case strings.HasPrefix(line, "```"):
			inside, ours = line == "```console", false
		case !inside:
		case strings.HasPrefix(line, "$ "):
			words := strings.Fields(strings.Replace(line[2:], "go run ./cmd/wavetank", "wavetank", 1))
			if ours = words[0] == "wavetank"; ours {
				list = append(list, example{place: filepath.Base(path) + ": " + line, args: words[1:]})
			}
		case ours:
			last := &list[len(list)-1]
			last.output = append(last.output, line)
		}
	}
	return list
}

// matches reports whether output has the lines shown, in order and without gaps but where "..."
// stands.
func matches(shown, output []string) bool {
	if len(shown) == 0 {
		return len(output) == 0
	}
	if shown[0] == "..." {
		for i := range len(output) + 1 {
			if matches(shown[1:], output[i:]) {
				return true
			}
		}
		return false
	}
	return len(output) > 0 && shown[0] == output[0] && matches(shown[1:], output[1:])
}

// TestDocumentsShowWhatHappens runs every command of the README and the documentation.
func TestDocumentsShowWhatHappens(t *testing.T) {
	documents, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	var list []example
	for _, path := range append(documents, "../../README.md") {
		list = append(list, examples(t, path)...)
	}
	if len(list) < 3 {
		t.Fatalf("the documents have %d commands", len(list))
	}
	folder := t.TempDir()
	if err := os.CopyFS(filepath.Join(folder, "docs", "traces"), os.DirFS("../../docs/traces")); err != nil {
		t.Fatal(err)
	}
	t.Chdir(folder)
	t.Setenv("COLUMNS", "") // documents show what is no terminal
	for _, e := range list {
		t.Run(e.place, func(t *testing.T) {
			var out, err bytes.Buffer
			if code := run(t.Context(), e.args, &out, &err); code != 0 {
				t.Fatalf("exit code %d: %s", code, err.String())
			}
			if runtime.GOARCH != "amd64" {
				t.Skip("the command runs; its output is shown as amd64 computes it")
			}
			if !matches(e.output, strings.Split(strings.TrimRight(out.String(), "\n"), "\n")) {
				t.Errorf("the output is now\n%s", out.String())
			}
		})
	}
}
