package scenarios

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wavetank/scenarios/file"
	"wavetank/scenarios/scenariotest"
	"wavetank/sim/fleet"
	"wavetank/sim/simtest/golden"
	"wavetank/workload/trace/tracetest"
)

func TestShippedTraceIsTheGeneratedOne(t *testing.T) {
	var made bytes.Buffer
	if err := tracetest.WriteAzureFunctions(&made, tracetest.FunctionsTrace{Seed: 1, Functions: 60, First: 1, Minutes: 240, PerMinute: 1500}); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("library", "azure-functions.csv")
	golden.Check(t, path, made.String())
	if made.Len() > 60_000 {
		t.Errorf("the shipped trace has %d bytes", made.Len())
	}
}

// TestEveryFormOfTraceIsReplayed reads a trace of three requests in each form.
func TestEveryFormOfTraceIsReplayed(t *testing.T) {
	for _, c := range []struct{ arrivals, text, about string }{
		{"azure-llm: {file: trace}", "TIMESTAMP,ContextTokens,GeneratedTokens\n2024-05-10 00:00:00+00:00,7,2\n2024-05-10 00:00:01+00:00,7,2\n2024-05-10 00:00:02+00:00,7,2", "3 requests in 2s\n"},
		{"mooncake: {file: trace}", strings.Repeat(`{"timestamp":0,"input_length":7,"output_length":2,"hash_ids":[1]}`+"\n", 3), "3 requests in 0s\n"},
		{"burstgpt: {file: trace, only: A}", "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n1,A,7,2,9,x\n1,A,7,2,9,x\n2,B,7,2,9,x\n3,A,0,0,0,x\n4,A,7,2,9,x", "3 requests in 3s, 1 more failed when it was recorded, 1 more left out by the conditions; its first row, of the time 1s, is the start of the run\n#   columns that are not used: Total tokens, Log Type\n"},
		{"length-table: {file: trace}", "arrival_ns,input_tokens,output_tokens,ideal_prefix_hit_tokens_block16\n1,7,2,0\n1,7,2,0\n1,7,2,0\n", "3 requests in 0s; its first row, of the time 1ns, "},
		{"csv: {file: trace, time: t, unit: ms, input: i, output: o, session: s}", "t,i,o,s\n1,7,2,x\n2,7,2,y\n3,7,2,x\n", "3 requests in 2ms; its first row, of the time 1ms, "},
		{"jsonl: {file: trace, time: t, input: i, output: o, where: {ok: \"true\"}}", strings.Repeat(`{"t":1,"i":7,"o":2,"ok":true}`+"\n", 3) + `{"t":1,"i":7,"o":2,"ok":false}`, "3 requests in 0s, 1 more left out by the conditions\n"},
	} {
		folder := t.TempDir()
		if err := os.WriteFile(filepath.Join(folder, "trace"), []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		e := preparedIn(t, folder, c.arrivals)
		if text, err := e.Resolved(); err != nil || !strings.Contains(string(text)+e.Summary(), c.about) {
			t.Errorf("%s: no %q in %s, %v", c.arrivals, c.about, e.Summary(), err)
		}
		src, err := e.Requests(0)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		var r fleet.Request
		for ; src.Next(&r); n++ {
			if r.Input != 7 || r.Output != 2 {
				t.Errorf("%s: %+v", c.arrivals, r)
			}
		}
		if n != 3 || src.Err() != nil || src.Close() != nil {
			t.Errorf("%s: %d requests, %v", c.arrivals, n, src.Err())
		}
	}
}

// TestAFolderIsKnownByItsFiles checks that the digest of a folder of clients changes if one of its
// files does.
func TestAFolderIsKnownByItsFiles(t *testing.T) {
	folder := t.TempDir()
	put := func(name, text string) {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("a-trace.csv", "0,1,1,Gamma,1,1\n")
	put("a-dataset.json", `{"0":{"input_tokens":"{7: 1}","output_tokens":"{2: 1}"}}`)
	before := preparedIn(t, folder, "servegen: {file: .}").Inputs[0]
	if before.Requests != 600 || len(before.SHA256) != 64 {
		t.Errorf("the folder is %+v", before)
	}
	put("a-trace.csv", "0,2,1,Gamma,1,1\n")
	if after := preparedIn(t, folder, "servegen: {file: ., clients: 1}").Inputs[0]; after.SHA256 == before.SHA256 || after.Requests != 1200 {
		t.Errorf("the folder is %+v, before %+v", after, before)
	}
}

// preparedIn prepares a scenario with the given arrivals in a folder.
func preparedIn(t *testing.T, folder, arrivals string) *Experiment {
	t.Helper()
	f, err := file.Read(filepath.Join(folder, "s.yaml"), []byte(scenariotest.Minimal("arrivals: {"+arrivals+"}")))
	if err != nil {
		t.Fatal(err)
	}
	return ready(t, f)
}
