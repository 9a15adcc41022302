package measured

import (
	"bytes"
	"compress/gzip"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wavetank/workload/table"
)

// TestJSONLinesAreReadLikeCSV reads the same log as CSV and as JSON lines. The lines have nested
// objects and are compressed.
func TestJSONLinesAreReadLikeCSV(t *testing.T) {
	lines := `{"metrics": {"send": 5, "last": 6.25}, "first_token": 5.25, "input": 100, "output": 11, "ids": [1, 2], "text": "a,b", "none": null}

{"output": 6, "metrics": {"send": 6, "last": 7}, "first_token": 6.5, "input": 50, "late": true}
`
	log := read(t, lines)
	for column, want := range map[string][2]string{"ids": {"[1, 2]", ""}, "text": {"a,b", ""}, "none": {"", ""}, "late": {"", "true"}, "metrics.send": {"5", "6"}} {
		if a, b := log.Text(0, column), log.Text(1, column); a != want[0] || b != want[1] {
			t.Errorf("%s: %q and %q", column, a, b)
		}
	}
	for name, unit := range map[string]string{"send": "metrics.send", "last_token": "metrics.last"} {
		if err := log.Rename(unit, name, ""); err != nil {
			t.Fatal(err)
		}
	}
	got, err := ReadLog(log)
	if err != nil {
		t.Fatal(err)
	}
	want, err := ReadLog(read(t, "send,first_token,last_token,input,output\n5,5.25,6.25,100,11\n6,6.5,7,50,6\n"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range want {
		if want[i].Line = []int{1, 3}[i]; got[i] != want[i] {
			t.Errorf("got %+v, want %+v", got[i], want[i])
		}
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write([]byte(lines)); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "log.jsonl.gz")
	if err := os.WriteFile(path, packed.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if packed, err := table.Load(table.OnDisk(path)); err != nil || packed.Len() != 2 {
		t.Errorf("compressed: %v %v", packed, err)
	}
}

// TestTwoClocksAreBroughtTogether reads a log in which the clocks of engine and client differ.
func TestTwoClocksAreBroughtTogether(t *testing.T) {
	log, err := ReadLog(read(t, `{"arrival_time": 1700000010, "queued_ts": 500.25, "first_token_ts": 501, "last_token_ts": 503, "input_toks": 10, "output_toks": 3}
{"arrival_time": 1700000020, "queued_ts": 510, "first_token_ts": 511, "last_token_ts": 512, "input_toks": 10, "output_toks": 2}
`))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []LoggedRequest{{Sent: 0, First: 1, Last: 3, Queue: 0.75}, {Sent: 10, First: 11, Last: 12, Queue: 1}} {
		g := log[i]
		if math.Abs(g.Sent-want.Sent)+math.Abs(g.First-want.First)+math.Abs(g.Last-want.Last)+math.Abs(g.Queue-want.Queue) > 1e-6 {
			t.Errorf("got %+v, want %+v", g, want)
		}
	}
}

func TestMistakesInLinesAreToldAllAtOnce(t *testing.T) {
	_, err := ReadLog(read(t, `{"send": 0, "ttft": null, "e2e": 2, "input": 3}
{"send": "soon", "ttft": 1, "e2e": 2, "input": 0}
`))
	for _, want := range []string{"made.csv:1: ttft: the cell is empty", `made.csv:2: send: "soon" is not a timestamp`, "made.csv:2: input: 0 is below 1", `made.csv:1: column "output" or`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v\nwant %s", err, want)
		}
	}
	_, err = table.Load(made("made.jsonl", "{\"a\": 1}\n[1]\n{\"a\":\n"))
	for _, want := range []string{"made.jsonl:2: the line is no JSON object", "made.jsonl:3: the value of \"a\" does not end"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v\nwant %s", err, want)
		}
	}
	for text, want := range map[string]string{
		"send,queued,first_token,last_token,input,output\n0,0.5,0.4,2,3,4\n": "made.csv:2: queued",
		"send,e2e,input,output\n0,0,3,4\n":                                   "made.csv:2: last token",
	} {
		if _, err := ReadLog(read(t, text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v\nwant %s", err, want)
		}
	}
}

func TestArgumentsOfAnEngineAreFoundWhereverTheyAre(t *testing.T) {
	a, err := ReadSettings("meta.json", []byte(`{"num_gpu_blocks": 9, "engine": {"max_num_seqs": 8, "block_size": 32},
		"kv_cache": {"num_gpu_blocks": null, "block_size": 16}, "resolved": {"scheduler_config": {"max_num_seqs": 4, "enable_chunked_prefill": true, "policy": "fcfs"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]float64{"max_num_seqs": 4, "block_size": 16, "num_gpu_blocks": 9} {
		if v, err := a.Number(1, name); err != nil || v == nil || *v != want {
			t.Errorf("%s: %v %v, want %v", name, v, err, want)
		}
	}
	if v, err := a.Switch("enable_chunked_prefill"); err != nil || v == nil || !*v {
		t.Error("chunked prefill is read as off, or not at all")
	}
	if v, err := a.Number(1, "dtype"); v != nil || err != nil {
		t.Errorf("a value that the log does not have is %v, error %v", v, err)
	}
	if _, err := a.Number(1, "policy"); err == nil || !strings.Contains(err.Error(), `meta.json: resolved.scheduler_config.policy: "fcfs" is not a number`) {
		t.Error(err)
	}
	if _, err := a.Switch("policy"); err == nil || !strings.Contains(err.Error(), "neither true nor false") {
		t.Error(err)
	}
	b, err := ReadSettings("serve.yaml", []byte("max-num-seqs: 12\nno-enable-prefix-caching: true\nblock-size: auto\n"))
	if err != nil {
		t.Fatal(err)
	}
	if v, err := b.Number(1, "max_num_seqs"); err != nil || *v != 12 {
		t.Error(v, err)
	}
	if v, err := b.Switch("enable_prefix_caching"); err != nil || *v {
		t.Error(v, err)
	}
	if v, _ := b.Number(1, "block_size"); v != nil {
		t.Error("the setting auto is read as a number")
	}
	if _, err := ReadSettings("bad.json", []byte("{")); err == nil || !strings.Contains(err.Error(), "bad.json") {
		t.Error(err)
	}
}

func TestRequestsThatDecodeAtATimeAreCounted(t *testing.T) {
	log := []LoggedRequest{{First: 1, Last: 3}, {First: 3, Last: 5}, {First: 4, Last: 6}, {First: 4.5, Last: 4.8}, {Last: 9}}
	if n := MostDecoding(log); n != 3 {
		t.Errorf("%d decode at a time, want 3", n)
	}
}
