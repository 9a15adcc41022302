package study

import (
	"database/sql"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"wavetank/metrics/histogram"
	"wavetank/metrics/rows"
	"wavetank/scenarios"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// ledger opens a ledger in a file that is removed after the test.
func ledger(t *testing.T, path, program string) *Ledger {
	t.Helper()
	l, err := Open(path, program)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// finished draws the results of a run.
func finished(t *rapid.T, d scenarios.Detail) *scenarios.Finished {
	value := rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{0, 1, math.NaN(), math.Inf(1), math.Inf(-1), 1e-300}))
	measurement := rapid.Custom(func(t *rapid.T) rows.Measurement {
		v := value.Draw(t, "value")
		if v == 0 {
			v = 0 // no −0: Finished has none
		}
		return rows.Measurement{Scope: rapid.SampledFrom([]string{"all", "vit", "class:ä"}).Draw(t, "scope"), Metric: rapid.String().Draw(t, "metric"), Unit: "s", Value: v}
	})
	f := &scenarios.Finished{Detail: d, Took: time.Duration(rapid.IntRange(0, 1000).Draw(t, "ms")) * time.Millisecond,
		Measures: rapid.SliceOfN(measurement, 1, 20).Draw(t, "measures")}
	if d >= scenarios.Summary {
		l := histogram.NewLatencies()
		for _, v := range rapid.SliceOfN(rapid.Int64Range(0, 1<<40), 1, 20).Draw(t, "latencies") {
			l.Add(time.Duration(v))
		}
		f.Distributions = []histogram.Compact{histogram.Scoped{Scope: "all", Metric: "latency", Of: l}.Compact()}
	}
	if d >= scenarios.Whole {
		for i, m := range rapid.SliceOfN(measurement, 1, 20).Draw(t, "points") {
			series := rows.TimeSeries{Scope: m.Scope, Metric: m.Metric, Unit: m.Unit}
			for k := range rapid.IntRange(1, 3).Draw(t, "steps") {
				series.Ends, series.Values = append(series.Ends, float64(k+1)), append(series.Values, m.Value+float64(k))
			}
			f.Full.Series = append(f.Full.Series, series)
			f.Full.Quantiles = append(f.Full.Quantiles, rows.Quantile{Row: rows.Row{Measurement: m}, Share: 1 / float64(i+1)})
		}
		f.Full.Wanted = rapid.SliceOfN(rapid.Uint64(), 1, 5).Draw(t, "wanted")
		f.Full.Decisions, f.Full.Deciding = 7, time.Second
	}
	return f
}

var exactly = cmp.Options{cmpopts.EquateNaNs(), cmp.AllowUnexported(histogram.Compact{})}

// TestWhatIsKeptIsFound: another handle of the same file finds every run exactly, and only under
// its own key, program and detail.
func TestWhatIsKeptIsFound(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "ledger.sqlite")
	one, two, other := ledger(t, path, "program 1"), ledger(t, path, "program 1"), ledger(t, path, "program 2")
	kept := map[scenarios.Key]*scenarios.Finished{}
	rapid.Check(t, func(t *rapid.T) {
		k := scenarios.Key{Scenario: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "scenario"), Policy: rapid.SampledFrom([]string{"p", "q"}).Draw(t, "policy"),
			Seed: rapid.SampledFrom([]uint64{0, 1, math.MaxUint64}).Draw(t, "seed"), Replication: rapid.IntRange(0, 3).Draw(t, "replication")}
		d := scenarios.Detail(rapid.IntRange(1, 3).Draw(t, "detail"))
		f := finished(t, d)
		if err := one.Keep(k, scenarios.Label{Scenario: "s", Policy: "p"}, f); err != nil {
			t.Fatal(err)
		}
		if before := kept[k]; before == nil || before.Detail < d {
			kept[k] = f
		}
		for at := scenarios.Brief; at <= scenarios.Whole; at++ {
			got, err := two.Find(k, at)
			has, wrong := two.Has(k, at)
			if err != nil || wrong != nil || has != (got != nil) {
				t.Fatal(has, got, err, wrong)
			}
			var want *scenarios.Finished
			if kept[k].Detail >= at {
				want = new(*kept[k])
				want.Detail = at
				if at < scenarios.Summary {
					want.Distributions = nil
				}
				if at < scenarios.Whole {
					want.Full = scenarios.FullResults{}
				}
			}
			if diff := cmp.Diff(want, got, exactly); diff != "" {
				t.Fatal(diff)
			}
			if got, err := other.Find(k, at); got != nil || err != nil {
				t.Fatalf("another program finds %v, %v", got, err)
			}
		}
	})
	n := 0
	if err := one.db.QueryRow("SELECT count(*) FROM runs").Scan(&n); err != nil || n != len(kept) {
		t.Errorf("%d runs, %v; want %d", n, err, len(kept))
	}
	if err := one.db.QueryRow("SELECT count(*) FROM measures WHERE run NOT IN (SELECT id FROM runs)").Scan(&n); err != nil || n != 0 {
		t.Errorf("%d measures of no run, %v", n, err)
	}
}

