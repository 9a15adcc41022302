package commands

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"wavetank/sim/simtest/golden"
)

// example is a command in a document and the output that the document shows for it.
type example struct {
	path   string // path of the document
	line   string // line with the command
	args   []string
	output []string // lines of the output; "..." stands for any lines
}

// update writes an output into the document if the tests run with -update. It reports false if the
// document shows only a part of the output, because it cannot update that.
func (e example) update(t *testing.T, output string) bool {
	document, err := os.ReadFile(e.path)
	if err != nil {
		t.Fatal(err)
	}
	old := strings.Join(append([]string{e.line}, e.output...), "\n") + "\n"
	if slices.Contains(e.output, "...") || strings.Count(string(document), old) != 1 {
		return false
	}
	return golden.Update(t, e.path, strings.Replace(string(document), old, e.line+"\n"+output+"\n", 1))
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
			words := shellWords(strings.Replace(line[2:], "go run ./cmd/wavetank", "wavetank", 1))
			if ours = words[0] == "wavetank"; ours {
				list = append(list, example{path: path, line: line, args: words[1:]})
			}
		case ours:
			last := &list[len(list)-1]
			last.output = append(last.output, line)
		}
	}
	return list
}

// shellWords divides a command line into words. Single quotes keep a word together.
func shellWords(line string) (words []string) {
	for i, part := range strings.Split(line, "'") {
		if i%2 == 1 {
			words = append(words, part)
		} else {
			words = append(words, strings.Fields(part)...)
		}
	}
	return words
}

// matches reports whether an output has the shown lines, in order. Between them there may be other
// lines only at "...".
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
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	documents, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	var list []example
	for _, path := range append(documents, filepath.Join(root, "README.md")) {
		list = append(list, examples(t, path)...)
	}
	if len(list) < 3 {
		t.Fatalf("the documents have %d commands", len(list))
	}
	hint := golden.Hint(t) + " (but by hand where the document shows ...)"
	folder := t.TempDir()
	if err := os.CopyFS(filepath.Join(folder, "docs", "traces"), os.DirFS(filepath.Join(root, "docs", "traces"))); err != nil {
		t.Fatal(err)
	}
	t.Chdir(folder)
	t.Setenv("COLUMNS", "") // documents show the output without a terminal
	for _, e := range list {
		t.Run(filepath.Base(e.path)+": "+e.line, func(t *testing.T) {
			var out, err bytes.Buffer
			if code := run(t.Context(), e.args, &out, &err); code != 0 {
				t.Fatalf("exit code %d: %s", code, err.String())
			}
			if runtime.GOARCH != "amd64" {
				t.Skip("the command runs; its output is shown as amd64 computes it")
			}
			output := strings.TrimRight(out.String(), "\n")
			if !matches(e.output, strings.Split(output, "\n")) && !e.update(t, output) {
				t.Errorf("the output is now\n%s\n%s", out.String(), hint)
			}
		})
	}
}
