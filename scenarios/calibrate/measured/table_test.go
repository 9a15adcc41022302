package measured

import (
	"strings"
	"testing"

	"wavetank/workload/table"
)

func TestLogsAreReadInTheirUnits(t *testing.T) {
	want := []LoggedRequest{{Sent: 0, First: 0.25, Last: 1.25, Input: 100, Output: 11}, {Sent: 1, First: 1.5, Last: 2, Input: 50, Output: 6}}
	for name, text := range map[string]string{
		"seconds":      "send,first_token,last_token,input,output\n5,5.25,6.25,100,11\n6,6.5,7,50,6\n",
		"other names":  "arrival_s,first_token_s,last_token_s,input_tokens,output_tokens,extra\n5,5.25,6.25,100,11,x\n6,6.5,7,50,6,y\n",
		"nanoseconds":  "arrival_ns,ttft_ms,e2e_us,input,output\n5000000000,250,1250000,100,11\n6000000000,500,1000000,50,6\n",
		"per token":    "send,ttft,tpot_ms,input,output\n0,0.25,100,100,11\n1,0.5,100,50,6\n",
		"out of order": "send,first_token,last_token,input,output\n6,6.5,7,50,6\n5,5.25,6.25,100,11\n",
		"byte order":   "\ufeffsend,first_token,last_token,input,output\n5,5.25,6.25,100,11\n6,6.5,7,50,6\n",
	} {
		got, err := ReadLog(read(t, text))
		if err != nil || len(got) != 2 {
			t.Fatalf("%s: %v %v", name, got, err)
		}
		for i := range got {
			near := func(a, b float64) bool { return a-b < 1e-9 && b-a < 1e-9 }
			if g, w := got[i], want[i]; !near(g.Sent, w.Sent) || !near(g.First, w.First) || !near(g.Last, w.Last) || g.Input != w.Input || g.Output != w.Output {
				t.Errorf("%s: got %+v, want %+v", name, g, w)
			}
		}
	}
}

func TestMistakesInTablesAreToldWithTheirPlace(t *testing.T) {
	for text, want := range map[string]string{
		"send,ttft,e2e,input\n0,1,2,3\n":                                     `made.csv:1: column "output" or`,
		"send,ttft,e2e,input,output\n0,1,2,3,4\n0,1,x,3,4\n":                 "made.csv:3: e2e: \"x\" is not a length of time",
		"send,ttft,e2e,input,output\n0,1,2,0,4\n":                            "made.csv:2: input: 0 is below 1",
		"send,ttft,e2e,input,output\n0,1,2,3,4.5\n":                          "made.csv:2: tokens: 3 and 4.5 are not whole numbers",
		"send,first_token,last_token,input,output\n5,4,6,3,4\n":              "made.csv:2: first token",
		"send,first_token,last_token,input,output\n5,6,5.5,3,4\n":            "made.csv:2: last token",
		"send,tpot,input,output\n0,1,2,3\n":                                  `column "last_token" or "e2e" or "first_token" or "ttft" is missing`,
		"send,ttft,input,output\n0,1,2,3\n":                                  `column "last_token" or "e2e" or "tpot" is missing`,
		"send,ttft,e2e,input,output\n0,1,NaN,2,3\n0,-1,2,3,4\n0,1,2,3,inf\n": "made.csv:3: ttft: -1 is below 0",
	} {
		if got, err := ReadLog(read(t, text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q\ngot %v %v\nwant %s", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"input,output,ttft,e2e\n1,2,3,4\n":               `column "concurrency" or "rate" is missing`,
		"input,output,ttft,rate\n1,2,3,4\n":              `column "e2e" or "tpot" is missing`,
		"input,output,ttft,e2e,rate\n1,2,3,2,4\n":        "made.csv:2: the first token cannot come after 3 s and the last after 2 s",
		"input,output,ttft,e2e,concurrency\n1,2,3,4,0\n": "made.csv:2: concurrency: 0 is below 1",
	} {
		if _, err := ReadPoints(read(t, text), 0); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q\ngot %v\nwant %s", text, err, want)
		}
	}
	if _, err := table.Load(made("made.csv", "a,b\n1\n")); err == nil || !strings.Contains(err.Error(), "made.csv:2: 1 fields, but the header has 2") {
		t.Errorf("a short row: %v", err)
	}
	if _, err := table.Load(made("made.csv", "a,b\n")); err == nil {
		t.Error("a table without rows was read")
	}
	table := read(t, "a,b\n1,2\n")
	if table.Keep("c", "1") == nil || table.Keep("a", "2") == nil || table.Rename("c", "d", "") == nil || table.Rename("a", "d", "weeks") == nil {
		t.Error("an unknown column, value or unit was taken")
	}
}
