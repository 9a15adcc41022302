package trace

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/simtest/shared"
	"wavetank/workload"
	"wavetank/workload/table"
	"wavetank/workload/trace/tracetest"
)

// tally counts the requests of a replay by place and minute, and checks their order.
func tally(t testing.TB, src workload.Source, c *MinuteCounts) [][]int64 {
	t.Helper()
	place := map[fleet.ModelID]int{}
	got := make([][]int64, len(c.Models))
	for i, m := range c.Models {
		place[m] = i
		got[i] = make([]int64, c.Minutes)
	}
	last, ordinal := kernel.Time(0), int64(0)
	for r := (fleet.Request{}); src.Next(&r); ordinal++ {
		if r.Arrival < last || r.Ordinal != ordinal {
			t.Fatalf("%+v after %v", r, last)
		}
		last = r.Arrival
		got[place[r.Model]][r.Arrival/kernel.Time(time.Minute)]++
	}
	return got
}

func TestAzureFunctionsReplayHasTheCountsOfThePublishedTrace(t *testing.T) {
	path := shared.Path(t, "data", "azure-functions-2019-sample", "invocations.csv")
	mix := must(workload.Zipf([]fleet.ModelID{4, 2, 0}, 0.5))
	counts := must(ReadAzureFunctions(table.OnDisk(path), mix, 1))
	if counts.Total() != 3_037_902 || counts.First != 480 || counts.Minutes != 480 {
		t.Fatalf("%d requests in %d minutes from %d on", counts.Total(), counts.Minutes, counts.First)
	}
	if sum, err := (Invocations{}).Scan(table.OnDisk(path)); err != nil || sum != (Summary{Requests: 3_037_902, Span: 8 * time.Hour}) {
		t.Errorf("check says %+v, %v", sum, err)
	}
	got := tally(t, must(Replay(lane("a"), counts)), counts)
	for i := range got {
		if !slices.Equal(got[i], counts.Table[i]) {
			t.Errorf("model %d has other counts than its table", counts.Models[i])
		}
		if slices.Max(got[i]) == 0 {
			t.Errorf("model %d of 500 functions got none", counts.Models[i])
		}
	}
}

const small = "HashOwner,HashApp,HashFunction,Trigger,7,8,9\no,a,f,http,1,0,3\no,a,g,timer,0,0,2\n"

func TestCountsAreScaledAndSummed(t *testing.T) {
	for _, compressed := range []bool{false, true} {
		counts := must(ReadAzureFunctions(table.OnDisk(write(t, "x.csv", small, compressed)), must(workload.Only(5)), 3))
		if counts.First != 7 || !slices.Equal(counts.Table[0], []int64{3, 0, 15}) {
			t.Fatalf("%+v", counts)
		}
		if got := tally(t, must(Replay(lane("a"), counts)), counts); !slices.Equal(got[0], counts.Table[0]) {
			t.Errorf("replay has %v", got)
		}
	}
}

func TestAFunctionKeepsItsModel(t *testing.T) {
	mix := must(workload.Zipf([]fleet.ModelID{0, 1, 2, 3}, 0))
	all := must(ReadAzureFunctions(reading("x", strings.NewReader(small)), mix, 1))
	one := must(ReadAzureFunctions(reading("x", strings.NewReader(strings.Replace(small, "o,a,g,timer,0,0,2\n", "", 1))), mix, 1))
	other := must(ReadAzureFunctions(reading("x", strings.NewReader(strings.Replace(small, "o,a,f,http,1,0,3\n", "", 1))), mix, 1))
	for i := range all.Table {
		for m := range all.Minutes {
			if all.Table[i][m] != one.Table[i][m]+other.Table[i][m] {
				t.Errorf("place %d minute %d: %d, apart %d and %d", i, m, all.Table[i][m], one.Table[i][m], other.Table[i][m])
			}
		}
	}
	used := map[int]bool{}
	for i := range 200 { // similar names must still spread over the models
		used[mix.Place(kernel.NewStream(0, 0, fmt.Sprint("f", i), 0).Float64())] = true
	}
	if len(used) != 4 {
		t.Errorf("200 functions use %d of 4 models", len(used))
	}
}

func TestInstantsOfAMinuteAreUniform(t *testing.T) {
	var x []float64
	for n := range 5000 {
		run := &minutes{stream: kernel.NewStream(8, 0, "uniform", uint64(n)), counts: []int64{0, 7, 0}}
		for at := run.Next(); at != kernel.Never; at = run.Next() {
			x = append(x, float64(at)/float64(time.Minute)-1)
		}
	}
	if len(x) != 7*5000 {
		t.Fatalf("%d instants", len(x))
	}
	if d := smirnov(x, func(v float64) float64 { return v }) * 187; d > 1.63 { // √35000 = 187
		t.Errorf("distance %g from the uniform law", d)
	}
}

