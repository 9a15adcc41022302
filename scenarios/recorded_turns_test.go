package scenarios

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"wavetank/metrics/rows"
	"wavetank/scenarios/file"
	"wavetank/scenarios/scenariotest"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/workload"
)

// recordedTurn is a line of docs/traces/agent.jsonl.
type recordedTurn struct {
	Session string `json:"session_id"`
	Delay   int64
	Input   int32 `json:"input_length"`
	Output  int32 `json:"output_length"`
}

// TestRecordedTurnsWaitForTheAnswersOfTheRun runs the sessions of the documentation. Each turn
// comes its delay after the simulated end of the turn before.
func TestRecordedTurnsWaitForTheAnswersOfTheRun(t *testing.T) {
	in, err := os.Open(filepath.Join("..", "docs", "traces", "agent.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	recorded := map[string][]recordedTurn{}
	for lines := bufio.NewScanner(in); lines.Scan(); {
		var turn recordedTurn
		if err := json.Unmarshal(lines.Bytes(), &turn); err != nil {
			t.Fatal(err)
		}
		recorded[turn.Session] = append(recorded[turn.Session], turn)
	}
	e := prepare(t, filepath.Join("..", "docs", "traces", "agent.yaml"), file.Change{Path: "replications", Value: "1"})
	log := &requestRows{of: map[string][]rows.RequestRow{}}
	if _, err := e.Run(t.Context(), RunOptions{Parallel: 1, Requests: log.begin}); err != nil {
		t.Fatal(err)
	}
	sessions := map[int64][]rows.RequestRow{}
	for _, r := range log.of["one"] {
		sessions[r.Session] = append(sessions[r.Session], r)
	}
	waited := 0
	for _, got := range sessions {
		slices.SortFunc(got, func(a, b rows.RequestRow) int { return cmp.Compare(a.Number, b.Number) })
		for _, turns := range recorded {
			if turns[0].Input != got[0].Input || turns[0].Output != got[0].Output {
				continue
			}
			for i := range got[1:] {
				want := got[i].End + turns[i+1].Delay*1e6
				if got[i+1].Arrival != want || got[i+1].Input != turns[i+1].Input {
					t.Errorf("turn %d comes at %d with %d tokens, want %d with %d", i+1, got[i+1].Arrival, got[i+1].Input, want, turns[i+1].Input)
				}
				waited++
			}
		}
	}
	if len(sessions) != len(recorded) || waited < 100 {
		t.Errorf("%d turns of %d sessions waited", waited, len(sessions))
	}
}

// TestRecordedTurnsOfATable runs the sessions of the documentation from a table with columns of its
// own. The requests are the same.
func TestRecordedTurnsOfATable(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "docs", "traces", "agent.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	renamed := strings.NewReplacer("session_id", "talk", "timestamp", "at_ms", "delay", "pause_ms", "hash_ids", "blocks").Replace(string(text))
	path := filepath.Join(t.TempDir(), "talks.jsonl")
	if err := os.WriteFile(path, []byte(renamed), 0o600); err != nil {
		t.Fatal(err)
	}
	scenario, err := os.ReadFile(filepath.Join("..", "docs", "traces", "agent.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	run := func(arrivals string) []rows.RequestRow {
		t.Helper()
		f, err := file.Read("../docs/traces/agent.yaml", []byte(strings.Replace(string(scenario), "{mooncake: {file: agent.jsonl}}", arrivals, 1)), file.Change{Path: "replications", Value: "1"})
		if err != nil {
			t.Fatal(err)
		}
		e, err := Prepare(f)
		if err != nil {
			t.Fatal(err)
		}
		log := &requestRows{of: map[string][]rows.RequestRow{}}
		if _, err := e.Run(t.Context(), RunOptions{Parallel: 1, Requests: log.begin}); err != nil {
			t.Fatal(err)
		}
		return log.of["one"]
	}
	table := fmt.Sprintf("{jsonl: {file: %s, time: at_ms, input: input_length, output: output_length, session: talk, delay: pause_ms, prefix: blocks, block-size: 512", path)
	for _, more := range []string{"", ", per-token: 10ms"} {
		want, got := run("{mooncake: {file: agent.jsonl"+more+"}}"), run(table+more+"}}")
		if len(want) < 100 || !slices.Equal(got, want) {
			t.Errorf("%q: %d requests of the table differ from the %d of the trace", more, len(got), len(want))
		}
	}
	for arrivals, told := range map[string]string{
		strings.Replace(table, "delay: pause_ms, ", "", 1) + ", per-token: 1ms}}": "first-token, per-token: they are for turns with a delay",
		strings.Replace(table, "session: talk, ", "", 1) + "}}":                   "delay: it needs the session",
		table + ", skip-empty: true}}":                                            "skip-empty: a row with a delay has no time",
		table + ", first-token: -1s}}":                                            "first-token: -1s is negative",
	} {
		f, err := file.Read("../docs/traces/agent.yaml", []byte(strings.Replace(string(scenario), "{mooncake: {file: agent.jsonl}}", arrivals, 1)))
		if err == nil {
			_, err = Prepare(f)
		}
		if err == nil || !strings.Contains(err.Error(), told) {
			t.Errorf("%s: %v, want %s", arrivals, err, told)
		}
	}
}

// TestRecordedTurnsInAScenario reads a session of two turns with other keys of the stream.
func TestRecordedTurnsInAScenario(t *testing.T) {
	folder := t.TempDir()
	text := `{"session_id": "a", "timestamp": 0, "input_length": 600, "output_length": 50, "hash_ids": [1, 2]}
{"session_id": "b", "timestamp": 900, "input_length": 500, "output_length": 30, "hash_ids": [3]}
{"session_id": "a", "delay": 1500, "input_length": 1200, "output_length": 60, "hash_ids": [1, 2, 4]}
`
	if err := os.WriteFile(filepath.Join(folder, "trace"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		arrivals, told string
		waits          bool
	}{
		{"arrivals: {mooncake: {file: trace}}", "", true},
		{"max-concurrency: 1\n    arrivals: {mooncake: {file: trace, scale: {thin: {keep: 0.5}}}}", "", true},
		{"arrivals: {mooncake: {file: trace, first-token: 1s}}", "", false},
		{"sessions: {mean-requests: 4}\n    arrivals: {mooncake: {file: trace, per-token: 1ms}}", "", false},
		{"sessions: {mean-requests: 4}\n    arrivals: {mooncake: {file: trace}}", "workload[0].sessions: turns of the trace wait for the answers before them, so they belong to the sessions of the trace", true},
		{"pipeline: [{model: vit}]\n    arrivals: {mooncake: {file: trace}}", "workload[0].pipeline: turns of the trace wait for the answers before them, and the senders of a pipeline do not", true},
	} {
		s := scenariotest.Minimal(c.arrivals)
		if strings.Contains(s, "pipeline") {
			s = strings.Replace(s, "  - model: vit\n    slo", "  - name: p\n    slo", 1)
		}
		f, err := file.Read(filepath.Join(folder, "s.yaml"), []byte(s))
		if err != nil {
			t.Fatal(err)
		}
		e, err := Prepare(f)
		if c.told != "" {
			if err == nil || !strings.Contains(err.Error(), c.told) {
				t.Errorf("%s: %v, want %s", c.arrivals, err, c.told)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		src, err := e.Requests(0)
		if err != nil {
			t.Fatal(err)
		}
		if _, waits := src.(sim.Responsive); waits != c.waits || e.Traffic[0].Waits() != c.waits {
			t.Errorf("%s: waits is %v, %v", c.arrivals, waits, e.Traffic[0].Waits())
		}
		if says := strings.Contains(e.Summary(), "conversations"); says != c.waits {
			t.Errorf("%s: conversations are told: %v", c.arrivals, says)
		}
		if err := src.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestLabelsOfRecordedTurnsDoNotDependOnAnswers draws the patience of recorded turns that are
// answered fast and slowly.
func TestLabelsOfRecordedTurnsDoNotDependOnAnswers(t *testing.T) {
	e := prepare(t, filepath.Join("..", "docs", "traces", "agent.yaml"), file.Change{Path: "workload[0].patience", Value: "{mean: 5s, distribution: exponential}"})
	of := func(after time.Duration) (list []string) {
		src, err := e.Requests(0)
		if err != nil {
			t.Fatal(err)
		}
		answered := workload.Answered(src, func(*fleet.Request) time.Duration { return after })
		for r := (fleet.Request{}); answered.Next(&r); {
			list = append(list, fmt.Sprint(r.Session, r.Input, r.Patience))
		}
		if err := errors.Join(answered.Err(), src.Close()); err != nil {
			t.Fatal(err)
		}
		slices.Sort(list)
		return list
	}
	if fast, slow := of(0), of(time.Minute); !slices.Equal(fast, slow) || len(fast) != 180 {
		t.Errorf("%d and %d requests have other labels", len(fast), len(slow))
	}
}
