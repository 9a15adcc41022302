package tables

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wavetank/metrics/compare"
	"wavetank/metrics/rows"
	"wavetank/reports/across"
	"wavetank/reports/reportstest"
	"wavetank/reports/store"
)

// twoDays compares two synthetic days. In the second one every number of replications i is that of
// the first, times a factor.
func twoDays(t *testing.T, factor float64) Across {
	t.Helper()
	t.Chdir(t.TempDir())
	days := map[string]store.Archive{"old": reportstest.Small(), "new": reportstest.Small()}
	for i := range days["new"].Rows {
		if r := &days["new"].Rows[i]; r.Metric == "cost" {
			r.Value *= factor
		}
	}
	for name := range days {
		if err := os.MkdirAll(name, 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(name, "manifest.json"), nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	sides, err := across.Open([]string{"old", "new"}, func(dir string) (store.Archive, error) { return days[dir], nil })
	if err != nil {
		t.Fatal(err)
	}
	m, err := across.Of(sides, nil, -1, 0.01)
	if err != nil {
		t.Fatal(err)
	}
	a := Across{Match: m}
	for _, q := range m.Quantities(rows.All) {
		if q.Metric == "cost" || q.Metric == "slo_attainment" {
			a.Families = append(a.Families, m.Family(q))
		}
	}
	return a
}

func TestComparisonIsPrinted(t *testing.T) {
	var b bytes.Buffer
	if err := twoDays(t, 1.5).Print(&b, Terminal{Width: 120}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Results compared: old and new", "Cost ($)", "new − old", "+50.0 exactly ▼", "geometric mean", "≈", "Paired: ", "Cost, new against old: worse for static-peak, ", "The settings are the same."} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is missing in\n%s", want, b.String())
		}
	}
}

// TestFormatsHoldTheSameRows reads JSON and CSV back, and compares both with the values.
func TestFormatsHoldTheSameRows(t *testing.T) {
	a := twoDays(t, 1.5)
	out, err := a.Output().Only([]string{"contrasts"})
	if err != nil {
		t.Fatal(err)
	}
	var text, lines bytes.Buffer
	if err := out.Write(&text, "json"); err != nil {
		t.Fatal(err)
	}
	if err := out.Write(&lines, "csv"); err != nil {
		t.Fatal(err)
	}
	var tables map[string][]map[string]any
	if err := json.Unmarshal(text.Bytes(), &tables); err != nil {
		t.Fatalf("%v in\n%s", err, text.String())
	}
	table, err := csv.NewReader(&lines).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	rows := tables["contrasts"]
	if len(rows) != len(a.Families)*3 || len(table) != len(rows)+1 {
		t.Fatalf("%d objects and %d lines", len(rows), len(table))
	}
	for i, row := range rows {
		for k, key := range table[0] {
			v, has := row[key]
			if !has || field(v) != table[i+1][k] {
				t.Errorf("row %d, %s: %v in JSON, %q in CSV", i, key, v, table[i+1][k])
			}
		}
		if row["metric"] == "cost" && (math.Abs(row["change"].(float64)-0.5) > 1e-12 || row["mark"] != "worse" || row["same"] != false) {
			t.Errorf("%v", row)
		}
	}
	if _, err := a.Output().Only([]string{"contrast"}); err == nil || !strings.Contains(err.Error(), "there are sides, differences, ") {
		t.Error(err)
	}
}

// TestValuesThatJSONDoesNotHave: unknown values are null, infinite ones are strings; CSV has an
// empty field and +Inf.
func TestValuesThatJSONDoesNotHave(t *testing.T) {
	d := Data{Key: "t", Title: "A_1 & 50 %", Columns: ColumnsOf("a", "A", "b", "B", "c", "C", "d", "D", "e", "E")}
	d.Add(math.NaN(), math.Inf(1), nil, Shown{0.25, "a quarter"}, "x,\"y\" ±")
	for format, want := range map[string]string{
		"json":     "{\n  \"t\": [\n    {\"a\": null, \"b\": \"+Inf\", \"c\": null, \"d\": 0.25, \"e\": \"x,\\\"y\\\" ±\"}\n  ],\n  \"summary\": [\n    \"Done.\"\n  ]\n}\n",
		"csv":      "a,b,c,d,e\n,+Inf,,0.25,\"x,\"\"y\"\" ±\"\n",
		"markdown": "## A\\_1 &amp; 50 %\n\n| A | B | C | D | E |\n|---|--:|--:|--:|--:|\n| – | ∞ | – | a quarter | x,\"y\" ± |\n\nDone.\n",
		"latex": "% needs \\usepackage{booktabs,amssymb}\n\n\\begin{table}\n\\caption{A\\_1 \\& 50 \\%}\n\\begin{tabular}{lrrrr}\n\\toprule\nA & B & C & D & E \\\\\n\\midrule\n" +
			"-- & $\\infty$ & -- & a quarter & x,\"y\" $\\pm$ \\\\\n\\bottomrule\n\\end{tabular}\n\\end{table}\n\nDone.\n",
	} {
		var b bytes.Buffer
		if err := (Output{Data: []Data{d}, After: []string{"Done."}}).Write(&b, format); err != nil || b.String() != want {
			t.Errorf("%s: %v\n%s\nwant\n%s", format, err, b.String(), want)
		}
	}
	var b bytes.Buffer
	if err := (Output{Data: []Data{d, d}}).Write(&b, "csv"); err != nil || strings.Count(b.String(), "# t\n") != 2 {
		t.Errorf("%v\n%s", err, b.String())
	}
}

func TestSignsOfContrasts(t *testing.T) {
	for _, c := range []struct {
		mark          compare.Mark
		same, defined bool
		want          string
	}{
		{compare.Unmarked, false, true, "~"}, {compare.Unmarked, true, true, "≈"}, {compare.Better, true, true, "▲ ≈"},
		{compare.Worse, false, true, "▼"}, {compare.Unmarked, false, false, ""}, {compare.Unequal, false, true, "≠"},
	} {
		if got := contrastSign(c.mark, c.same, c.defined); got != c.want {
			t.Errorf("%v, same %v: %q", c.mark, c.same, got)
		}
	}
}

// TestAChangeWithoutSpreadHasFewDigits: an interval as narrow as a rounding error has no digits.
func TestAChangeWithoutSpreadHasFewDigits(t *testing.T) {
	i := compare.Interval{Mean: 0.10949164592961228, Low: 0.10949164592961225, High: 0.10949164592961228}
	if got := signedInterval(i, 100); got != "+10.9 exactly" {
		t.Errorf("%q", got)
	}
}