// TestSeveralWriteAtATime: several commands keep runs in the same file at the same time, two
// of them the same runs.
func TestSeveralWriteAtATime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.sqlite")
	var all sync.WaitGroup
	const each = 20
	for i := range 4 {
		all.Go(func() {
			l, err := Open(path, "program")
			if err != nil {
				t.Error(err)
				return
			}
			for r := range each {
				k := scenarios.Key{Scenario: "s", Policy: fmt.Sprint(i / 2), Replication: r}
				f := &scenarios.Finished{Detail: scenarios.Brief, Measures: []rows.Measurement{{Scope: "all", Metric: "cost", Unit: "$", Value: float64(r)}}}
				if err := l.Keep(k, scenarios.Label{}, f); err != nil {
					t.Error(err)
				}
			}
			if err := l.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	l := ledger(t, path, "program")
	for i := range 2 {
		for r := range each {
			f, err := l.Find(scenarios.Key{Scenario: "s", Policy: fmt.Sprint(i), Replication: r}, scenarios.Brief)
			if err != nil || f == nil || f.Value("all", "cost") != float64(r) || len(f.Measures) != 1 {
				t.Errorf("%d %d: %+v, %v", i, r, f, err)
			}
		}
	}
}

// TestForeignFilesAreRefused: what is no ledger is left as it is, with an error that names it.
func TestForeignFilesAreRefused(t *testing.T) {
	dir := t.TempDir()
	text, foreign, later := filepath.Join(dir, "text"), filepath.Join(dir, "foreign.sqlite"), filepath.Join(dir, "later.sqlite")
	if err := os.WriteFile(text, []byte("name: my-service\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	for path, statement := range map[string]string{foreign: "CREATE TABLE cats (name TEXT)", later: schema + fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = 99", application)} {
		db, err := sql.Open(driver, path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
		db.Close()
	}
	for path, want := range map[string]string{
		text: "it is not a ledger of wavetank", foreign: "it is not a ledger of wavetank", later: "it is of another version of wavetank (tables 99, not 1)",
		dir: "it is a folder, not a file", filepath.Join(text, "below"): "not a directory",
	} {
		before, _ := os.ReadFile(path)
		l, err := Open(path, "program")
		if err == nil {
			l.Close()
			t.Errorf("%s is opened", path)
			continue
		}
		if !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "ledger "+path) {
			t.Errorf("%s: %v; want %q", path, err, want)
		}
		if after, _ := os.ReadFile(path); string(after) != string(before) {
			t.Errorf("%s was changed", path)
		}
	}
}

// TestRemoveLeavesNothing: no file of the ledger stays.
func TestRemoveLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	l, err := Open(filepath.Join(dir, "a b%20?.sqlite"), "program")
	if err != nil {
		t.Fatal(err)
	}
	if files, _ := os.ReadDir(dir); len(files) == 0 || files[0].Name() != "a b%20?.sqlite" {
		t.Errorf("the ledger is not at its path: %v", files)
	}
	if err := l.Remove(); err != nil {
		t.Fatal(err)
	}
	if files, _ := os.ReadDir(dir); len(files) > 0 {
		t.Errorf("%v stays", files)
	}
}

// BenchmarkKeep keeps runs of 200 rows.
func BenchmarkKeep(b *testing.B) {
	l, err := Open(filepath.Join(b.TempDir(), "ledger.sqlite"), "program")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	f := &scenarios.Finished{Detail: scenarios.Summary}
	for i := range 200 {
		f.Measures = append(f.Measures, rows.Measurement{Scope: "all", Metric: fmt.Sprint("m", i), Unit: "s", Value: float64(i) + 0.5})
	}
	for i := 0; b.Loop(); i++ {
		if err := l.Keep(scenarios.Key{Scenario: "s", Policy: "p", Replication: i}, scenarios.Label{}, f); err != nil {
			b.Fatal(err)
		}
	}
}
