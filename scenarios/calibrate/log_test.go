package calibrate

import (
	"bytes"
	"compress/gzip"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"wavetank/sim/profile"
	"wavetank/sim/tokens"
)

// TestJSONLinesAreReadLikeCSV reads the same log in both forms, the lines with fields of objects within, and compressed.
func TestJSONLinesAreReadLikeCSV(t *testing.T) {
	lines := `{"metrics": {"send": 5, "last": 6.25}, "first_token": 5.25, "input": 100, "output": 11, "ids": [1, 2], "text": "a,b", "none": null}

{"output": 6, "metrics": {"send": 6, "last": 7}, "first_token": 6.5, "input": 50, "late": true}
`
	table := read(t, lines)
	for column, want := range map[string][2]string{"ids": {"[1, 2]", ""}, "text": {"a,b", ""}, "none": {"", ""}, "late": {"", "true"}, "metrics.send": {"5", "6"}} {
		if a, b := table.Text(0, column), table.Text(1, column); a != want[0] || b != want[1] {
			t.Errorf("%s: %q and %q", column, a, b)
		}
	}
	for name, unit := range map[string]string{"send": "metrics.send", "last_token": "metrics.last"} {
		if err := table.Rename(unit, name, ""); err != nil {
			t.Fatal(err)
		}
	}
	got, err := ReadLog(table)
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
	if table, err := OpenTable(path); err != nil || table.Len() != 2 {
		t.Errorf("compressed: %v %v", table, err)
	}
}

// TestTwoClocksAreBroughtTogether reads a log whose engine has another clock than its client.
func TestTwoClocksAreBroughtTogether(t *testing.T) {
	log, err := ReadLog(read(t, `{"arrival_time": 1700000010, "queued_ts": 500.25, "first_token_ts": 501, "last_token_ts": 503, "input_toks": 10, "output_toks": 3}
{"arrival_time": 1700000020, "queued_ts": 510, "first_token_ts": 511, "last_token_ts": 512, "input_toks": 10, "output_toks": 2}
`))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []Measured{{Sent: 0, First: 1, Last: 3, Queue: 0.75}, {Sent: 10, First: 11, Last: 12, Queue: 1}} {
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
	for _, want := range []string{"made.csv:1: ttft: is missing", `made.csv:2: send: "soon" is not a number`, "made.csv:2: input: 0 is below 1", "made.csv:1: there is no column output"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v\nwant %s", err, want)
		}
	}
	_, err = ReadTable("made.jsonl", strings.NewReader("{\"a\": 1}\n[1]\n{\"a\":\n"))
	for _, want := range []string{"made.jsonl:2: not an object", "made.jsonl:3: not an object"} {
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

// TestReplicasAreExperimentsOfTheirOwn parts a log by the column, and in turn where there is none.
func TestReplicasAreExperimentsOfTheirOwn(t *testing.T) {
	log, err := ReadLog(read(t, "send,e2e,input,output,replica\n0,1,3,4,b\n1,1,3,4,a\n2,1,3,4,b\n"))
	if err != nil {
		t.Fatal(err)
	}
	sizes := func(list []Experiment) (n []int) {
		for _, e := range list {
			n = append(n, len(e.Rows))
		}
		return n
	}
	if list := OfReplicas("x", log, 0, 5); !slices.Equal(sizes(list), []int{1, 2}) || list[0].Replica != "a" {
		t.Errorf("by the column: %+v", list)
	}
	for i := range log {
		log[i].Replica = ""
	}
	if list := OfReplicas("x", log, 0, 2); !slices.Equal(sizes(list), []int{2, 1}) {
		t.Errorf("in turn: %+v", list)
	}
	if list := OfReplicas("x", log, 0, 1); !slices.Equal(sizes(list), []int{3}) {
		t.Errorf("one: %+v", list)
	}
}

// TestOneLawServesAllReplicas fits to two replicas of one law under different loads.
func TestOneLawServesAllReplicas(t *testing.T) {
	c := engine(t)
	list := []Experiment{measured(t, c, draws(150, 2, 1), 0), measured(t, c, draws(150, 6, 2), 0)}
	list[0].Replica, list[1].Replica = "a", "b"
	Hold(list, 2, 0)
	blank := c
	blank.Law = profile.Step{}
	fit, err := FitLaw(Options{Config: blank}, list)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range Compare(list, fit.Outcomes, func(held bool) bool { return held }) {
		if off := m.Simulated/m.Measured - 1; math.Abs(off) > 0.02 {
			t.Errorf("%s is off by %.1f %%", m.Name, 100*off)
		}
	}
}

// TestTokensOfPromptsMakeCacheHits sends a prompt twice, and one that shares half of it.
func TestTokensOfPromptsMakeCacheHits(t *testing.T) {
	list := func(n, from int) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(",")
			b.WriteString(formatted(float64(from + i)))
		}
		return b.String()[1:]
	}
	log, err := ReadLog(read(t, "send,e2e,input,output\n0,1,640,4\n50,1,640,4\n100,1,640,4\n150,1,640,4\n"))
	if err != nil {
		t.Fatal(err)
	}
	prompts := ""
	for _, ids := range []string{list(640, 0), list(640, 0), list(320, 0) + "," + list(320, 5000), list(640, 9000)} {
		prompts += `{"input_tok_ids": [` + ids + "]}\n"
	}
	if err := AddPrompts(read(t, prompts), log, 16); err != nil {
		t.Fatal(err)
	}
	c := engine(t)
	c.PrefixCache = true
	e := OfLog("made", log, 0)
	o, err := e.Run(&c)
	if err != nil {
		t.Fatal(err)
	}
	if !(o[1].TTFT < 0.8*o[2].TTFT && o[2].TTFT < 0.8*o[3].TTFT && math.Abs(o[0].TTFT-o[3].TTFT) < 1e-6) {
		t.Errorf("first tokens after %v, %v, %v and %v s", o[0].TTFT, o[1].TTFT, o[2].TTFT, o[3].TTFT)
	}
	for text, want := range map[string]string{
		`{"input_tok_ids": [1, 2]}`:                      "1 prompts are fewer than the 4 requests",
		strings.Repeat(`{"input": [1]}`+"\n", 4):         "no column input_tok_ids",
		strings.Repeat(`{"input_tok_ids": [1]}`+"\n", 4): "made.csv:3: input_tok_ids: 1 tokens are not the 640 of the request in line 4",
		strings.Repeat(`{"input_tok_ids": 1}`+"\n", 4):   "is no list of whole numbers",
	} {
		if err := AddPrompts(read(t, text), log, 16); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v\nwant %s", err, want)
		}
	}
}

