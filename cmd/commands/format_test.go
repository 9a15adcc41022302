package commands

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wavetank/reports/tables"
)

// printing is a command that prints tables.
type printing struct {
	args []string
	keys []string // of the tables that the command prints
}

// printings returns a command line for each command that prints tables, with the tables that it
// prints.
func printings(t *testing.T) []printing {
	dir := t.TempDir()
	path := func(name, text string) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return name
	}
	tiny := path("tiny.yaml", `name: tiny
duration: 2m
replications: 2
planning: {utilization: 0.7}
workload: [{model: resnet, slo: {latency: 1s}, arrivals: {poisson: {rate: 2/s}}}]
fleet: [{machine: aws/g4dn.xlarge, max: 2}]
policies: [follow]
`)
	results := filepath.Join(dir, "results")
	again := filepath.Join(dir, "again")
	return []printing{
		{[]string{"run", tiny, "--out", results}, resultTables},
		{[]string{"run", tiny, "--out", again, "--seed", "2"}, resultTables},
		{[]string{"report", results, "--full"}, resultTables},
		{[]string{"compare", results, again}, []string{"sides", "differences", "objectives", "values", "contrasts", "geometric_means"}},
		{[]string{"tune", tiny, "--budget", "2"}, []string{"tuning"}},
		{[]string{"score", "follow", tiny, "--reference", "static-mean", "--ledger", filepath.Join(dir, "ledger.sqlite")}, scoreTables},
		{[]string{"check", tiny}, []string{"capacity"}},
		{[]string{"validate", "--table", path("theory.csv", "model,params,quantity,value\nM/M/1,lam=0.5;mu=1,W,2\n"), "--quick"}, []string{"quantities"}},
		{[]string{"validate", "--coverage", tiny, "--replications", "4", "--group", "2"}, []string{"coverage"}},
		{[]string{"trace", "inspect", filepath.Join("..", "..", "docs", "traces", "chat.jsonl")}, []string{"statistics", "lengths"}},
		{[]string{"solve", path("p.lp", "Minimize\n 2 x\nSubject To\n r: x >= 1\nEnd\n"), "--solution", "-", "--ranges"}, []string{"answer", "solution"}},
		{[]string{"version"}, []string{"version"}},
		{[]string{"list", "policies"}, []string{"policies"}},
		{[]string{"list", "scenarios"}, []string{"scenarios"}},
		{[]string{"list", "machines"}, []string{"machines"}},
		{[]string{"list", "models"}, []string{"models"}},
		{[]string{"list", "step-times"}, []string{"step-times"}},
	}
}

// TestEveryTableIsPrintedInEveryFormat runs each command in each format. JSON and CSV hold the same
// rows, with keys that the documentation names. Markdown and LaTeX hold a table.
func TestEveryTableIsPrintedInEveryFormat(t *testing.T) {
	var pages strings.Builder
	for _, name := range []string{"formats.md", "compare.md"} {
		text, err := os.ReadFile(filepath.Join("..", "..", "docs", name))
		if err != nil {
			t.Fatal(err)
		}
		pages.Write(text)
	}
	documented := func(key string) bool { return strings.Contains(pages.String(), "`"+key+"`") }
	for _, p := range printings(t) {
		outputs := map[string]string{}
		for _, format := range tables.Formats() {
			flag := "--format"
			if p.args[0] == "trace" {
				flag = "--as"
			}
			args := append(slices.Clone(p.args), flag, format)
			if format == "json" || format == "csv" {
				args = append(args, "--only", strings.Join(p.keys, ","))
			}
			var out, err bytes.Buffer
			if code := run(t.Context(), args, &out, &err); code != 0 {
				t.Fatalf("%v: exit code %d: %s", args, code, err.String())
			}
			outputs[format] = out.String()
		}
		var objects map[string]json.RawMessage
		if err := json.Unmarshal([]byte(outputs["json"]), &objects); err != nil {
			t.Fatalf("%v: %v in\n%s", p.args, err, outputs["json"])
		}
		for i, key := range p.keys {
			var rows []map[string]any
			if err := json.Unmarshal(objects[key], &rows); err != nil || !documented(key) {
				t.Errorf("%v: table %s (documented: %v): %v", p.args, key, documented(key), err)
			}
			part := outputs["csv"]
			if len(p.keys) > 1 {
				_, part, _ = strings.Cut(part, "# "+key+"\n")
				if i+1 < len(p.keys) {
					part, _, _ = strings.Cut(part, "\n# "+p.keys[i+1]+"\n")
				}
			}
			table, err := csv.NewReader(strings.NewReader(part)).ReadAll()
			if err != nil || len(table) != len(rows)+1 {
				t.Fatalf("%v: table %s: %d rows in JSON, %d lines of CSV, %v", p.args, key, len(rows), len(table), err)
			}
			for _, column := range table[0] {
				if !documented(column) {
					t.Errorf("%v: table %s: the column %s is not documented", p.args, key, column)
				}
				for _, row := range rows {
					if name, is := row["statistic"].(string); is && !documented(name) {
						t.Errorf("%v: the statistic %s is not documented", p.args, name)
					}
					if _, has := row[column]; !has || len(row) != len(table[0]) {
						t.Fatalf("%v: table %s: %v, but CSV has the columns %q", p.args, key, row, table[0])
					}
				}
			}
		}
		if !strings.Contains(outputs["markdown"], "|---|") || strings.Contains(outputs["markdown"], "\x1b") {
			t.Errorf("%v: markdown\n%s", p.args, outputs["markdown"])
		}
		if begin := strings.Count(outputs["latex"], "\\begin{tabular}"); begin == 0 || begin != strings.Count(outputs["latex"], "\\end{tabular}") {
			t.Errorf("%v: latex\n%s", p.args, outputs["latex"])
		}
	}
}
