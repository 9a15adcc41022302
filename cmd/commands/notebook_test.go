package commands

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// snippets returns the blocks of a language in a document.
func snippets(t *testing.T, path, language string) (list []string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range strings.Split(string(data), "\n```"+language+"\n")[1:] {
		text, _, _ := strings.Cut(part, "\n```")
		list = append(list, text)
	}
	return list
}

// TestNotebookSnippetsRun runs the snippets of docs/data.md on results and requests, with each
// program that is there, and checks that they print every policy.
func TestNotebookSnippetsRun(t *testing.T) {
	path, err := filepath.Abs("../../docs/data.md")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	var out, told bytes.Buffer
	line := "run mm1 --replications 2 --set duration=3m --set warmup=30s --requests requests.csv --out results --quiet"
	if code := run(t.Context(), strings.Fields(line), &out, &told); code != 0 {
		t.Fatal(told.String())
	}
	for _, p := range []struct {
		language string
		there    []string // succeeds if the program and its library are there
		command  []string // reads a snippet from standard input
	}{
		{"python", []string{"python3", "-c", "import pandas"}, []string{"python3", "-"}},
		{"sql", []string{"duckdb", "-version"}, []string{"duckdb"}},
		{"r", []string{"Rscript", "--version"}, []string{"Rscript", "-"}},
	} {
		t.Run(p.language, func(t *testing.T) {
			list := snippets(t, path, p.language)
			if len(list) == 0 {
				t.Fatal("the document has no snippet")
			}
			if err := exec.CommandContext(t.Context(), p.there[0], p.there[1:]...).Run(); err != nil {
				t.Skipf("%s: %v", strings.Join(p.there, " "), err)
			}
			for _, text := range list {
				c := exec.CommandContext(t.Context(), p.command[0], p.command[1:]...)
				c.Stdin = strings.NewReader(text + "\n")
				printed, err := c.CombinedOutput()
				if err != nil || !strings.Contains(string(printed), "static-mean") {
					t.Errorf("%s\n%v: %s", text, err, printed)
				}
			}
		})
	}
}
