package trace

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"wavetank/workload/table"
)

// TestDelaysBeginAfterTheAnswerBefore reads a session whose second turn stands behind the first
// turn of another session, which comes later.
func TestDelaysBeginAfterTheAnswerBefore(t *testing.T) {
	const text = `{"session_id": "a", "timestamp": 100, "input_length": 600, "output_length": 11, "hash_ids": [1, 2]}
{"session_id": "b", "timestamp": 9000, "input_length": 500, "output_length": 30, "hash_ids": [3]}
{"session_id": "a", "delay": 1500, "input_length": 1200, "output_length": 60, "hash_ids": [1, 2, 4]}
{"session_id": "a", "delay": 0, "input_length": 1300, "output_length": 1, "hash_ids": [1, 2, 4]}
`
	f := inMemory("x.jsonl", []byte(text))
	if form, err := Detect(f); err != nil || form != "mooncake" {
		t.Fatalf("%s %v", form, err)
	}
	c := Mooncake()
	c.Answer = AnswerTimes{FirstToken: 200 * time.Millisecond, PerToken: 10 * time.Millisecond}
	var got []int64
	for _, r := range take(t, must(OpenTable(lane("a"), f, c)), 9) {
		got = append(got, int64(r.Arrival)/1e6)
	}
	if want := []int64{0, 1800, 2590, 8900}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	bad := strings.Replace(text, `"session_id": "a", "delay": 1500`, `"session_id": "c", "delay": -1`, 1)
	mentions(t, second(scan(inMemory("x.jsonl", []byte(bad)), c)), `x.jsonl:3: delay: "-1" is negative`)
	bad = strings.Replace(text, `"session_id": "a", "delay": 1500`, `"session_id": "c", "delay": 1`, 1)
	mentions(t, second(scan(inMemory("x.jsonl", []byte(bad)), c)), "x.jsonl:3: delay: there is no turn of its session before")
}

// TestDelaysOfATable reads the delays of a table: the unit is that of the column's name.
func TestDelaysOfATable(t *testing.T) {
	const text = "at,who,think_ms,in,out\n0.1,a,,600,11\n9,b,,500,30\n,a,1500,1200,60\n,a,0,1300,1\n"
	c := Columns{Time: "at", Unit: table.Auto, Input: "in", Output: "out", Session: "who", Delay: "think_ms", DelayUnit: table.Auto}
	c.Answer = AnswerTimes{FirstToken: 200 * time.Millisecond, PerToken: 10 * time.Millisecond}
	arrivals := func(text string, c Columns) (got []int64) {
		for _, r := range take(t, must(OpenTable(lane("a"), inMemory("x.csv", []byte(text)), c)), 9) {
			got = append(got, int64(r.Arrival)/1e6)
		}
		return got
	}
	want := []int64{0, 1800, 2590, 8900}
	if got := arrivals(text, c); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	c.Delay = "think" // in seconds
	if got := arrivals(strings.NewReplacer("think_ms", "think", "1500", "1.5").Replace(text), c); !slices.Equal(got, want) {
		t.Errorf("in seconds: %v, want %v", got, want)
	}
	c.Session, c.SkipEmpty = "", true
	mentions(t, c.Check(), "delay: it needs the session", "skip-empty: a row with a delay has no time")
}

func TestChatsAreSessions(t *testing.T) {
	const text = `{"chat_id": 1, "parent_chat_id": -1, "timestamp": 0.5, "input_length": 33, "output_length": 2, "type": "text", "turn": 1, "hash_ids": [1, 2, 3]}
{"chat_id": 2, "parent_chat_id": -1, "timestamp": 1.0, "input_length": 16, "output_length": 2, "type": "text", "turn": 1, "hash_ids": [9]}
{"chat_id": 3, "parent_chat_id": 1, "timestamp": 2.5, "input_length": 48, "output_length": 2, "type": "text", "turn": 2, "hash_ids": [1, 2, 4]}
{"chat_id": 4, "parent_chat_id": 3, "timestamp": 3.5, "input_length": 48, "output_length": 2, "type": "text", "turn": 3, "hash_ids": [1, 2, 4]}
`
	f := inMemory("x.jsonl", []byte(text))
	if form, err := Detect(f); err != nil || form != "qwen-bailian" {
		t.Fatalf("%s %v", form, err)
	}
	all := take(t, must(OpenTable(lane("a"), f, QwenBailian())), 9)
	if len(all) != 4 || all[3].Arrival != 3e9 || all[0].Session != all[2].Session || all[0].Session != all[3].Session || all[0].Session == all[1].Session {
		t.Errorf("%+v", all)
	}
}

// TestFormsAreKnownByTheirLaws reads traces with the members of Mooncake's, but other blocks or
// another unit of time.
func TestFormsAreKnownByTheirLaws(t *testing.T) {
	lines := func(block int, step float64) string {
		var b strings.Builder
		for i := range 20 {
			ids := strings.Repeat("1, ", (600+block-1)/block-1) + "2"
			fmt.Fprintf(&b, "{\"timestamp\": %v, \"input_length\": 600, \"output_length\": 5, \"hash_ids\": [%s]}\n", step*float64(i), ids)
		}
		return b.String()
	}
	for _, c := range []struct {
		block int
		step  float64
		want  []string
	}{
		{512, 500, nil}, {512, 12, nil},
		{16, 500, []string{"blocks of 16 tokens, not of 512", "--prefix-block 16"}},
		{64, 500, []string{"blocks of 64 tokens"}},
		{512, 1.5, []string{"not whole milliseconds", "--unit s: 0.667 requests per second; --unit ms: 667", "--prefix-block 512"}},
		{512, 1, []string{"a very high rate", "--unit s: 1 requests per second; --unit ms: 1e+03"}},
		{16, 0.5, []string{"blocks of 16 tokens", "not whole milliseconds"}},
	} {
		form, err := Detect(inMemory("x.jsonl", []byte(lines(c.block, c.step))))
		if c.want != nil {
			mentions(t, err, append(c.want, "x.jsonl: its members are those of mooncake")...)
		} else if err != nil || form != "mooncake" {
			t.Errorf("blocks of %d, steps of %v: %s %v", c.block, c.step, form, err)
		}
	}
}

func TestAssumedSharesOfPrompts(t *testing.T) {
	c := Columns{Time: "t", Input: "in", Share: 0.25}
	all := take(t, must(OpenTable(lane("a"), inMemory("x", []byte("t,in\n0,100\n1,40\n2,1\n")), c)), 9)
	a, b := all[0].Content.Prefix[0], all[1].Content.Prefix[0]
	if a.Content != b.Content || a.Tokens != 25 || b.Tokens != 10 || all[2].Content != nil {
		t.Errorf("%v %v %v", a, b, all[2].Content)
	}
	c.Share = 1.5
	mentions(t, second(scan(inMemory("x", []byte("t,in\n0,1\n")), c)), "prefix-share: 1.5 is outside 0 to 1")
}
