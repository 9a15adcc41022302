package replay_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"wavetank/scenarios/calibrate/calibratetest"
	"wavetank/scenarios/calibrate/measured"
	"wavetank/scenarios/calibrate/replay"
)

// TestReplicasAreExperimentsOfTheirOwn splits a log by the column that names the replica. If there
// is no such column, requests go to the replicas in turn.
func TestReplicasAreExperimentsOfTheirOwn(t *testing.T) {
	log, err := measured.ReadLog(calibratetest.Read(t, "send,e2e,input,output,replica\n0,1,3,4,b\n1,1,3,4,a\n2,1,3,4,b\n"))
	if err != nil {
		t.Fatal(err)
	}
	sizes := func(list []replay.MeasuredLoad) (n []int) {
		for _, e := range list {
			n = append(n, len(e.Rows))
		}
		return n
	}
	if list := replay.OfReplicas("x", log, 0, 5); !slices.Equal(sizes(list), []int{1, 2}) || list[0].Replica != "a" {
		t.Errorf("by the column: %+v", list)
	}
	for i := range log {
		log[i].Replica = ""
	}
	if list := replay.OfReplicas("x", log, 0, 2); !slices.Equal(sizes(list), []int{2, 1}) {
		t.Errorf("in turn: %+v", list)
	}
	if list := replay.OfReplicas("x", log, 0, 1); !slices.Equal(sizes(list), []int{3}) {
		t.Errorf("one: %+v", list)
	}
}

// TestTokensOfPromptsMakeCacheHits sends one prompt twice, and then another prompt that shares half
// of it.
func TestTokensOfPromptsMakeCacheHits(t *testing.T) {
	list := func(n, from int) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(",")
			b.WriteString(fmt.Sprint(from + i))
		}
		return b.String()[1:]
	}
	log, err := measured.ReadLog(calibratetest.Read(t, "send,e2e,input,output\n0,1,640,4\n50,1,640,4\n100,1,640,4\n150,1,640,4\n"))
	if err != nil {
		t.Fatal(err)
	}
	prompts := ""
	for _, ids := range []string{list(640, 0), list(640, 0), list(320, 0) + "," + list(320, 5000), list(640, 9000)} {
		prompts += `{"input_tok_ids": [` + ids + "]}\n"
	}
	if err := measured.AddPrompts(calibratetest.Read(t, prompts), log, 16); err != nil {
		t.Fatal(err)
	}
	c := calibratetest.Engine(t)
	c.PrefixCache = true
	e := replay.OfLog("made", log, 0)
	o, err := e.Simulate(&c)
	if err != nil {
		t.Fatal(err)
	}
	if !(o[1].TTFT < 0.8*o[2].TTFT && o[2].TTFT < 0.8*o[3].TTFT && math.Abs(o[0].TTFT-o[3].TTFT) < 1e-6) {
		t.Errorf("first tokens after %v, %v, %v and %v s", o[0].TTFT, o[1].TTFT, o[2].TTFT, o[3].TTFT)
	}
	for text, want := range map[string]string{
		`{"input_tok_ids": [1, 2]}`:                      "there are prompts of 1 of the 4 requests",
		strings.Repeat(`{"input": [1]}`+"\n", 4):         `column "input_tok_ids" or`,
		strings.Repeat(`{"input_tok_ids": [1]}`+"\n", 4): "made.csv:3: input_tok_ids: 1 token, not the 640 of the request in line 4",
		strings.Repeat(`{"input_tok_ids": 1}`+"\n", 4):   "is not a list of whole numbers",
	} {
		if err := measured.AddPrompts(calibratetest.Read(t, text), log, 16); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v\nwant %s", err, want)
		}
	}
}

// TestQueueTimesAreStepBoundaries checks when requests leave the queue: at once if the replica is
// idle, and at the end of the current step if it is busy.
func TestQueueTimesAreStepBoundaries(t *testing.T) {
	c := calibratetest.Engine(t)
	c.Before = 3 * time.Millisecond
	served, err := replay.Serve(&c, replay.Demand{Requests: []replay.TimedRequest{{0, 200, 100, nil}, {0.5, 100, 2, nil}, {60, 100, 2, nil}}})
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

// TestTheLaterRowsOfALogAreHeldOut: with two replicas, the first rows are those that were sent
// first, at whichever replica.
func TestTheLaterRowsOfALogAreHeldOut(t *testing.T) {
	log := make([]measured.LoggedRequest, 6)
	for i := range log {
		log[i] = measured.LoggedRequest{Sent: float64(i), Last: float64(i + 1), Input: 1, Output: 2}
	}
	list := append(replay.OfReplicas("x", log, 0, 2), replay.OfLog("y", log[:2], 0))
	replay.HoldOut(list, 0, 4)
	for _, e := range list {
		for _, r := range e.Rows {
			if want := e.Name == "y" || r.Sent >= 4; r.HeldOut != want {
				t.Errorf("%s: the row sent at %v is held out: %v", e.Name, r.Sent, r.HeldOut)
			}
		}
	}
}
