package trace

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/simtest/shared"
	"wavetank/workload"
	"wavetank/workload/table"
)

func TestAzureLLMTraceAsPublished(t *testing.T) {
	path := shared.Path(t, "data", "azure-llm-2023", "AzureLLMInferenceTrace_code.csv.gz")
	sum, err := scan(table.OnDisk(path), AzureLLM())
	if err != nil || sum.Requests != 8819 || sum.Span.Round(time.Second) != 3436*time.Second {
		t.Fatalf("%+v, %v; want 8819 requests over 3436 s", sum, err)
	}
	src := must(OpenTable(lane("a"), table.OnDisk(path), AzureLLM()))
	first := take(t, src, 2)
	want := []fleet.Request{{Input: 4808, Output: 10, Work: 1}, {Arrival: 52_000_000, Input: 3180, Output: 8, Work: 1}}
	if first[0] != want[0] || first[1] != want[1] {
		t.Errorf("begins with %+v, want %+v", first, want)
	}
	rest := take(t, src, 10_000)
	if last := rest[len(rest)-1]; last.Input != 549 || last.Output != 173 {
		t.Errorf("ends with %+v", last)
	}
	if err := errors.Join(src.Close(), src.Close()); err != nil {
		t.Error(err)
	}
}

const llm = "TIMESTAMP,ContextTokens,GeneratedTokens\n"

func TestAzureLLMRowsOfBothYears(t *testing.T) {
	text := llm + "2023-12-31 23:59:59.9999999,1,2\r\n2024-01-01 00:00:00.0000001+00:00,3,4\n\n2024-01-01T02:00:01+02:00,5,6\n2024-01-01 00:00:02Z,7,8"
	for _, compressed := range []bool{false, true} {
		got := take(t, must(OpenTable(lane("a"), table.OnDisk(write(t, "any.name", text, compressed)), AzureLLM())), 9)
		for i, want := range []fleet.Request{
			{Work: 1, Input: 1, Output: 2},
			{Arrival: 200, Work: 1, Input: 3, Output: 4},
			{Arrival: 1_000_000_100, Work: 1, Input: 5, Output: 6},
			{Arrival: 2_000_000_100, Work: 1, Input: 7, Output: 8},
		} {
			if got[i] != want {
				t.Errorf("row %d is %+v, want %+v", i, got[i], want)
			}
		}
	}
}

func TestCSVColumnsAreMapped(t *testing.T) {
	text := "\xef\xbb\xbfkind,ignored,t,size,in,out\n\"a, b\",x,1000,3,7,8\n\"say \"\"hi\"\"\",\"y,,\",1001.5,6,9,10\n"
	c := Columns{Time: "t", Unit: table.Milliseconds, Model: "kind", Models: map[string]fleet.ModelID{"a, b": 4, `say "hi"`: 2}, Work: "size", Mean: 3, Input: "in", Output: "out"}
	got := take(t, must(OpenTable(lane("a"), table.OnDisk(write(t, "x.csv", text, false)), c)), 9)
	want := []fleet.Request{
		{Model: 4, Work: 1, Input: 7, Output: 8},
		{Model: 2, Arrival: 1_500_000, Work: 2, Input: 9, Output: 10},
	}
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("read %+v, want %+v", got, want)
	}
}

