package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wavetank/metrics/rows"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// stored writes results to a folder and releases it.
func stored(dir string, r Archive) error {
	f, err := layout.Lock(dir, r.Manifest.Hash())
	if err != nil {
		return err
	}
	return errors.Join(f.Write(r, []FileData{{layout.Derived[0], []byte("x,y\n")}}, func() []FileData { return nil }), f.Release())
}

func TestReadReturnsWhatWasWritten(t *testing.T) {
	dir := t.TempDir()
	want := small()
	want.Rows[0].Value = math.Inf(1)
	want.Rows[1].Policy = `a|b, "c"` + "\n<d>"
	want.Manifest.Baseline = "none"
	if err := stored(dir, want); err != nil {
		t.Fatal(err)
	}
	got, err := layout.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestColumnsSurviveParquet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var want []rows.Quantile
		for range rapid.IntRange(0, 30).Draw(t, "rows") {
			text := rapid.StringN(0, 8, -1)
			want = append(want, rows.Quantile{
				Row: rows.Row{Scenario: text.Draw(t, "scenario"), Policy: text.Draw(t, "policy"), Replication: rapid.IntRange(0, 1<<40).Draw(t, "replication"),
					Measurement: rows.Measurement{Scope: text.Draw(t, "scope"), Metric: text.Draw(t, "metric"), Unit: text.Draw(t, "unit"), Value: rapid.Float64().Draw(t, "value")}},
				Share: rapid.Float64().Draw(t, "share"),
			})
		}
		data, err := EncodeParquet(Origin{}, want, sharedOf)
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
	data, err := encodeCSV([]rows.Row{{Scenario: "day", Policy: "a,b", Replication: 3,
		Measurement: rows.Measurement{Scope: "all", Metric: "latency_p99", Unit: "s", Value: math.Inf(1)}}})
	want := "scenario,policy,replication,scope,metric,unit,value\nday,\"a,b\",3,all,latency_p99,s,+Inf\n"
	if err != nil || string(data) != want {
		t.Errorf("got %q, %v; want %q", data, err, want)
	}
}

func TestReadSaysWhatIsWrong(t *testing.T) {
	results := small()
	origin := t.TempDir()
	if err := fill(origin, results, contentsOf(t, results)); err != nil {
		t.Fatal(err)
	}
	series, err := os.ReadFile(filepath.Join(origin, seriesFile))
	if err != nil {
		t.Fatal(err)
	}
	fewer, err := EncodeParquet(Origin{}, small().Rows[:3], recordOf)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		file, content, want string
	}{
		{manifestFile, "", "manifest.json is missing"},
		{rowsFile, "", "results.parquet is missing"},
		{quantilesFile, "", "quantiles.parquet is missing"},
		{manifestFile, "{", "manifest.json: unexpected end of JSON input"},
		{manifestFile, "{} {}", "manifest.json: invalid character '{' after top-level value"},
		{manifestFile, `{"hash": "1", "seed": 3}`, "manifest.json: it has no checksums of its fields"},
		{manifestFile, `{"hash": "1", "sums": {"seed": "2"}}`, "manifest.json: changed since it was written: hash, seed"},
		{csvFile, "scenario,policy\n", "results.csv: its checksum is not the one in manifest.json"},
		{rowsFile, "nothing", "results.parquet: its checksum"},
		{rowsFile, string(fewer), "results.parquet: its checksum"},
		{seriesFile, string(series[:len(series)/2]), "series.parquet: its checksum"},
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
		if _, err := layout.Read(dir); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got error %v, want %q", c.file, err, c.want)
		}
	}
}

