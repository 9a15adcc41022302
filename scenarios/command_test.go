package scenarios

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wavetank/policies/outside"
	"wavetank/scenarios/file"
)

// programWord lets the program of these tests be the program of a policy.
const programWord = "as-the-program-of-a-policy"

// asProgram returns the command that starts this program as the program of a policy.
func asProgram(does string) string {
	return fmt.Sprintf("run: [%s, %s, %s]", os.Args[0], programWord, does)
}

// beProgram is the program of a policy: one that decides like least-outstanding and follow, or one
// with a fault.
func beProgram(does string) {
	in, out := bufio.NewScanner(os.Stdin), json.NewEncoder(os.Stdout)
	in.Buffer(nil, 1<<20)
	var all observedRun
	for n := 0; in.Scan(); n++ {
		var q struct {
			Version int                  `json:"wavetank"`
			Decide  *outside.Observation `json:"decide"`
			Over    *outside.Observation `json:"over"`
			Route   *struct {
				Replicas []struct {
					ID          int `json:"id"`
					Outstanding int `json:"outstanding"`
				} `json:"replicas"`
			} `json:"route"`
		}
		if err := json.Unmarshal(in.Bytes(), &q); err != nil {
			panic(err)
		}
		all.add(q.Decide)
		all.add(q.Over)
		switch {
		case q.Over != nil:
			if path, ok := strings.CutPrefix(does, "tell:"); ok {
				text, _ := json.Marshal(all)
				if err := os.WriteFile(path, text, 0o666); err != nil {
					panic(err)
				}
			}
		case q.Version > 0 && does == "stranger":
			fmt.Println("hello")
		case q.Version > 0:
			out.Encode(map[string]int{"wavetank": q.Version})
		case does == "crash":
			fmt.Fprintln(os.Stderr, "out of ideas")
			os.Exit(3)
		case does == "garbage":
			fmt.Println("[1, 2")
		case does == "typo":
			fmt.Println(`{"replicsa": 1}`)
		case does == "leave":
			os.Exit(0)
		case does == "sleep":
			time.Sleep(time.Minute)
		case q.Route != nil:
			best := q.Route.Replicas[0]
			for _, r := range q.Route.Replicas {
				if r.Outstanding < best.Outstanding || r.Outstanding == best.Outstanding && r.ID < best.ID {
					best = r
				}
			}
			if does == "elsewhere" {
				best.ID = 999
			}
			out.Encode(map[string]int{"replica": best.ID})
		default:
			demand := map[string]float64{}
			for _, m := range q.Decide.Models {
				demand[m.Name] = m.Rate + float64(m.Waiting)/max(m.Lead, q.Decide.Period, 1)
				if does == "clock" {
					demand[m.Name] = float64(time.Now().Nanosecond())
				}
			}
			out.Encode(outside.Action{Demand: demand})
		}
	}
}

// observedRun sums up observations.
type observedRun struct {
	Time, Windows float64 // the end of the last window, and the length of all, in seconds
	Offered, Left int     // requests that arrived, and that finished or were lost
	Waiting       int     // at the end of the last window
}

func (c *observedRun) add(o *outside.Observation) {
	if o == nil {
		return
	}
	c.Time, c.Waiting = o.Time, 0
	if o.Time > 0 { // nothing came before
		c.Windows += o.Window
	}
	for _, m := range o.Models {
		c.Offered += m.Offered
		c.Left += m.Finished + m.Lost
		c.Waiting += m.Waiting
	}
}

