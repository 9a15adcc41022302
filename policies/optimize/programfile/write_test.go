package programfile

import (
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"wavetank/policies/optimize/program"
	"wavetank/workload/table"
)

// writeAndRead writes a program and returns the program that is read from this text.
func writeAndRead(t testing.TB, format string, p *program.Program) *program.Program {
	t.Helper()
	path := written(t, format, p)
	back, _, err := Read(table.OnDisk(path))
	if err != nil {
		text, _ := os.ReadFile(path)
		t.Fatalf("%v\n%.1000s", err, text)
	}
	return back
}

// anyProgram draws a program with every kind of row and column.
func anyProgram(t *rapid.T) *program.Program {
	var b program.Builder
	number := func(label string) float64 {
		return rapid.OneOf(rapid.Float64Range(-1e3, 1e3), rapid.Map(rapid.IntRange(-9, 9), func(v int) float64 { return float64(v) })).Draw(t, label)
	}
	limits := func() (lower, upper float64) {
		lower, upper = number("lower"), number("upper")
		switch rapid.IntRange(0, 5).Draw(t, "kind") {
		case 0:
			lower = math.Inf(-1)
		case 1:
			upper = math.Inf(1)
		case 2:
			lower, upper = math.Inf(-1), math.Inf(1)
		case 3:
			upper = lower
		case 4:
			lower, upper = 0, math.Inf(1)
		}
		return min(lower, upper), max(lower, upper)
	}
	columns, rows := rapid.IntRange(1, 6).Draw(t, "columns"), rapid.IntRange(0, 5).Draw(t, "rows")
	var list, labels []string // CPLEX does not allow names that begin with e
	for j := range columns {
		lower, upper := limits()
		if whole := rapid.Bool().Draw(t, "whole"); whole && rapid.Bool().Draw(t, "binary") {
			b.Integer(number("cost"), 0, 1)
		} else if whole {
			b.Integer(number("cost"), lower, upper)
		} else {
			b.Column(number("cost"), lower, upper)
		}
		list = append(list, rapid.StringMatching(`[a-df-zA-DF-Z][a-zA-Z]{0,2}`).Draw(t, "name")+fmt.Sprintf("_%d", j))
	}
	for i := range rows {
		row := b.Row(limits())
		for j := range columns {
			if rapid.Bool().Draw(t, "has") {
				b.Add(row, j, number("coefficient"))
			}
		}
		labels = append(labels, fmt.Sprintf("a.long.name.of.row.%d", i))
	}
	p := b.Program()
	p.Names, p.RowNames, p.Maximize = list, labels, rapid.Bool().Draw(t, "maximize")
	if rapid.Bool().Draw(t, "constant") {
		p.Offset = number("offset")
	}
	p.Name = rapid.SampledFrom([]string{"", "day", "two words", "FREE", "set FREE"}).Draw(t, "title")
	return p
}

func TestWhatIsWrittenIsReadTheSame(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		p := anyProgram(r)
		if err := p.Validate(); err != nil {
			r.Fatal(err)
		}
		for _, format := range []string{"p.mps", "p.lp"} {
			text, err := Write(format, p)
			if err != nil {
				r.Fatal(err)
			}
			back, _, err := Parse(format, text)
			if err != nil {
				r.Fatalf("%v\n%s", err, text)
			}
			if diff := cmp.Diff(settled(p, format), settled(back, format)); diff != "" {
				r.Fatalf("%s\n%s", diff, text)
			}
		}
	})
}

// settled returns a program without −0. For MPS it also drops the last bits of the limits in rows
// with two limits, because a range may not give both limits exactly.
func settled(p *program.Program, format string) *program.Program {
	again := *p
	clean := func(list []float64, round bool) []float64 {
		out := make([]float64, len(list))
		for i, v := range list {
			out[i] = v + 0
			if round && !math.IsInf(v, 0) {
				out[i] = math.Round(v*1e9) / 1e9
			}
		}
		return out
	}
	again.Cost, again.Lower, again.Upper = clean(p.Cost, false), clean(p.Lower, false), clean(p.Upper, false)
	again.RowLower, again.RowUpper = clean(p.RowLower, format == "p.mps"), clean(p.RowUpper, format == "p.mps")
	again.Values, again.Offset = clean(p.Values, false), p.Offset+0
	return &again
}

func TestNamesThatDoNotFitAreRefused(t *testing.T) {
	for _, c := range []struct {
		format, name string
		refused      bool
	}{
		{"p.mps", "a b", false}, // fixed MPS allows names with blanks
		{"p.mps", "longer than eight", true},
		{"p.mps", "a\tb", true}, {"p.mps", " a", true}, {"p.mps", "$a", true}, {"p.mps", "", true}, {"p.mps", "x", true},
		{"p.lp", "a b", true}, {"p.lp", "2x", true}, {"p.lp", "e5", true}, {"p.lp", "end", true}, {"p.lp", "inf", true},
		{"p.lp", "a+b", true}, {"p.lp", "free", true}, {"p.lp", "x[1,2]", false}, {"p.lp", "été", false}, {"p.lp", "x", true},
	} {
		var b program.Builder
		b.Column(1, 0, 5)
		b.Column(2, 0, 5)
		b.Add(b.Row(1, 1), 0, 3)
		p := b.Program()
		p.Names, p.RowNames = []string{"x", c.name}, []string{"r"}
		text, err := Write(c.format, p)
		if refused := err != nil; refused != c.refused {
			t.Errorf("%s with a column %q: %v", c.format, c.name, err)
		}
		if err == nil {
			back, _, err := Parse(c.format, text)
			if err != nil || back.Names[1] != c.name {
				t.Errorf("%s: column %q came back as %v, %v", c.format, c.name, back, err)
			}
		}
	}
}

func TestWhatWouldBeReadOtherwiseIsNotWritten(t *testing.T) {
	var b program.Builder
	b.Column(1, 0, 1e25)
	p := b.Program()
	for _, format := range []string{"p.mps", "p.lp"} {
		if _, err := Write(format, p); err == nil || !strings.Contains(err.Error(), "read as infinite") {
			t.Errorf("%s: %v", format, err)
		}
	}
	if _, err := Write("p.txt", p); err == nil {
		t.Error("a name without a format is taken")
	}
}

func TestPlainNamesFitBothFormats(t *testing.T) {
	given := []string{"vit-l@aws/g6.xlarge", "vit+l@aws/g6.xlarge", "e5", "end", "", "2b", "vit_l@aws_g6.xlarge_2", "né"}
	plain := PlainNames(given)
	seen := map[string]bool{}
	for i, name := range plain {
		if !plainName(name) || !fitsMPS(name) || seen[name] {
			t.Errorf("%q became %q", given[i], name)
		}
		seen[name] = true
	}
	if plain[0] != "vit_l@aws_g6.xlarge" || plain[1] != "vit_l@aws_g6.xlarge_2" || plain[2] != "_e5" {
		t.Errorf("the names became %q", plain)
	}
}
