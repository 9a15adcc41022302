package reports

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"wavetank/metrics"
)

var small = shape{policies: []string{"static-peak", "static-mean", "auto-adjust(ridge, 0.3)+best-fit"}, replications: 4, samples: 24}

func TestReadReturnsWhatWasWritten(t *testing.T) {
	dir := t.TempDir()
	want := synthetic(small)
	want.Rows[0].Value = math.Inf(1)
	want.Rows[1].Policy = `a|b, "c"` + "\n<d>"
	want.Manifest.Baseline = "none"
	if err := Write(dir, want); err != nil {
		t.Fatal(err)
	}
	got, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestColumnsSurviveParquet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var want []metrics.Quantile
		for range rapid.IntRange(0, 30).Draw(t, "rows") {
			text := rapid.StringN(0, 8, -1)
			want = append(want, metrics.Quantile{
				Row: metrics.Row{Scenario: text.Draw(t, "scenario"), Policy: text.Draw(t, "policy"), Replication: rapid.IntRange(0, 1<<40).Draw(t, "replication"),
					Measure: metrics.Measure{Scope: text.Draw(t, "scope"), Metric: text.Draw(t, "metric"), Unit: text.Draw(t, "unit"), Value: rapid.Float64().Draw(t, "value")}},
				Share: rapid.Float64().Draw(t, "share"),
			})
		}
		data, err := encodeParquet(want, sharedOf)
		if err != nil {
			t.Fatal(err)
		}
		got, err := decodeParquet(data, shared.quantile)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateNaNs()); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestTwoWritesAreEqualByteForByte(t *testing.T) {
	a, b := t.TempDir(), t.TempDir()
	for _, dir := range []string{a, b} {
		if err := Write(dir, withTokens(synthetic(small))); err != nil {
			t.Fatal(err)
		}
	}
	first, second := contents(t, a), contents(t, b)
	if diff := cmp.Diff(first, second); diff != "" {
		t.Error("files differ")
	}
	if len(first) != len(written()) {
		t.Errorf("%d files, want %d", len(first), len(written()))
	}
	for _, name := range []string{reportFile, figuresFolder + "/metrics.png"} {
		if err := os.Remove(filepath.Join(b, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := Rebuild(b); err != nil {
		t.Fatal(err)
	}
	if !cmp.Equal(first, contents(t, b)) {
		t.Error("files differ after Rebuild")
	}
}

func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		files[filepath.ToSlash(name)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestInfinityIsWrittenInCSV(t *testing.T) {
	data, err := encodeCSV([]metrics.Row{{Scenario: "day", Policy: "a,b", Replication: 3,
		Measure: metrics.Measure{Scope: "all", Metric: "latency_p99", Unit: "s", Value: math.Inf(1)}}})
	want := "scenario,policy,replication,scope,metric,unit,value\nday,\"a,b\",3,all,latency_p99,s,+Inf\n"
	if err != nil || string(data) != want {
		t.Errorf("got %q, %v; want %q", data, err, want)
	}
}

func TestFailedWriteLeavesNoPartialFile(t *testing.T) {
	dir := t.TempDir()
	// a folder in the place of a file: the last step of the write fails
	if err := os.MkdirAll(filepath.Join(dir, rowsFile, "in-the-way"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := Write(dir, synthetic(small)); err == nil || !strings.Contains(err.Error(), rowsFile) {
		t.Fatalf("got error %v", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() != rowsFile && e.Name() != csvFile {
			t.Errorf("%s was left", e.Name())
		}
	}
}

func TestReadSaysWhatIsWrong(t *testing.T) {
	origin := t.TempDir()
	if err := Write(origin, synthetic(small)); err != nil {
		t.Fatal(err)
	}
	otherColumns, err := encodeParquet([]int{1}, func(int) struct{ A string } { return struct{ A string }{"x"} })
	if err != nil {
		t.Fatal(err)
	}
	series, err := os.ReadFile(filepath.Join(origin, seriesFile))
	if err != nil {
		t.Fatal(err)
	}
	swapped := bytes.Clone(series)
	swapped[len(swapped)/2] ^= 0x55
	fewer, err := encodeParquet(synthetic(small).Rows[:3], recordOf)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		file, content, want string
	}{
		{manifestFile, "", "manifest.json is missing"},
		{rowsFile, "", "results.parquet is missing"},
		{quantilesFile, "", "quantiles.parquet is missing"},
		{manifestFile, "{", "manifest.json: unexpected EOF"},
		{manifestFile, `{"hash": "1", "seed": 3}`, "hash differs from its contents"},
		{rowsFile, "nothing", "results.parquet: not a Parquet file, or damaged"},
		{rowsFile, string(otherColumns), "results.parquet: columns [A BYTE_ARRAY]; want [scenario BYTE_ARRAY"},
		{rowsFile, string(series), "want [scenario BYTE_ARRAY"},
		{rowsFile, string(fewer), "checksum differs"},
		{seriesFile, string(swapped), "series.parquet: "},
		{seriesFile, string(series[:len(series)/2]), "series.parquet: not a Parquet file, or damaged"},
	} {
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS(origin)); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, c.file)
		if c.content == "" {
			err = os.Remove(path)
		} else {
			err = os.WriteFile(path, []byte(c.content), 0o666)
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Read(dir); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got error %v, want %q", c.file, err, c.want)
		}
	}
}

func TestNoDamagedParquetPanics(t *testing.T) {
	data, err := encodeParquet(synthetic(small).Rows, recordOf)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		damaged := bytes.Clone(data)
		for range rapid.IntRange(1, 4).Draw(t, "bytes") {
			damaged[rapid.IntRange(0, len(data)-1).Draw(t, "at")] = rapid.Byte().Draw(t, "value")
		}
		if _, err := decodeParquet(damaged, record.row); err != nil && err.Error() == "" {
			t.Fatal("an error without words")
		}
	})
}

func TestHashMovesWithWhatTheResultsDependOn(t *testing.T) {
	origin := synthetic(small).Manifest
	for name, change := range map[string]func(*Manifest){
		"resolved": func(m *Manifest) { m.Resolved += " " },
		"seed":     func(m *Manifest) { m.Seed++ },
		"version":  func(m *Manifest) { m.Version = "2" },
		"policies": func(m *Manifest) { m.Policies = m.Policies[1:] },
		"inputs":   func(m *Manifest) { m.Inputs = []Input{{"invocations.csv.gz", "0"}} },
	} {
		changed := origin
		change(&changed)
		if changed.Hash() == origin.Hash() {
			t.Errorf("%s does not move the hash", name)
		}
	}
	same := origin
	same.Completed, same.Interrupted, same.Warnings = 1, true, []string{"late"}
	if same.Hash() != origin.Hash() {
		t.Error("how the run went moves the hash")
	}
}

func TestClaim(t *testing.T) {
	results := synthetic(small)
	hash := results.Manifest.Hash()
	write := func(dir, name string) error {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o777); err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o666)
	}
	for _, c := range []struct {
		name    string
		prepare func(dir string) error
		hash    string
		want    string // empty: no error
	}{
		{"empty", func(string) error { return nil }, hash, ""},
		{"same experiment", func(dir string) error { return Write(dir, results) }, hash, ""},
		{"another experiment", func(dir string) error { return Write(dir, results) }, "feed", "holds another experiment (working-day"},
		{"other file", func(dir string) error { return write(dir, "thesis.tex") }, hash, "not results (thesis.tex); name another folder with --out"},
		{"other figure", func(dir string) error { return errors.Join(Write(dir, results), write(dir, "figures/cat.png")) }, hash, "figures/cat.png"},
		{"other folder", func(dir string) error { return write(dir, "src/main.go") }, hash, "src/"},
		{"no manifest", func(dir string) error { return write(dir, csvFile) }, hash, "without a manifest.json"},
		{"damaged manifest", func(dir string) error { return write(dir, manifestFile) }, hash, "manifest.json: invalid character"},
		{"left by a killed run", func(dir string) error { return write(dir, temporary+"1") }, hash, ""},
	} {
		dir := filepath.Join(t.TempDir(), "a", "b")
		if err := errors.Join(os.MkdirAll(dir, 0o777), c.prepare(dir)); err != nil {
			t.Fatal(err)
		}
		before := contents(t, dir)
		err := Claim(dir, c.hash)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: got error %v, want %q", c.name, err, c.want)
		}
		if !cmp.Equal(before, contents(t, dir)) {
			t.Errorf("%s: Claim changed files", c.name)
		}
	}
}

func TestClaimRefusesWhatCannotBeAFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := Claim(file, "1"); err == nil {
		t.Error("a file was claimed")
	}
	if os.Getuid() == 0 {
		t.Skip("root may write to every folder")
	}
	closed := t.TempDir()
	if err := os.Chmod(closed, 0o555); err != nil {
		t.Fatal(err)
	}
	if err := Claim(closed, "1"); err == nil || !strings.Contains(err.Error(), "cannot write to it") {
		t.Errorf("got error %v", err)
	}
}

func BenchmarkEncode(b *testing.B) {
	rows := make([]metrics.Row, 100_000)
	for i := range rows {
		rows[i] = metrics.Row{Scenario: "day", Policy: eight[i%8], Replication: i / 160 % 100,
			Measure: metrics.Measure{Scope: "all", Metric: fmt.Sprint("metric", i/8%20), Unit: "s", Value: math.Sin(float64(i))}}
	}
	b.Run("parquet", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := encodeParquet(rows, recordOf); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("csv", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := encodeCSV(rows); err != nil {
				b.Fatal(err)
			}
		}
	})
}