// TestWholeTimesAloneGiveALaw fits to a log without first tokens; TTFT and TPOT are not judged.
func TestWholeTimesAloneGiveALaw(t *testing.T) {
	c := engine(t)
	list := []Experiment{measured(t, c, draws(300, 5, 1), 0)}
	for i := range list[0].Rows {
		list[0].Rows[i].TTFT = 0
	}
	Hold(list, 2, 0)
	blank := c
	blank.Law = profile.Step{}
	fit, err := FitLaw(Options{Config: blank}, list)
	if err != nil {
		t.Fatal(err)
	}
	metrics := Compare(list, fit.Outcomes, func(held bool) bool { return held })
	if len(metrics) != 1 || metrics[0].Name != "E2E" || math.Abs(metrics[0].Simulated/metrics[0].Measured-1) > 0.02 {
		t.Errorf("%+v", metrics)
	}
}

// TestQueueTimesAreStepBoundaries holds the time from the queue against a replica that is idle, and one that is busy.
func TestQueueTimesAreStepBoundaries(t *testing.T) {
	c := engine(t)
	c.Before = 3 * time.Millisecond
	served, err := Replay(&c, Demand{Requests: []Request{{0, 200, 100, nil}, {0.5, 100, 2, nil}, {60, 100, 2, nil}}})
	if err != nil {
		t.Fatal(err)
	}
	if served[0].Queued != served[0].Sent || served[2].Queued != served[2].Sent {
		t.Errorf("an idle replica lets a request wait: %+v", served)
	}
	if s := served[1]; !(s.Queued > s.Sent && s.Queued < s.Sent+0.02 && s.Queued < s.First) {
		t.Errorf("a step ends %v s after a request came, whose first token is after %v s", s.Queued-s.Sent, s.First-s.Sent)
	}
}

