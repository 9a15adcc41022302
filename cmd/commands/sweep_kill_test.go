package commands

import (
	"bytes"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	_ "modernc.org/sqlite"

	"wavetank/scenarios/scenariotest"
)

// queueScenario is a scenario whose runs take a few milliseconds.
var queueScenario = scenariotest.Queue("200s", 10, 1, "[static-peak]")

// wavetank returns a command line of this program in a folder, as a process of its own.
func wavetank(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return &exec.Cmd{Path: program, Args: append([]string{"wavetank"}, args...), Dir: dir, Env: os.Environ()}
}

// kept counts the runs in a ledger; 0 if it has no tables yet.
func kept(path string) (runs, measures int) {
	if _, err := os.Stat(path); err != nil {
		return 0, 0
	}
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro&_pragma=busy_timeout(10000)")
	if err != nil {
		return 0, 0
	}
	defer db.Close()
	if db.QueryRow("SELECT (SELECT count(*) FROM runs), (SELECT count(*) FROM measures)").Scan(&runs, &measures) != nil {
		return 0, 0
	}
	return runs, measures
}

// keeps returns a condition: a ledger has the given number of runs.
func keeps(ledger string, runs int) func() bool {
	return func() bool {
		n, _ := kept(ledger)
		return n >= runs
	}
}

// started starts a command line. It returns how the command ends, and what it prints until then.
func started(t *testing.T, c *exec.Cmd) (ended chan error, out *bytes.Buffer) {
	t.Helper()
	ended, out = make(chan error, 1), &bytes.Buffer{}
	c.Stdout, c.Stderr = out, out
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { ended <- c.Wait() }()
	return ended, out
}

// killed runs a command line, and kills the process as soon as enough is kept. It fails if the
// command ends before.
func killed(t *testing.T, enough func() bool, c *exec.Cmd) {
	t.Helper()
	ended, out := started(t, c)
	for {
		select {
		case err := <-ended:
			t.Fatalf("the command ended before it was killed: %v\n%s", err, out.String())
		case <-time.After(time.Millisecond):
		}
		if enough() {
			break
		}
	}
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-ended
}

// folder returns the contents of all files in a folder.
func contentsOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		files[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestKilledSweepsLoseNothing kills a sweep of 200 runs ten times, and then lets it end. Every run
// is in the ledger once, no run that was there is lost by a kill, and all files of the results are
// the same bytes as those of a sweep that was not killed.
func TestKilledSweepsLoseNothing(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "queue.yaml"), []byte(queueScenario), 0o666); err != nil {
		t.Fatal(err)
	}
	args := func(out string) []string {
		return []string{"sweep", "queue.yaml", "--vary", "workload[0].arrivals.poisson.rate=50/s..95/s/10", "--vary", "batcher=greedy,nexus",
			"--parallel", "2", "--out", out, "--ledger", out + ".sqlite"}
	}
	if out, err := wavetank(t, dir, args("whole")...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	ledger := filepath.Join(dir, "cut.sqlite")
	before := 0
	for kill := range 10 {
		killed(t, keeps(ledger, before+1+5*kill%17), wavetank(t, dir, args("cut")...))
		now, _ := kept(ledger)
		if now < before {
			t.Fatalf("kill %d: %d runs of %d stay", kill+1, now, before)
		}
		before = now
	}
	out, err := wavetank(t, dir, args("cut")...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if want := fmt.Sprintf("200 runs: 20 settings; %d are in cut.sqlite already", before); !strings.Contains(string(out), want) {
		t.Errorf("the output does not say %q:\n%s", want, out)
	}
	runs, measures := kept(ledger)
	if once, all := kept(filepath.Join(dir, "whole.sqlite")); runs != 200 || once != 200 || measures != all {
		t.Errorf("%d runs with %d rows; %d runs with %d rows without a kill", runs, measures, once, all)
	}
	want, got := contentsOf(t, filepath.Join(dir, "whole")), contentsOf(t, filepath.Join(dir, "cut"))
	if len(want) < 10 || !cmp.Equal(want, got) {
		t.Errorf("the results differ from those of a sweep that was not killed, among %d files", len(want))
	}
}

// TestKilledRunsGoOn kills a run three times. Its results are the same bytes in the end, and its
// ledger is gone.
func TestKilledRunsGoOn(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "queue.yaml"), []byte(queueScenario), 0o666); err != nil {
		t.Fatal(err)
	}
	args := func(out string) []string {
		return []string{"run", "queue.yaml", "--replications", "60", "--parallel", "2", "--out", out}
	}
	if out, err := wavetank(t, dir, args("whole")...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for kill := range 3 {
		killed(t, keeps(filepath.Join(dir, "cut", "runs.sqlite"), 10+10*kill), wavetank(t, dir, args("cut")...))
	}
	if out, err := wavetank(t, dir, args("cut")...).CombinedOutput(); err != nil || !strings.Contains(string(out), "of 60 runs are in cut") {
		t.Fatalf("%v\n%s", err, out)
	}
	if want, got := contentsOf(t, filepath.Join(dir, "whole")), contentsOf(t, filepath.Join(dir, "cut")); len(want) < 8 || !cmp.Equal(want, got) {
		t.Errorf("the results differ from those of a run that was not killed, among %d and %d files", len(want), len(got))
	}
}

// TestAKilledWorkerLeavesNothingBehind kills a worker process of a sweep. The sweep goes on with
// another one, and in the end no temporary file is left.
func TestAKilledWorkerLeavesNothingBehind(t *testing.T) {
	dir, system := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "queue.yaml"), []byte(queueScenario), 0o666); err != nil {
		t.Fatal(err)
	}
	c := wavetank(t, dir, "sweep", "queue.yaml", "--vary", "workload[0].arrivals.poisson.rate=50/s..95/s/10", "--out", "out", "--ledger", "l.sqlite", "--workers", "2")
	c.Env = append(c.Env, "TMPDIR="+system)
	ended, out := started(t, c)
	for worker := 0; worker == 0; {
		select {
		case err := <-ended:
			t.Fatalf("the sweep ended before a worker was killed: %v\n%s", err, out.String())
		case <-time.After(time.Millisecond):
		}
		found, _ := filepath.Glob(filepath.Join(dir, "out-tasks", "workers", "wavetank-worker-*"))
		if len(found) == 0 {
			continue
		}
		if _, err := fmt.Sscanf(filepath.Base(found[0]), "wavetank-worker-%d-", &worker); err != nil {
			t.Fatal(err)
		}
		p, err := os.FindProcess(worker)
		if err == nil {
			err = p.Kill()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := <-ended; err != nil || !strings.Contains(out.String(), "a worker process died (signal: killed)") {
		t.Fatalf("%v\n%s", err, out.String())
	}
	if left, err := os.ReadDir(system); err != nil || len(left) > 0 {
		t.Errorf("left are %v, %v", left, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "out-tasks")); !os.IsNotExist(err) {
		t.Errorf("the folder of the tasks is left: %v", err)
	}
}