func TestAModelKeepsItsInstantsWhateverTheOthersDo(t *testing.T) {
	pick := func(table ...[]int64) (at []kernel.Time) {
		c := &MinuteCounts{Models: []fleet.ModelID{0, 1}[:len(table)], Minutes: 2, Table: table}
		for _, r := range take(t, must(Replay(lane("a"), c)), 1000) {
			if r.Model == 0 {
				at = append(at, r.Arrival)
			}
		}
		return at
	}
	if alone, both := pick([]int64{50, 70}), pick([]int64{50, 70}, []int64{9, 200}); !slices.Equal(alone, both) || len(alone) != 120 {
		t.Error("the arrivals of model 0 change with those of model 1")
	}
}

func TestAzureFunctionsFaultsNameFileAndLine(t *testing.T) {
	head := "HashOwner,HashApp,HashFunction,Trigger,1,2\n"
	for _, f := range []struct {
		text  string
		wants []string
	}{
		{"", []string{"x.csv", "empty"}},
		{head, []string{"x.csv", "no rows"}},
		{"HashOwner,1,2\n", []string{"x.csv:1", `"HashFunction" is missing`}},
		{"HashFunction,Trigger\n", []string{"x.csv:1", "minutes are missing"}},
		{"HashFunction,1,3\n", []string{"x.csv:1", "should be minute 2"}},
		{"HashFunction,1,x\n", []string{"x.csv:1", `"x" follows`}},
		{head + "o,a,f,t,1,1\no,a,f,t,1,-1\no,a,f,t,1\n", []string{"x.csv:3", "minute 2", "negative", "2 bad lines"}},
		{head + "o,a,f,t,1,NaN\n", []string{"x.csv:2", "minute 2", "NaN"}},
		{head + "o,a,f,t,1,1,1\n", []string{"x.csv:2", "7 fields, but the header has 6"}},
		{head + "o,a,f,t,1.5,1\n", []string{"x.csv:2", "minute 1"}},
		{head + "\x00\xff\x00\n", []string{"x.csv:2", "1 fields"}},
	} {
		mentions(t, second(Invocations{}.Scan(table.OnDisk(write(t, "x.csv", f.text, false)))), f.wants...)
	}
	mentions(t, second(ReadAzureFunctions(table.OnDisk(write(t, "x.csv", head+"o,a,f,t,2147483647,1\n", false)), must(workload.Only(0)), 10_000)), "x.csv:2", "sum")
	mentions(t, second(ReadAzureFunctions(table.OnDisk(write(t, "x.csv", small, false)), nil, 1)), "models")
	mentions(t, second(ReadAzureFunctions(table.OnDisk(write(t, "x.csv", small, false)), must(workload.Only(0)), 0)), "superpose")
	mentions(t, second(Replay(lane("a"), nil)), "trace")
}

func TestGeneratedTraceIsReadBack(t *testing.T) {
	trace := tracetest.FunctionsTrace{Seed: 5, Functions: 12, First: 481, Minutes: 120, PerMinute: 600}
	var first, again, other bytes.Buffer
	if err := errors.Join(tracetest.WriteAzureFunctions(&first, trace), tracetest.WriteAzureFunctions(&again, trace)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first.Bytes(), again.Bytes()) {
		t.Error("a second trace of the same seed differs")
	}
	trace.Seed++
	if err := tracetest.WriteAzureFunctions(&other, trace); err != nil || bytes.Equal(first.Bytes(), other.Bytes()) {
		t.Errorf("another seed gives the same trace, %v", err)
	}
	counts := must(ReadAzureFunctions(reading("x", bytes.NewReader(first.Bytes())), must(workload.Zipf([]fleet.ModelID{0, 1, 2}, 1)), 1))
	if counts.First != 481 || counts.Minutes != 120 {
		t.Errorf("%d minutes from %d on", counts.Minutes, counts.First)
	}
	if perMinute := float64(counts.Total()) / 120; perMinute < 500 || perMinute > 700 {
		t.Errorf("%g requests per minute, want 600 or so", perMinute)
	}
	if err := tracetest.WriteAzureFunctions(full{}, trace); !errors.Is(err, errFull) {
		t.Errorf("a full disk gives %v", err)
	}
}

var errFull = errors.New("disk full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

func FuzzAzureFunctions(f *testing.F) {
	f.Add([]byte(small))
	f.Add(zip(small))
	f.Add([]byte("HashFunction,-1,0\nf,1,2\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		counts, err := ReadAzureFunctions(reading("fuzz", bytes.NewReader(data)), must(workload.Zipf([]fleet.ModelID{0, 1}, 1)), 2)
		if err == nil {
			inOrder(t, must(Replay(lane("a"), counts)), 10_000)
		}
	})
}

func BenchmarkAzureFunctionsReplay(b *testing.B) {
	c := &MinuteCounts{Minutes: 1440}
	for m := range 4 {
		c.Models = append(c.Models, fleet.ModelID(m))
		row := make([]int64, c.Minutes)
		for i := range row {
			row[i] = 1e9
		}
		c.Table = append(c.Table, row)
	}
	drain(b, must(Replay(lane("a"), c)))
}

func BenchmarkAzureFunctionsRead(b *testing.B) {
	path := shared.Path(b, "data", "azure-functions-2019-sample", "invocations.csv")
	for b.Loop() {
		must(ReadAzureFunctions(table.OnDisk(path), must(workload.Only(0)), 1))
	}
}