func TestCSVFaultsNameFileAndLine(t *testing.T) {
	c := Columns{Time: "t", Unit: table.Seconds, Model: "m", Models: map[string]fleet.ModelID{"a": 0}, Work: "w", Input: "in"}
	for _, f := range []struct {
		text  string
		wants []string
	}{
		{"", []string{"x.csv", "empty"}},
		{"\n\n", []string{"x.csv", "empty"}},
		{"t,m,w,in\n", []string{"x.csv", "no rows"}},
		{"\x00\x01\x02\n", []string{"x.csv", "binary"}},
		{"t,w\n1,2\n", []string{"x.csv:1", `"m"`, `"in"`, "missing"}},
		{"t,m,w,in\n0,a,1,1\nx,a,1,1\n2,a,1,1\n3,a,-1,1\n", []string{"x.csv:3", "not a timestamp", "2 bad lines"}},
		{"t,m,w,in\n5,a,1,1\n4,a,1,1\n", []string{"x.csv:3", "goes back by 1s"}},
		{"t,m,w,in\nNaN,a,1,1\n", []string{"x.csv:2", "NaN"}},
		{"t,m,w,in\n0,b,1,1\n", []string{"x.csv:2", `no model is given for "b"`}},
		{"t,m,w,in\n0,a,NaN,1\n", []string{"x.csv:2", "w:"}},
		{"t,m,w,in\n0,a,0,1\n", []string{"x.csv:2", "w:"}},
		{"t,m,w,in\n0,a,1,-1\n", []string{"x.csv:2", "in:", "negative"}},
		{"t,m,w,in\n0,a,1,\n", []string{"x.csv:2", "in:", "empty"}},
		{"t,m,w,in\n0,a,1,3000000000\n", []string{"x.csv:2", "in:", "above"}},
		{"t,m,w,in\n0,a,1\n", []string{"x.csv:2", "3 fields"}},
		{"t,m,w,in\n0,a,1,1,1\n", []string{"x.csv:2", "5 fields, but the header has 4"}},
		{"t,m,w,in\n0,a,1,1\n0,a,1,1" + strings.Repeat("1", 16<<20), []string{"x.csv:3", "longer than"}},
		{"t,m,w,in\nx\n0,a,1,1" + strings.Repeat("1", 16<<20), []string{"x.csv:2", "x.csv:3", "longer than"}},
	} {
		_, err := scan(table.OnDisk(write(t, "x.csv", f.text, false)), c)
		mentions(t, err, f.wants...)
	}
	mentions(t, second(scan(table.OnDisk("absent.csv"), c)), "absent.csv")
	mentions(t, second(scan(table.OnDisk(write(t, "x.csv", "a\n1\n", false)), Columns{Model: "m", Mean: -1, Unit: 9})), "time", "models", "mean", "unit")
	var fault *table.FileError
	if _, err := scan(table.OnDisk(write(t, "x.csv", "t,m,w,in\n\nx,,,\n", true)), c); !errors.As(err, &fault) || fault.Line != 3 || fault.Bad != 1 {
		t.Errorf("%+v of %v", fault, err)
	}
}

func TestDamagedGzipIsAnError(t *testing.T) {
	var text strings.Builder
	text.WriteString(llm)
	for i := range 5000 {
		fmt.Fprintf(&text, "2023-01-01 00:%02d:%02d,%d,%d\n", i/60%60, i%60, i*7919%1000, i*104729%1000)
		if i == 3599 {
			break
		}
	}
	whole := zip(text.String())
	for _, cut := range []int{2, 9, len(whole) / 2, len(whole) - 4} {
		path := write(t, "x.gz", string(whole[:cut]), false)
		_, err := scan(table.OnDisk(path), AzureLLM())
		mentions(t, err, "x.gz")
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("cut at %d of %d: %v", cut, len(whole), err)
		}
	}
	flipped := bytes.Clone(whole)
	flipped[len(flipped)-6] ^= 1 // a bit of the checksum
	mentions(t, second(scan(table.OnDisk(write(t, "x.gz", string(flipped), false)), AzureLLM())), "x.gz", "checksum")
	if sum, err := scan(table.OnDisk(write(t, "x.gz", string(whole), false)), AzureLLM()); err != nil || sum.Requests != 3600 {
		t.Errorf("the undamaged file: %+v, %v", sum, err)
	}
}

