package trace

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/simtest/shared"
	"wavetank/sim/tokens"
	"wavetank/workload/table"
)

const mooncake = `{"timestamp": 27000, "input_length": 1100, "output_length": 5, "hash_ids": [7, 8, 9]}
{"output_length":6,"hash_ids":[7,8,10,11],"other":{"a":["}"]},"timestamp":30000,"input_length":1024}
{"timestamp": 30000, "input_length": 9, "output_length": 1, "hash_ids": []}`

func TestMooncakeBlocksBecomeThePrefix(t *testing.T) {
	for _, compressed := range []bool{false, true} {
		file := table.OnDisk(write(t, "x.jsonl", mooncake, compressed))
		if name, err := Detect(file); name != "mooncake" || err != nil {
			t.Fatalf("it is %q, %v", name, err)
		}
		got := take(t, must(OpenTable(lane("a"), file, Mooncake())), 9)
		if len(got) != 3 || got[0].Arrival != 0 || got[1].Arrival != 3_000_000_000 || got[2].Output != 1 || got[2].Content != nil {
			t.Fatalf("read %+v", got)
		}
		a, b := got[0].Content.Prefix, got[1].Content.Prefix
		if len(a) != 3 || a[0].Tokens != 512 || a[2].Tokens != 1100-1024 || len(b) != 2 || b[1].Tokens != 512 {
			t.Fatalf("prefixes %v and %v", a, b)
		}
		if a[0] != b[0] || a[1] != b[1] || a[2].Content == a[0].Content {
			t.Errorf("contents %v and %v", a, b)
		}
	}
}

func TestContentsOfLanesAreTheirOwn(t *testing.T) {
	file := table.OnDisk(write(t, "x.jsonl", mooncake, false))
	a, b := take(t, must(OpenTable(lane("a"), file, Mooncake())), 1), take(t, must(OpenTable(lane("b"), file, Mooncake())), 1)
	again := take(t, must(OpenTable(lane("a"), file, Mooncake())), 1)
	if a[0].Content.Prefix[0] == b[0].Content.Prefix[0] || a[0].Content.Prefix[0] != again[0].Content.Prefix[0] {
		t.Error("two lanes have the same content, or one lane two")
	}
}

func TestMooncakeTraceAsPublished(t *testing.T) {
	src := must(OpenTable(lane("a"), table.OnDisk(shared.Path(t, "data", "mooncake", "conversation_trace.jsonl.gz")), Mooncake()))
	all := take(t, src, 20_000)
	if len(all) != 12_031 || all[0].Input != 6758 || all[len(all)-1].Arrival != 3_536_999_000_000 {
		t.Fatalf("%d requests, the first %+v, the last %+v", len(all), all[0], all[len(all)-1])
	}
	for i, r := range all {
		sum := int32(0)
		for _, s := range r.Content.Prefix {
			sum += s.Tokens
		}
		if sum != r.Input {
			t.Fatalf("request %d: the prefix has %d of %d tokens", i, sum, r.Input)
		}
	}
}

const burst = `Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type
5,ChatGPT,472,18,490,Conversation log
45,GPT-4,1087,230,1317,API log
118,GPT-4,0,0,0,Conversation log
119.5,GPT-4,417,276,693,Conversation log
`