// TestProgramsSeeTheEnd: the last line of an allocator tells what happened after its last decision.
// So its windows cover the whole run, with every request.
func TestProgramsSeeTheEnd(t *testing.T) {
	path := filepath.Join(t.TempDir(), "counted")
	f, err := file.Load("mm1", append([]file.Change{
		{Path: "policies", Value: "[{command: {capacity: utilization, " + asProgram("tell:"+path) + "}}]"},
		{Path: "replications", Value: "1"}, {Path: "control.period", Value: "7s"},
	}, worlds["mm1"]...))
	if err != nil {
		t.Fatal(err)
	}
	f.CommandsAllowed = true
	if _, err := ready(t, f).Run(t.Context(), RunOptions{Parallel: 1}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var c observedRun
	if err := json.Unmarshal(text, &c); err != nil {
		t.Fatal(err)
	}
	if c.Time < 60 || math.Abs(c.Windows-c.Time) > 1e-6 || c.Offered < 1000 || c.Left != c.Offered || c.Waiting != 0 {
		t.Errorf("the windows of a run of 60 s are %+v", c)
	}
}

func TestProgramsDecideAsTheirTwins(t *testing.T) {
	sameResults(t,
		"allocator: {follow: {capacity: utilization}}, router: least-outstanding",
		"allocator: {command: {capacity: utilization, "+asProgram("follow")+"}}, router: {command: {"+asProgram("route")+"}}",
	)
}

// TestThePythonOfTheDocumentDecidesAsFollow runs the program that docs/policies.md shows.
func TestThePythonOfTheDocumentDecidesAsFollow(t *testing.T) {
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("python3 is not installed")
	}
	document, err := os.ReadFile("../docs/policies.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(document), "```python\n# mine.py\n")
	text, _, found := strings.Cut(rest, "```")
	if !found {
		t.Fatal("docs/policies.md shows no mine.py")
	}
	sameResults(t, "allocator: {follow: {capacity: utilization}}",
		"allocator: {command: {capacity: utilization, run: [python3, "+written(t, "mine.py", text)+"]}}")
}

// commanded prepares mm1 with a policy that starts programs.
func commanded(t *testing.T, levers string, allowed bool) (*Experiment, error) {
	t.Helper()
	f, err := file.Load("mm1", append([]file.Change{{Path: "policies", Value: "[{name: p, " + levers + "}]"}, {Path: "replications", Value: "1"}}, worlds["mm1"]...))
	if err != nil {
		return nil, err
	}
	f.CommandsAllowed = allowed
	return Prepare(f)
}

func TestFaultsOfPrograms(t *testing.T) {
	allocator := func(does string) string {
		return "allocator: {command: {capacity: utilization, timeout: 500ms, " + asProgram(does) + "}}"
	}
	for _, c := range []struct{ name, levers, want string }{
		{"missing", "allocator: {command: {capacity: utilization, run: [no-such-program]}}", `allocator "command(no-such-program, capacity utilization)": demand: the program does not start: exec: "no-such-program": executable file not found`},
		{"stranger", allocator("stranger"), `demand: greeting: the answer "hello" cannot be read`},
		{"crash", allocator("crash"), "decision 1: the program ended: exit status 3; its standard error ends with:\nout of ideas"},
		{"garbage", allocator("garbage"), `decision 1: the answer "[1, 2" cannot be read`},
		{"typo", allocator("typo"), `unknown field "replicsa"`},
		{"leave", allocator("leave"), "decision 1: the program ended without an answer"},
		{"sleep", allocator("sleep"), "no answer within 500ms (timeout)"},
		{"elsewhere", "allocator: {follow: {capacity: utilization}}, router: {command: {" + asProgram("elsewhere") + "}}", "decision 1: replica 999 is none of those offered"},
		{"no program", "allocator: {command: {capacity: utilization, run: []}}", "policies[0].allocator.command.run: no program is named"},
		{"a timeout of 0", "allocator: {command: {run: [x], timeout: 0s}}", "timeout: 0s is outside [1ms, 1h]"},
		{"no file", "allocator: {command: {run: [x], files: [no-such-file]}}", "policies[0].allocator.command.files[0]: no-such-file: there is no such file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e, err := commanded(t, c.levers, true)
			if err == nil {
				_, err = e.Run(t.Context(), RunOptions{Parallel: 1})
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %s", err, c.want)
			}
		})
	}
}

// TestProgramsEndWithTheirRun: if the run is cancelled while it waits for an answer, the program is
// killed. Otherwise this test would not end.
func TestProgramsEndWithTheirRun(t *testing.T) {
	e, err := commanded(t, "allocator: {command: {capacity: utilization, timeout: 1h, "+asProgram("sleep")+"}}", true)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := e.Run(ctx, RunOptions{Parallel: 1}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
}

func TestProgramsNeedLeave(t *testing.T) {
	_, err := commanded(t, "allocator: {command: {run: [python3, mine.py]}}", false)
	want := `policies[0].allocator.command.run: the scenario starts the program "python3 mine.py"; if you trust it, allow that with --allow-commands`
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want %s", err, want)
	}
}

// TestProgramsThatDecideByMoreThanTheirInput: two runs of a program that looks at the clock differ,
// and this is said. Two runs of another program are equal.
func TestProgramsThatDecideByMoreThanTheirInput(t *testing.T) {
	for does, unsteady := range map[string]bool{"clock": true, "follow": false} {
		e, err := commanded(t, "allocator: {command: {capacity: utilization, "+asProgram(does)+"}}", true)
		if err != nil {
			t.Fatal(err)
		}
		r, err := e.Run(t.Context(), RunOptions{Parallel: 1})
		if err != nil {
			t.Fatal(err)
		}
		said, err := e.Unsteady(t.Context(), &r)
		if err != nil || (len(said) == 1 && strings.Contains(said[0], "two runs of the policy p")) != unsteady {
			t.Errorf("%s: %q, %v", does, said, err)
		}
	}
}

// TestFilesOfProgramsAreInputs: the hashes of the files that a command names are among the inputs.
func TestFilesOfProgramsAreInputs(t *testing.T) {
	program, data := written(t, "mine.py", "1"), written(t, "data.json", "2")
	e, err := commanded(t, "allocator: {command: {run: [python3, "+program+"], files: ["+data+"]}}", true)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, in := range e.Inputs {
		names = append(names, filepath.Base(in.File))
	}
	if got := strings.Join(names, " "); got != "mine.py data.json" {
		t.Errorf("the inputs are %s", got)
	}
}