// TestQueueTimesBoundTheTimeBefore fits to a log in which requests that came during a step waited for another, as where an engine
// schedules ahead, without being told so: a step more than the queue tells is allowed, and no more.
func TestQueueTimesBoundTheTimeBefore(t *testing.T) {
	c := engine(t)
	list := []Experiment{measured(t, c, draws(200, 5, 1), 0)}
	for i := range list[0].Rows {
		r := &list[0].Rows[i]
		r.Queue = r.TTFT - 0.002
		r.TTFT, r.E2E = r.TTFT+0.5, r.E2E+0.5
		r.Queue += 0.5
	}
	blank := c
	blank.Law = profile.Step{}
	fit, err := FitLaw(Options{Config: blank}, list)
	if err != nil {
		t.Fatal(err)
	}
	if fit.Before > 40*time.Millisecond {
		t.Errorf("a request waits %v before it can be scheduled", fit.Before)
	}
}

func TestWhatMeasurementsDoNotTellIsNamed(t *testing.T) {
	shape := Shape{Parameters: []Parameter{{Name: "a"}, {Name: "b"}, {Name: "c"}, {Name: "d"}}}
	unknown, vague := identified(shape, [][]float64{{1, 2, 0, 5}, {2, 4, 0, 1}, {3, 6.01, 0, 1}, {4, 8, 0, 7}})
	if !slices.Equal(unknown, []string{"c"}) || !slices.Equal(vague, []string{"a", "b"}) {
		t.Errorf("unknown %v, vague %v", unknown, vague)
	}
}

func TestArgumentsOfAnEngineAreFoundWhereverTheyAre(t *testing.T) {
	a, err := ReadArguments("meta.json", []byte(`{"num_gpu_blocks": 9, "engine": {"max_num_seqs": 8, "block_size": 32},
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
		t.Error("chunked prefill is on")
	}
	if v, err := a.Number(1, "dtype"); v != nil || err != nil {
		t.Errorf("what is not told is %v %v", v, err)
	}
	if _, err := a.Number(1, "policy"); err == nil || !strings.Contains(err.Error(), `meta.json: resolved.scheduler_config.policy: "fcfs" is not a number`) {
		t.Error(err)
	}
	if _, err := a.Switch("policy"); err == nil || !strings.Contains(err.Error(), "neither true nor false") {
		t.Error(err)
	}
	b, err := ReadArguments("serve.yaml", []byte("max-num-seqs: 12\nno-enable-prefix-caching: true\nblock-size: auto\n"))
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
		t.Error("auto tells nothing")
	}
	if _, err := ReadArguments("bad.json", []byte("{")); err == nil || !strings.Contains(err.Error(), "bad.json") {
		t.Error(err)
	}
}

// TestAnEngineThatSchedulesAheadIsToldApart makes a log with an engine that schedules ahead, and holds both engines against it.
func TestAnEngineThatSchedulesAheadIsToldApart(t *testing.T) {
	c := engine(t)
	c.Ahead = true
	list := []Experiment{measured(t, c, draws(200, 3, 1), 0)}
	off := map[bool]float64{}
	for _, ahead := range []bool{true, false} {
		blank := tokens.Config{Ahead: ahead, MaxSequences: c.MaxSequences, MaxTokens: c.MaxTokens, Chunked: true, Block: 16, Blocks: c.Blocks, Context: c.Context}
		fit, err := FitLaw(Options{Config: blank}, list)
		if err != nil {
			t.Fatal(err)
		}
		off[ahead] = Compare(list, fit.Outcomes, func(bool) bool { return true })[0].Off
	}
	if off[true] > off[false]/2 {
		t.Errorf("first tokens are off by %v with the engine that made them, by %v with the other", off[true], off[false])
	}
}

func TestRequestsThatDecodeAtATimeAreCounted(t *testing.T) {
	log := []Measured{{First: 1, Last: 3}, {First: 3, Last: 5}, {First: 4, Last: 6}, {First: 4.5, Last: 4.8}, {Last: 9}}
	if n := Decoding(log); n != 3 {
		t.Errorf("%d decode at a time, want 3", n)
	}
}