// TestEveryFieldOfTheManifestIsHeld: an error names each field that was changed, added or removed.
// It also names data files that were changed at the same time.
func TestEveryFieldOfTheManifestIsHeld(t *testing.T) {
	results := small()
	dir := t.TempDir()
	if err := fill(dir, results, contentsOf(t, results)); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, manifestFile)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var names map[string]json.RawMessage
	if err := json.Unmarshal(whole, &names); err != nil {
		t.Fatal(err)
	}
	if len(names) < 18 {
		t.Errorf("%d fields", len(names))
	}
	for name, value := range names {
		for what, change := range map[string]func(fields map[string]json.RawMessage){
			"changed":     func(fields map[string]json.RawMessage) { fields[name] = json.RawMessage(`{"x":"1"}`) },
			"taken away":  func(fields map[string]json.RawMessage) { delete(fields, name) },
			"in capitals": func(fields map[string]json.RawMessage) { fields[strings.ToUpper(name)] = value },
		} {
			fields := maps.Clone(names)
			change(fields)
			data, err := json.Marshal(fields)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, data, 0o666); err != nil {
				t.Fatal(err)
			}
			if _, err := layout.Read(dir); err == nil || name != "sums" && !strings.Contains(strings.ToLower(err.Error()), name) {
				t.Errorf("%s %s: got error %v", name, what, err)
			}
		}
	}
	reordered, err := json.Marshal(names)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, reordered, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := layout.Read(dir); err != nil {
		t.Errorf("the same values in another layout: %v", err)
	}
}

// TestAllThatIsChangedIsNamed changes several files. One error names them all.
func TestAllThatIsChangedIsNamed(t *testing.T) {
	results := small()
	dir := t.TempDir()
	if err := fill(dir, results, contentsOf(t, results)); err != nil {
		t.Fatal(err)
	}
	manifest, err := os.ReadFile(filepath.Join(dir, manifestFile))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		csvFile: "x", quantilesFile: "x", manifestFile: strings.Replace(string(manifest), `"completed": 4`, `"completed": 5`, 1),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	_, err = layout.Read(dir)
	if err == nil || strings.Contains(err.Error(), seriesFile) {
		t.Fatalf("got error %v", err)
	}
	for _, want := range []string{csvFile, quantilesFile, "manifest.json: changed since it was written: completed;"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not name %s", err, want)
		}
	}
}

func TestColumnsAreHeld(t *testing.T) {
	other, err := EncodeParquet(Origin{}, []int{1}, func(int) struct{ A string } { return struct{ A string }{"x"} })
	if err != nil {
		t.Fatal(err)
	}
	for want, data := range map[string][]byte{
		"not a Parquet file, or damaged":                             []byte("nothing"),
		"columns [A BYTE_ARRAY]; want [scenario BYTE_ARRAY policy B": other,
	} {
		if _, err := decodeParquet(data, record.row); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want %q", err, want)
		}
	}
}

func TestNoDamagedParquetPanics(t *testing.T) {
	data, err := EncodeParquet(Origin{}, small().Rows, recordOf)
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
	origin := small().Manifest
	for name, change := range map[string]func(*Manifest){
		"resolved": func(m *Manifest) { m.Resolved += " " },
		"seed":     func(m *Manifest) { m.Seed++ },
		"version":  func(m *Manifest) { m.Version = "2" },
		"commit":   func(m *Manifest) { m.Build.Commit = "a" },
		"policies": func(m *Manifest) { m.Policies = m.Policies[1:] },
		"inputs":   func(m *Manifest) { m.Inputs = []FileSum{{"invocations.csv.gz", "0"}} },
	} {
		changed := origin
		change(&changed)
		if changed.Hash() == origin.Hash() {
			t.Errorf("%s does not move the hash", name)
		}
	}
	same := origin
	same.Build.Go, same.Build.Architecture = "go1", "amd64"
	same.Completed, same.Interrupted, same.Warnings = 1, true, []string{"late"}
	if same.Hash() != origin.Hash() {
		t.Error("the hash depends on how the run went, or on the machine")
	}
}

func BenchmarkEncode(b *testing.B) {
	list := make([]rows.Row, 100_000)
	for i := range list {
		list[i] = rows.Row{Scenario: "day", Policy: fmt.Sprint("policy", i%8), Replication: i / 160 % 100,
			Measurement: rows.Measurement{Scope: "all", Metric: fmt.Sprint("metric", i/8%20), Unit: "s", Value: math.Sin(float64(i))}}
	}
	b.Run("parquet", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := EncodeParquet(Origin{}, list, recordOf); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("csv", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := encodeCSV(list); err != nil {
				b.Fatal(err)
			}
		}
	})
}
