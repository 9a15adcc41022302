package study

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"wavetank/scenarios"
)

// gathered keeps all that is gathered.
type gathered struct {
	settings []SettingRuns
	names    []string
	results  Outcomes
}

// Settings implements Gathering.
func (g *gathered) Settings([]byte) ([]SettingRuns, error) {
	if g.settings == nil {
		return nil, errors.New("no design")
	}
	return g.settings, nil
}

// Gather implements Gathering.
func (g *gathered) Gather(scenario string, runs [][]*scenarios.Finished) {
	g.names, g.results = append(g.names, scenario), append(g.results, runs)
}

// shardFile writes the bytes of a shard into a file, and opens it.
func shardFile(t testing.TB, path string, b []byte) *ShardFile {
	t.Helper()
	if err := os.WriteFile(path, b, 0o666); err != nil {
		t.Fatal(err)
	}
	s, err := OpenShard(path)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestMergeTellsAllFaults merges shards of three programs and sweeps, cut and damaged ones, one
// twice, and one with runs of no setting.
func TestMergeTellsAllFaults(t *testing.T) {
	dir := t.TempDir()
	made := func(name string, change func(*Shard), cut func([]byte) []byte) *ShardFile {
		s := &Shard{Header: Header{Program: "0.1.0 abc", Scenario: "queue", Hash: "0123456789", Share: Share{0, 5}, Design: []byte("{}")}}
		for r := range 2 {
			s.Runs = append(s.Runs, ShardRun{
				Run: Run{0, 0, r}, Key: scenarios.Key{Scenario: "s"}, Label: scenarios.Label{Policy: "p"},
				Finished: &scenarios.Finished{Detail: scenarios.Summary},
			})
		}
		if change != nil {
			change(s)
		}
		b, err := s.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		if cut != nil {
			b = cut(b)
		}
		return shardFile(t, filepath.Join(dir, name), b)
	}
	moved := func(number int, replications ...int) func(*Shard) {
		return func(s *Shard) {
			one := s.Runs[0]
			s.Share.Number, s.Runs = number, nil
			for _, r := range replications {
				one.Run.Replication = r
				s.Runs = append(s.Runs, one)
			}
		}
	}
	end := func(bytes int) func([]byte) []byte { return func(b []byte) []byte { return b[:len(b)-bytes] } }
	list := []*ShardFile{
		made("a", nil, nil),
		made("b", func(s *Shard) { s.Program = "0.2.0 def" }, nil),
		made("c", func(s *Shard) { s.Hash = "9876543210" }, nil),
		made("d", moved(1, 2), end(1)),
		made("e", nil, nil),
		made("f", moved(2, 3, 3), nil),
		made("g", moved(2, 5, 6, 7), nil),
		made("h", moved(2, 3), func(b []byte) []byte { return append(b, 0) }),
		made("i", func(s *Shard) { s.Runs = s.Runs[:1]; s.Runs[0].Run.Replication, s.Runs[0].Key.Scenario = 4, "another" }, nil),
		made("j", nil, func([]byte) []byte { return []byte(shardMagic) }),
	}
	to := &gathered{settings: []SettingRuns{{"s", []string{"p"}, 5}, {"s", []string{"p"}, 3}}}
	missing, of, err := Merge(list, "0.1.0 abc", to)
	want := `b: it is of another program, 0.2.0 (def); this is 0.1.0 (abc)
c: it is of another sweep, queue 98765432; a is of queue 01234567
d: it is cut
e: 2 of its runs are in a, too
f: damaged at byte …
g: it holds runs that are not of the sweep: it is damaged
h: damaged at byte …
h: 1 of its runs are in f, too
i: setting 1, policy p, replication 4 is of another scenario: it is damaged
j: it is cut`
	got := strings.ReplaceAll(fmt.Sprint(err), dir+string(filepath.Separator), "")
	for _, s := range list {
		got = strings.ReplaceAll(got, fmt.Sprintf("damaged at byte %d\n", s.frames.last), "damaged at byte …\n")
	}
	if got != want {
		t.Error(cmp.Diff(want, got))
	}
	if missing != 4 || of != 8 || to.results != nil {
		t.Errorf("%d of %d runs are missing, %d settings are gathered", missing, of, len(to.results))
	}
	if got := Missing(list[:9]); got != "3 and 4 of 5" {
		t.Errorf("missing are %q", got)
	}
	if _, _, err := Merge(list[:1], "0.1.0 abc", &gathered{}); err == nil || !strings.HasSuffix(err.Error(), "a: no design") {
		t.Errorf("a shard without a design: %v", err)
	}
}

// TestMergedShardsAreTheStudy: the runs of three shards, read from their files, are those of the
// study. The runs of a shard that is left out are missing.
func TestMergedShardsAreTheStudy(t *testing.T) {
	whole := queues(t, nil, 2, rates)
	want, err := whole.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	tasks, err := whole.Tasks()
	if err != nil {
		t.Fatal(err)
	}
	var settings []SettingRuns
	for _, c := range whole.Cells {
		k, err := c.Experiment.Key(&c.Experiment.Scenario.Policies[0], 0)
		if err != nil {
			t.Fatal(err)
		}
		settings = append(settings, SettingRuns{k.Scenario, []string{"static-peak", "static-mean"}, 3})
	}
	dir := t.TempDir()
	paths := make([]string, 3)
	for k := range paths {
		var files [][]byte
		for parallel := 1; parallel < 3; parallel++ {
			s := queues(t, nil, parallel, rates)
			s.Only = Share{k, 3}.Runs(tasks)
			results, err := s.Run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			shard, err := s.Shard(&Header{Program: "p", Share: Share{k, 3}, Design: []byte("{}")}, results)
			if err != nil {
				t.Fatal(err)
			}
			b, err := shard.Bytes()
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, b)
		}
		if !bytes.Equal(files[0], files[1]) {
			t.Errorf("shard %d is not the same bytes a second time", k)
		}
		paths[k] = filepath.Join(dir, fmt.Sprint(k))
		shardFile(t, paths[k], files[0])
	}
	merge := func(paths ...string) (g *gathered, missing int) {
		var list []*ShardFile
		for _, path := range paths {
			s, err := OpenShard(path)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, s)
		}
		g = &gathered{settings: settings}
		missing, of, err := Merge(list, "p", g)
		if err != nil || of != 12 {
			t.Fatalf("%d runs, %v", of, err)
		}
		return g, missing
	}
	got, missing := merge(paths...)
	if missing != 0 {
		t.Errorf("%d runs are missing", missing)
	}
	if diff := cmp.Diff(measures(want), measures(got.results), exactly); diff != "" {
		t.Error(diff)
	}
	if !slices.Equal(got.names, []string{"queue", "queue"}) {
		t.Errorf("the names of the scenarios are %q", got.names)
	}
	if _, missing := merge(paths[1:]...); missing != len(Share{0, 3}.Runs(tasks)) || missing == 0 {
		t.Errorf("%d runs are missing", missing)
	}
}

