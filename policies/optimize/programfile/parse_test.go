package programfile

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wavetank/policies/optimize/program"
	"wavetank/sim/simtest/golden"
)

// described returns a readable text of a program, with one line for each row and column.
func described(p *program.Program, warnings []string) string {
	var b strings.Builder
	sense := "minimise"
	if p.Maximize {
		sense = "maximise"
	}
	fmt.Fprintf(&b, "%s %q, constant %v\n", sense, p.Name, p.Offset)
	rows := make([]string, p.Height())
	for j := range p.Cost {
		whole := ""
		if p.Whole(j) {
			whole = ", whole"
		}
		fmt.Fprintf(&b, "column %s: cost %v, %v to %v%s\n", p.Names[j], p.Cost[j], p.Lower[j], p.Upper[j], whole)
		in, values := p.Column(j)
		for k, i := range in {
			rows[i] += fmt.Sprintf(" %+v %s", values[k], p.Names[j])
		}
	}
	for i, terms := range rows {
		fmt.Fprintf(&b, "row %s:%s, %v to %v\n", p.RowNames[i], terms, p.RowLower[i], p.RowUpper[i])
	}
	for _, w := range warnings {
		fmt.Fprintf(&b, "warning: %s\n", w)
	}
	return b.String()
}

// ruleFile is a file that tests some rules of the formats.
type ruleFile struct {
	path string
	text []byte
}

// ruleFiles returns files for all rules.
func ruleFiles(t testing.TB) (list []ruleFile) {
	files, err := filepath.Glob("testdata/*/*.*p*")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		if filepath.Ext(path) == ".golden" {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, ruleFile{path, text})
	}
	return list
}

// TestLinesMayEndInACarriageReturn: files are read the same with the ends of lines of any system.
func TestLinesMayEndInACarriageReturn(t *testing.T) {
	for _, f := range ruleFiles(t) {
		p, warnings, err := Parse("file", f.text)
		if err != nil {
			t.Fatal(f.path, err)
		}
		want := described(p, warnings)
		for _, end := range []string{"\r", "\r\n"} {
			p, warnings, err := Parse("file", bytes.ReplaceAll(f.text, []byte("\n"), []byte(end)))
			if err != nil {
				t.Errorf("%s with lines that end in %q: %v", f.path, end, err)
			} else if got := described(p, warnings); got != want {
				t.Errorf("%s with lines that end in %q:\n%s\nwant\n%s", f.path, end, got, want)
			}
		}
	}
}

// TestFilesMeanWhatTheRulesSay compares the programs of the rule files with golden texts. The
// package comment has the sources of the rules.
func TestFilesMeanWhatTheRulesSay(t *testing.T) {
	for _, f := range ruleFiles(t) {
		p, warnings, err := Parse(filepath.Base(f.path), f.text)
		if err != nil {
			t.Error(err)
			continue
		}
		golden.Check(t, f.path+".golden", described(p, warnings))
	}
}
