package golden

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// recorder is a testing.TB that records its messages.
type recorder struct {
	testing.TB
	text string
}

func (r *recorder) Errorf(format string, args ...any) { r.text += fmt.Sprintf(format, args...) }

func TestADifferenceNamesTheCommandThatRewritesTheFile(t *testing.T) {
	if *update {
		t.Skip("files are rewritten")
	}
	path := filepath.Join(t.TempDir(), "file.txt")
	if err := os.WriteFile(path, []byte("a\nb\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := &recorder{TB: t}
	if Check(r, path, "a\nb\n"); r.text != "" {
		t.Errorf("equal texts: %s", r.text)
	}
	Check(r, path, "a\nc\n")
	for _, want := range []string{"file.txt differs", "go test ./sim/simtest/golden -run '^TestADifferenceNamesTheCommandThatRewritesTheFile$' -update"} {
		if !strings.Contains(r.text, want) {
			t.Errorf("%q is not in %q", want, r.text)
		}
	}
}