func TestBurstGPTLeavesOutFailuresAndCountsThem(t *testing.T) {
	file := table.OnDisk(write(t, "x.csv", burst, false))
	if name, err := Detect(file); name != "burstgpt" || err != nil {
		t.Fatalf("it is %q, %v", name, err)
	}
	for _, c := range []struct {
		model, log                string
		requests, failed, leftOut int64
		input, output             float64 // means
		first                     time.Duration
	}{
		{"", "", 3, 1, 0, 1976 / 3., 524 / 3., 0},
		{"GPT-4", "", 2, 1, 1, 752, 253, 40 * time.Second},
		{"GPT-4", "Conversation log", 1, 1, 2, 417, 276, 114500 * time.Millisecond},
		{"", "API log", 1, 0, 3, 1087, 230, 40 * time.Second},
	} {
		want := Summary{Requests: c.requests, Failed: c.failed, LeftOut: c.leftOut, Begins: 5 * time.Second, Span: 114500 * time.Millisecond, Input: c.input, Output: c.output}
		if c.log == "API log" {
			want.Span = 40 * time.Second
		}
		if got, err := scan(file, BurstGPT(c.model, c.log)); err != nil || got != want {
			t.Errorf("%q, %q: %+v, %v; want %+v", c.model, c.log, got, err, want)
		}
		if got := take(t, must(OpenTable(lane("a"), file, BurstGPT(c.model, c.log))), 1); time.Duration(got[0].Arrival) != c.first {
			t.Errorf("%q, %q: begins at %v", c.model, c.log, got[0].Arrival)
		}
	}
	sessions := "Timestamp,Session ID,Elapsed time,Model,Request tokens,Response tokens,Total tokens,Log Type\n1,s1,2,M,1,1,2,C\n2,,2,M,1,1,2,A\n3,s1,2,M,1,1,2,C\n4,s2,1,M,1,1,2,C"
	got := take(t, must(OpenTable(lane("a"), table.OnDisk(write(t, "y.csv", sessions, true)), BurstGPT("", ""))), 9)
	if len(got) != 4 || got[0].Session < 1 || got[0].Session != got[2].Session || got[1].Session != 0 || got[3].Session == got[0].Session {
		t.Errorf("sessions of %+v", got)
	}
}

func TestLengthTableHitsWhatItSays(t *testing.T) {
	text := "arrival_ns,input_tokens,output_tokens,ideal_prefix_hit_tokens_block16\n10,100,1,0\n20,50,2,0\n30,120,3,48\n40,300,4,0\n50,300,5,256"
	file := table.OnDisk(write(t, "x.csv", text, false))
	if name, err := Detect(file); name != "length-table" || err != nil {
		t.Fatalf("it is %q, %v", name, err)
	}
	got := take(t, must(OpenTable(lane("a"), file, LengthTable())), 9)
	want := []int32{100, 0, 48, 300, 256}
	for i, r := range got {
		switch {
		case want[i] == 0 && r.Content != nil, want[i] > 0 && (r.Content == nil || r.Content.Prefix[0].Tokens != want[i]):
			t.Errorf("request %d: %+v, want %d tokens", i, r.Content, want[i])
		}
	}
	first := func(i int) uint64 { return got[i].Content.Prefix[0].Content }
	if first(0) != first(2) || first(3) != first(4) || first(0) == first(3) {
		t.Error("a hit has the content of a wrong prompt")
	}
	mentions(t, second(scan(table.OnDisk(write(t, "y.csv", text[:len(text)-3]+"999", false)), LengthTable())), "y.csv:6", "999 is more than the input of 300")
}

func TestNamedMembersAreRead(t *testing.T) {
	c := Columns{
		JSON: true, Time: "at", Unit: table.DateTime, Input: "in", Output: "out", Session: "user", Model: "m", Models: map[string]fleet.ModelID{"a": 3},
		Work: "w", Mean: 2, Prefix: "ids", Block: 16, Where: []table.Condition{{Column: "ok", Value: "true"}},
	}
	text := `{"at":"2024-05-10 00:00:00.009930+00:00","in":40,"out":2,"user":"u\"1","m":"a","w":4e0,"ids":[1,2],"ok":true}
{"at":"2024-05-10 00:00:01+00:00","in":null,"ok":false}
 { "at" : "2024-05-10T02:00:02+02:00" , "in" : 1 , "out" : 2 , "user" : "u2" , "m" : "a" , "w" : 1 , "ids" : [ 3 ] , "ok" : true } ` + "\r\n"
	lines := strings.Split(text, "\n")
	got := take(t, must(OpenTable(lane("a"), table.OnDisk(write(t, "x", text, false)), c)), 9)
	if len(got) != 2 || got[0].Model != 3 || got[0].Work != 2 || got[1].Work != 0.5 || got[1].Arrival != 1_990_070_000 || got[0].Session == got[1].Session {
		t.Errorf("read %+v", got)
	}
	if p := got[0].Content.Prefix; len(p) != 2 || p[1].Tokens != 16 {
		t.Errorf("prefix %v", p)
	}
	for _, f := range []struct{ text, want string }{
		{lines[0] + "\n" + strings.Replace(lines[1], "false", "true", 1), `x:2: columns "in", "out", "ids", "user", "w", "m" are missing; there are at, in, ok`},
		{`{"ok":false}`, `x:1: column "at" is missing`},
		{"[1]", "x:1: the line is no JSON object"},
		{`{"at":1`, "does not end"},
		{`{"at":`, "does not end"},
		{`{"at"}`, "has no value"},
		{`{at:1}`, "without a name"},
		{`{"a`, "does not end"},
		{`{"a":[1,"]"}`, "does not end"},
		{lines[0] + "x", "text follows"},
		{strings.Replace(lines[0], "[1,2]", "[1,x]", 1), "is not a list of whole numbers"},
		{strings.Replace(lines[0], "[1,2]", "[99999999999999999999]", 1), "above"},
		{strings.Replace(lines[0], `"m":"a"`, `"m":"b"`, 1), `no model is given for "b"`},
	} {
		mentions(t, second(scan(table.OnDisk(write(t, "x", f.text, false)), c)), f.want)
	}
}

