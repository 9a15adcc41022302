package store

import (
	"encoding/csv"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"wavetank/metrics/rows"
)

// asked returns n requests with all kinds of values, and with none.
func asked(n int) []rows.RequestRow {
	list := make([]rows.RequestRow, n)
	for i := range list {
		list[i] = rows.RequestRow{
			Number: int64(i), Parent: rows.Absent, Model: `a "model", large`, Stage: rows.Absent, Session: rows.Absent, Measured: i > 2,
			Arrival: int64(i) * 1_000_000_007, Input: rows.Absent, Output: rows.Absent, Items: 1, Replica: rows.Absent, Prefill: rows.Absent,
			Machine: rows.Absent, Queue: rows.Absent, FirstToken: rows.Absent, End: int64(i)*1_000_000_007 + 100_000_000, Latency: rows.Absent,
			Outcome: "rejected", Cause: "rejected", GivenUp: "burst",
		}
		if i%3 == 0 {
			r := &list[i]
			r.Parent, r.Pipeline, r.Stage, r.Class, r.Tenant, r.Session = 0, "voice", 0, "gold", "acme", 1<<40
			r.Input, r.Output, r.Items, r.Variant, r.Replica, r.Prefill, r.Machine = 0, 1, 0.5, "v", 0, 3, 0
			r.MachineType, r.Queue, r.FirstToken, r.Latency = "aws/g6.xlarge", 0, 1, 100_000_000
			r.Outcome, r.InTime, r.Cause, r.GivenUp, r.Retries, r.Preemptions = "finished", true, "", "", 1, 2
		}
	}
	return list
}