// weighed measures the memory in use while runs are gathered, and keeps none of them.
type weighed struct {
	gathered
	least, most uint64 // bytes
}

// Gather implements Gathering.
func (w *weighed) Gather(string, [][]*scenarios.Finished) {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	w.least, w.most = min(w.least, m.HeapAlloc), max(w.most, m.HeapAlloc)
}

// large writes two shards of a study with settings of 20 runs each, with 200 rows.
func large(t testing.TB, settings int) (paths []string, to weighed) {
	one := rapid.Custom(func(t *rapid.T) *scenarios.Finished { return finished(t, scenarios.Summary) }).Example(1)
	one.Measures = slices.Repeat(one.Measures, 200/max(1, len(one.Measures))+1)
	one.Detail = scenarios.Summary
	for k := range 2 {
		s := &Shard{Header: Header{Program: "p", Share: Share{k, 2}, Design: []byte("{}")}}
		for cell := range settings {
			for r := k; r < 20; r += 2 {
				s.Runs = append(s.Runs, ShardRun{Run: Run{cell, 0, r}, Finished: one})
			}
		}
		b, err := s.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, shardFile(t, filepath.Join(t.TempDir(), "s"), b).Path)
	}
	to.settings = slices.Repeat([]SettingRuns{{"", []string{""}, 20}}, settings)
	to.least = 1 << 60
	return paths, to
}

// TestMergeHoldsOneSetting: the memory of a merge does not depend on the number of settings.
func TestMergeHoldsOneSetting(t *testing.T) {
	paths, to := large(t, 100)
	merge(t, paths, &to)
	// All runs would take 2,000 × 200 × 56 bytes, 22 MB.
	if held := to.most - to.least; held > 3<<20 {
		t.Errorf("%d bytes are held at most, and %d at least", to.most, to.least)
	}
}

func merge(t testing.TB, paths []string, to Gathering) {
	t.Helper()
	var list []*ShardFile
	for _, path := range paths {
		s, err := OpenShard(path)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, s)
	}
	if missing, _, err := Merge(list, "p", to); missing != 0 || err != nil {
		t.Fatalf("%d runs are missing, %v", missing, err)
	}
}

// BenchmarkMerge merges 2,000 runs with 200 rows each, from two shards.
func BenchmarkMerge(b *testing.B) {
	paths, to := large(b, 100)
	b.ReportAllocs()
	for b.Loop() {
		merge(b, paths, &to.gathered)
		to.names, to.results = nil, nil
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/2000, "µs/run")
}