func TestReadingRowsAllocatesNothing(t *testing.T) {
	src := must(OpenTable(lane("a"), reading("endless", &endless{head: []byte(llm), row: []byte("2023-11-16 18:17:03.9799600,4808,10\n")}), AzureLLM()))
	all := Columns{Time: "t", Model: "m", Models: map[string]fleet.ModelID{"resnet": 0}, Work: "w"}
	csv := must(OpenTable(lane("a"), reading("endless", &endless{head: []byte("t,m,w\n"), row: []byte("12.5,resnet,0.75\n")}), all))
	for name, src := range map[string]workload.Source{"azure llm": src, "csv": csv} {
		var r fleet.Request
		if n := testing.AllocsPerRun(10_000, func() { src.Next(&r) }); n != 0 || src.Err() != nil {
			t.Errorf("%s: %g allocations per row, %v", name, n, src.Err())
		}
	}
}

// endless is a text with a head and one row repeated without end.
type endless struct{ head, row, left []byte }

func (e *endless) Read(p []byte) (n int, err error) {
	if e.head != nil {
		e.left, e.head = e.head, nil
	}
	for n < len(p) {
		if len(e.left) == 0 {
			e.left = e.row
		}
		c := copy(p[n:], e.left)
		e.left = e.left[c:]
		n += c
	}
	return n, nil
}

// inOrder reads a source to its end, and fails if an instant is before the last one.
func inOrder(t *testing.T, src workload.Source, most int) {
	last := kernel.Time(0)
	n := 0
	for r := (fleet.Request{}); n < most && src.Next(&r); n++ {
		if r.Arrival < last || r.Arrival == kernel.Never || r.Input < 0 || r.Output < 0 || !(r.Work >= 0) {
			t.Fatalf("%+v after %v", r, last)
		}
		last = r.Arrival
	}
	if n < most && src.Next(&fleet.Request{}) {
		t.Fatal("there is a request after the end")
	}
}

func FuzzAzureLLM(f *testing.F) {
	f.Add([]byte(llm + "2023-11-16 18:17:03.9799600,4808,10\r\n2023-11-16 18:17:04+01:00,1,2"))
	f.Add([]byte(llm + "2023-11-16 18:17:03,4808,-10\n\n"))
	f.Add(zip(llm + "2023-11-16 18:17:03,1,1\n"))
	f.Add([]byte("\x1f\x8b"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if src, err := OpenTable(lane("a"), reading("fuzz", bytes.NewReader(data)), AzureLLM()); err == nil {
			inOrder(t, src, 1<<30)
		}
	})
}

func FuzzCSV(f *testing.F) {
	f.Add([]byte("t,m,w,in,out\n1.5,a,1,2,3\n2e0,\"b\",1,2,3\n"), 0)
	f.Add([]byte("t,m,w,in,out\n-5,a,1,2,3\n-4,\"a\"\"\",1,2,3,4\n"), 3)
	f.Fuzz(func(t *testing.T, data []byte, unit int) {
		c := Columns{Time: "t", Unit: table.Unit(unit), Model: "m", Models: map[string]fleet.ModelID{"a": 0, "b": 1}, Work: "w", Input: "in", Output: "out"}
		if src, err := OpenTable(lane("a"), reading("fuzz", bytes.NewReader(data)), c); err == nil {
			inOrder(t, src, 1<<30)
		}
	})
}

func BenchmarkAzureLLM(b *testing.B) {
	drain(b, must(OpenTable(lane("a"), reading("endless", &endless{head: []byte(llm), row: []byte("2023-11-16 18:17:03.9799600,4808,10\n")}), AzureLLM())))
}

func BenchmarkAzureLLMGzip(b *testing.B) {
	path := shared.Path(b, "data", "azure-llm-2023", "AzureLLMInferenceTrace_code.csv.gz")
	data, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		src := must(OpenTable(lane("a"), reading("x", bytes.NewReader(data)), AzureLLM()))
		for r := (fleet.Request{}); src.Next(&r); {
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/8819, "ns/request")
}

func BenchmarkCSV(b *testing.B) {
	c := Columns{Time: "t", Model: "m", Models: map[string]fleet.ModelID{"resnet": 0}, Work: "w"}
	drain(b, must(OpenTable(lane("a"), reading("endless", &endless{head: []byte("t,m,w\n"), row: []byte("12.5,resnet,0.75\n")}), c)))
}