// wrote writes a file of requests of two policies and three replications, of which the second is
// not complete. The runs write in the given order.
func wrote(t *testing.T, path string, list []rows.RequestRow, order []int) {
	t.Helper()
	f, err := CreateRequests(path, Origin{Scenario: "s", Hash: "h", Version: "v", Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	parts := map[int]*RequestPart{}
	for _, i := range order {
		if parts[i], err = f.Begin([]string{"one", "two"}[i%2], i/2); err != nil {
			t.Fatal(err)
		}
	}
	for from := range 4 {
		for _, i := range order {
			n := len(list) / 4
			if err := parts[i].Write(list[from*n : (from+1)*n]); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, i := range order {
		if err := parts[i].Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Commit([]string{"one", "two"}, []int{0, 2}); err != nil {
		t.Fatal(err)
	}
}

// TestRequestsAreTheSameInBothFormats writes requests as Parquet and CSV. Both hold the rows of
// complete replications by policy, then by replication, in whatever order they were written. Both
// hold the same values, exact to the nanosecond, and nothing where there is no value.
func TestRequestsAreTheSameInBothFormats(t *testing.T) {
	folder, list := t.TempDir(), asked(4*1500)
	names := []string{"a.parquet", "b.parquet", "a.csv", "b.csv"}
	orders := [][]int{{0, 1, 2, 3, 4, 5}, {5, 2, 0, 4, 3, 1}}
	var contents [4][]byte
	for i, name := range names {
		path := filepath.Join(folder, name)
		wrote(t, path, list, orders[i%2])
		var err error
		if contents[i], err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
	}
	if string(contents[0]) != string(contents[1]) || string(contents[2]) != string(contents[3]) {
		t.Error("the file depends on the order in which runs write")
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != len(names) {
		t.Errorf("the folder holds %v (%v)", left, err)
	}
	lines, err := csv.NewReader(strings.NewReader(string(contents[2]))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(filepath.Join(folder, names[0]))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if !slices.Equal(lines[0], columnsOf[requestRecord]()) {
		t.Errorf("the columns are %v", lines[0])
	}
	r := parquet.NewReader(f)
	defer r.Close()
	for i, line := range lines[1:] {
		row := map[string]any{}
		if err := r.Read(&row); err != nil {
			t.Fatalf("row %d: %v", i, err)
		}
		for at, name := range lines[0] {
			if text := written(t, row[name]); !sameValue(text, line[at]) {
				t.Fatalf("row %d: %s is %q in Parquet, %q in CSV", i, name, text, line[at])
			}
		}
		run, want := i/len(list), list[i%len(list)]
		if line[0] != []string{"one", "one", "two", "two"}[run] || line[1] != []string{"0", "2"}[run%2] || line[2] != strconv.FormatInt(want.Number, 10) {
			t.Fatalf("row %d is %v", i, line)
		}
		if seconds, _ := strconv.ParseFloat(line[slices.Index(lines[0], "arrival_s")], 64); int64(math.Round(seconds*1e9)) != want.Arrival {
			t.Fatalf("row %d: %v s, not %d ns", i, seconds, want.Arrival)
		}
	}
	if len(lines)-1 != 4*len(list) {
		t.Errorf("%d rows, want %d", len(lines)-1, 4*len(list))
	}
}

// written writes a value as CSV has it, or with more digits.
func written(t *testing.T, v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case bool:
		return strconv.FormatBool(v)
	case int32:
		return strconv.FormatInt(int64(v), 10)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case string:
		return v
	case []byte:
		return string(v)
	}
	t.Fatalf("a value of type %T", v)
	return ""
}

// sameValue reports whether two texts are equal, or the same number.
func sameValue(a, b string) bool {
	x, wrong := strconv.ParseFloat(a, 64)
	y, bad := strconv.ParseFloat(b, 64)
	return a == b || wrong == nil && bad == nil && x == y
}

// TestDiscardedRequestsLeaveTheOldFile: a file of requests that is not committed changes nothing.
func TestDiscardedRequestsLeaveTheOldFile(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "rows.csv")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := CreateRequests(path, Origin{})
	if err != nil {
		t.Fatal(err)
	}
	part, err := f.Begin("one", 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(part.Write(asked(9)), part.Close(), f.Discard()); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(folder)
	text, fault := os.ReadFile(path)
	if err != nil || fault != nil || len(left) != 1 || string(text) != "old" {
		t.Errorf("the folder holds %v, the file %q (%v, %v)", left, text, err, fault)
	}
}

// TestWhatKilledProcessesLeftIsRemoved: the parts of a process that has ended are removed when the
// same file is begun again, those of a living one and of other files are not.
func TestWhatKilledProcessesLeftIsRemoved(t *testing.T) {
	folder := t.TempDir()
	begin := func(name string) *RequestFile {
		f, err := CreateRequests(filepath.Join(folder, name), Origin{})
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	killed, alive, other := begin("rows.csv"), begin("rows.csv"), begin("rows.parquet")
	for _, f := range []*RequestFile{killed, other} { // as the end of their processes does
		if err := f.claim.Close(); err != nil {
			t.Fatal(err)
		}
	}
	again := begin("rows.csv")
	for f, want := range map[*RequestFile]bool{killed: false, alive: true, other: true, again: true} {
		if _, err := os.Stat(f.folder); (err == nil) != want {
			t.Errorf("%s is there: %v, want %v", f.folder, err == nil, want)
		}
	}
	if err := errors.Join(alive.Discard(), again.Discard()); err != nil {
		t.Error(err)
	}
}

// TestRowsOfRequestsAreWrittenWithoutMemory: a row of CSV needs no new memory, and a row of Parquet
// less than one allocation.
func TestRowsOfRequestsAreWrittenWithoutMemory(t *testing.T) {
	list := asked(1024)
	for name, most := range map[string]float64{".csv": 0, ".parquet": float64(len(list)) / 4} {
		part := requestFormats[name].begin(nothing{}, Origin{}, partOf{"one", 0})
		if err := part.write(list); err != nil {
			t.Fatal(err)
		}
		n := testing.AllocsPerRun(20, func() {
			if err := part.write(list); err != nil {
				t.Error(err)
			}
		})
		if n > most {
			t.Errorf("%s: %v allocations for %d rows, want at most %v", name, n, len(list), most)
		}
	}
}

// nothing is a writer that keeps nothing.
type nothing struct{}

func (nothing) Write(b []byte) (int, error) { return len(b), nil }

// BenchmarkRequests measures the time to write a row.
//
//	go test -run xxx -bench Requests ./reports/store
func BenchmarkRequests(b *testing.B) {
	list := asked(1024)
	for name, format := range requestFormats {
		b.Run(name[1:], func(b *testing.B) {
			part := format.begin(nothing{}, Origin{}, partOf{"one", 0})
			b.ReportAllocs()
			for b.Loop() {
				if err := part.write(list); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(list)), "ns/row")
		})
	}
}

// TestParquetFilesSayWhereTheyComeFrom: every Parquet file of a folder of results names the
// scenario, the hash, the version, the seed, and units of its columns.
func TestParquetFilesSayWhereTheyComeFrom(t *testing.T) {
	r := small()
	list, err := layout.encode(&r, nil)
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, f := range list {
		if !strings.HasSuffix(f.Name, ".parquet") {
			continue
		}
		seen++
		file, err := parquet.OpenFile(strings.NewReader(string(f.Data)), int64(len(f.Data)))
		if err != nil {
			t.Fatal(err)
		}
		for key, want := range map[string]string{
			"scenario": r.Manifest.Scenario, "hash": r.Manifest.Hash(), "version": r.Manifest.Version, "commit": r.Manifest.Build.Commit,
			"seed": strconv.FormatUint(r.Manifest.Seed, 10),
		} {
			if got, ok := file.Lookup("wavetank." + key); !ok || got != want {
				t.Errorf("%s: %s is %q, want %q", f.Name, key, got, want)
			}
		}
		if units, _ := file.Lookup("wavetank.units"); !strings.Contains(units, `"value":"column unit"`) || strings.Contains(units, "time_s") != (f.Name == seriesFile) {
			t.Errorf("%s: units %s", f.Name, units)
		}
	}
	if seen != 4 {
		t.Errorf("%d Parquet files", seen)
	}
}