func TestMappingsAreChecked(t *testing.T) {
	for _, c := range []struct {
		columns Columns
		want    string
	}{
		{Columns{Time: "t", Input: "i", Prefix: "p"}, "block"},
		{Columns{Time: "t", Block: 4}, "block"},
		{Columns{Time: "t", Prefix: "p", Block: 16}, "input"},
		{Columns{Time: "t", Input: "i", Prefix: "p", Block: 16, Hit: "h"}, "cached"},
		{Columns{Time: "t", Failed: true}, "output"},
		{Columns{Time: "t", Where: []table.Condition{{Column: "", Value: "x"}}}, "where[0]"},
	} {
		mentions(t, c.columns.Check(), c.want)
	}
	for _, f := range Forms() {
		if c, is := f.Form.(Columns); is && c.Check() != nil {
			t.Errorf("%s: %v", f.Name, c.Check())
		}
	}
}

func TestBadLinesAreToldUpToALimit(t *testing.T) {
	text := llm + strings.Repeat("2023-01-01 00:00:00,1,2\nbad,1,2\n", 40)
	err := second(scan(table.OnDisk(write(t, "x.csv", text, false)), AzureLLM()))
	mentions(t, err, "x.csv:3", "40 bad lines", "x.csv:5", "x.csv:21")
	if n := strings.Count(err.Error(), "x.csv:"); n != table.MostTold {
		t.Errorf("%d lines are reported", n)
	}
}

func TestFormsThatAreNotKnown(t *testing.T) {
	for text, want := range map[string]string{"a,b\n1,2\n": "csv", `{"a":1}`: "jsonl", "": "empty", "\n\n": "empty"} {
		mentions(t, second(Detect(table.OnDisk(write(t, "x", text, false)))), want)
	}
	mentions(t, second(Detect(table.OnDisk(filepath.Join(t.TempDir(), "absent")))), "absent")
	mentions(t, second(Detect(table.OnDisk(t.TempDir()))), "no file *-trace.csv")
	if name, err := Detect(table.OnDisk(write(t, "x", "HashOwner,HashApp,HashFunction,Trigger,1\n", true))); name != "azure-functions-2019" || err != nil {
		t.Errorf("it is %q, %v", name, err)
	}
}

func TestReadingAPrefixAllocatesItsContentOnce(t *testing.T) {
	line := `{"timestamp": 27482, "input_length": 6758, "output_length": 500, "hash_ids": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]}` + "\n"
	for _, c := range []struct {
		columns Columns
		row     string
		most    float64
	}{
		{Mooncake(), line, 1},
		{Columns{JSON: true, Time: "timestamp", Input: "input_length", Session: "output_length"}, line, 0},
		{Columns{JSON: true, Time: "timestamp", Where: []table.Condition{{Column: "output_length", Value: "500"}}}, line, 0},
	} {
		src := must(OpenTable(lane("a"), reading("endless", &endless{row: []byte(c.row)}), c.columns))
		var r fleet.Request
		if n := testing.AllocsPerRun(10_000, func() { src.Next(&r) }); n > c.most || src.Err() != nil {
			t.Errorf("%+v: %g allocations per row, %v", c.columns, n, src.Err())
		}
	}
	src := must(OpenTable(lane("a"), reading("endless", &endless{head: []byte(burst[:strings.Index(burst, "\n")+1]), row: []byte("45,GPT-4,1087,230,1317,API log\n")}), BurstGPT("GPT-4", "API log")))
	var r fleet.Request
	if n := testing.AllocsPerRun(10_000, func() { src.Next(&r) }); n != 0 || src.Err() != nil {
		t.Errorf("burstgpt: %g allocations per row, %v", n, src.Err())
	}
}

func FuzzMooncake(f *testing.F) {
	f.Add([]byte(mooncake))
	f.Add([]byte(`{"timestamp":1e3,"input_length":1,"output_length":0,"hash_ids":"1 2"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		src, err := OpenTable(lane("a"), reading("fuzz", bytes.NewReader(data)), Mooncake())
		if err != nil {
			return
		}
		for r := (fleet.Request{}); src.Next(&r); {
			sum := int64(0)
			if r.Content == nil {
				r.Content = &tokens.Content{}
			}
			for _, s := range r.Content.Prefix {
				if sum += int64(s.Tokens); s.Tokens < 1 {
					t.Fatalf("segment %+v", s)
				}
			}
			if sum > int64(r.Input) {
				t.Fatalf("a prefix of %d of %d tokens", sum, r.Input)
			}
		}
	})
}

func FuzzDetect(f *testing.F) {
	for _, text := range []string{mooncake, burst, llm, "\x1f\x8b", ",,\"", "{"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		name, err := Detect(inMemory("fuzz", data))
		if (name == "") == (err == nil) {
			t.Errorf("%q, %v", name, err)
		}
	})
}

func BenchmarkMooncake(b *testing.B) {
	data, err := os.ReadFile(shared.Path(b, "data", "mooncake", "conversation_trace.jsonl.gz"))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		src := must(OpenTable(lane("a"), reading("x", bytes.NewReader(data)), Mooncake()))
		n := 0
		var r fleet.Request
		for src.Next(&r) {
			n++
		}
		if n != 12_031 {
			b.Fatal(n)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/12_031, "ns/request")
}

func BenchmarkAzureLLMOf2024(b *testing.B) {
	drain(b, must(OpenTable(lane("a"), reading("endless", &endless{head: []byte(llm), row: []byte("2024-05-10 00:00:00.009930+00:00,2162,5\n")}), AzureLLM())))
}

func BenchmarkBurstGPT(b *testing.B) {
	drain(b, must(OpenTable(lane("a"), reading("endless", &endless{head: []byte(burst[:strings.Index(burst, "\n")+1]), row: []byte("45,GPT-4,1087,230,1317,API log\n")}), BurstGPT("", ""))))
}

func TestLengthTableAsPublished(t *testing.T) {
	all := take(t, must(OpenTable(lane("a"), table.OnDisk(shared.Path(t, "data", "llmservingsim", "sharegpt-llama-3.1-8b-300-sps10.lengths.csv")), LengthTable())), 1000)
	if len(all) != 300 || all[0].Input != 2358 || all[0].Output != 531 || all[1].Arrival != 347938951-46926808 {
		t.Fatalf("%d requests, %+v", len(all), all[:2])
	}
}

// TestTraceThatIsCutIsNotTakenForAnotherForm reads the first part of a gzip file.
func TestTraceThatIsCutIsNotTakenForAnotherForm(t *testing.T) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	fmt.Fprint(w, "send,first,last\n1,2,3\n")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	half := packed.Bytes()[:packed.Len()-10]
	_, err := Detect(table.File{Name: "cut.csv.gz", Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(half)), nil }})
	if err == nil || errors.Is(err, ErrUnknownForm) || !strings.HasPrefix(err.Error(), "cut.csv.gz:3: the file is cut short") {
		t.Errorf("a file that is cut: %v", err)
	}
}

// TestBlocksOfAnotherSizeAreRefused: a trace with the members of a Mooncake trace, but smaller
// blocks, is not read as a Mooncake trace.
func TestBlocksOfAnotherSizeAreRefused(t *testing.T) {
	names := strings.Repeat("7, ", 24) + "8"
	line := `{"timestamp": 2, "input_length": 400, "output_length": 3, "hash_ids": [` + names + `]}`
	_, err := scan(table.OnDisk(write(t, "x.jsonl", line, false)), Mooncake())
	mentions(t, err, "x.jsonl:1: hash_ids: 25 block numbers for 400 tokens, but 512 tokens per block give 1 blocks; 16 tokens per block would fit: read the file as jsonl")
	small := Mooncake()
	small.Block, small.Unit = 16, table.Seconds
	if sum, err := scan(table.OnDisk(write(t, "x.jsonl", line, false)), small); err != nil || sum.Requests != 1 {
		t.Errorf("%+v, %v", sum, err)
	}
}
