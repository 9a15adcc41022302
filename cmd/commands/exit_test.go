package commands

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wavetank/reports"
)

// watcher is a writer for standard error. It calls a function when the first line with a given text
// comes.
type watcher struct {
	bytes.Buffer
	at string
	do func()
}

func (w *watcher) Write(p []byte) (int, error) {
	if strings.Contains(string(p), w.at) && w.do != nil {
		do := w.do
		w.do = nil
		do()
	}
	return w.Buffer.Write(p)
}

func TestInterruptedRunKeepsFinishedReplications(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	dir := filepath.Join(t.TempDir(), "out")
	err := &watcher{at: " of 20 runs", do: stop}
	args := []string{
		"run", "quickstart", "--policy", "follow,greedy", "--parallel", "1", "--replications", "10", "--out", dir,
		"--set", "duration=6m", "--set", "warmup=1m", "--set", "workload[0].arrivals.day-curve.spikes[0].at=1m",
	}
	code := run(ctx, args, &bytes.Buffer{}, err)
	if code != interrupted || !strings.Contains(err.String(), "of 10 replications were finished by every policy and are kept in") {
		t.Fatalf("exit code %d, stderr %q", code, err.String())
	}
	results, fault := reports.Read(dir)
	if fault != nil {
		t.Fatal(fault)
	}
	m := results.Manifest
	if !m.Interrupted || m.Completed < 1 || m.Completed >= 10 {
		t.Errorf("interrupted %v with %d replications", m.Interrupted, m.Completed)
	}
	count := map[string]int{}
	for _, row := range results.Rows {
		if row.Scope == "all" && row.Metric == "cost" {
			count[row.Policy]++
		}
	}
	if count["follow"] != m.Completed || count["greedy"] != m.Completed {
		t.Errorf("%v rows of cost for %d replications", count, m.Completed)
	}
}

func TestInterruptedRunSaysWhenNothingWasKept(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	dir := filepath.Join(t.TempDir(), "out")
	var err bytes.Buffer
	if code := run(ctx, []string{"run", "quickstart", "--out", dir}, &bytes.Buffer{}, &err); code != interrupted || !strings.Contains(err.String(), "nothing was kept") {
		t.Errorf("exit code %d, stderr %q", code, err.String())
	}
	if _, fault := reports.Read(dir); fault == nil {
		t.Error("an interrupted run left results")
	}
}

// TestInterruptedTuningPrintsTheBestSoFar interrupts once during the search, and once during the
// test.
func TestInterruptedTuningPrintsTheBestSoFar(t *testing.T) {
	for at, want := range map[string]string{" of 120 runs": "until then are printed; they were not tested", "1 of 6 runs": "that are best on the training part are printed; they were not tested"} {
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		dir := filepath.Join(t.TempDir(), "out")
		var out bytes.Buffer
		err := &watcher{at: at, do: stop}
		args := []string{
			"tune", "quickstart", "--policy", "follow", "--parallel", "1", "--replications", "4", "--budget", "60", "--out", dir,
			"--set", "duration=2m", "--set", "warmup=30s", "--set", "workload[0].arrivals.day-curve.spikes[0].at=1m",
		}
		code := run(ctx, args, &out, err)
		if code != interrupted || !strings.Contains(err.String(), want) || !strings.Contains(err.String(), "all of it is kept in "+dir) {
			t.Fatalf("exit code %d, stderr %q", code, err.String())
		}
		if !strings.Contains(out.String(), "  - name: follow-tuned\n") || strings.Contains(out.String(), "Test:") {
			t.Errorf("printed is\n%s", out.String())
		}
		data, fault := os.ReadFile(filepath.Join(dir, "best.yaml"))
		if fault != nil || !strings.Contains(out.String(), string(data)) {
			t.Errorf("stored is\n%s, %v", data, fault)
		}
	}
}

// TestTheFirstInterruptionEndsTheReadingOfStandardInput: nothing is ever written to the pipe.
func TestTheFirstInterruptionEndsTheReadingOfStandardInput(t *testing.T) {
	for _, args := range [][]string{{"solve", "-"}, {"check", "-"}, {"run", "-"}, {"tune", "-"}, {"score", "hpa", "-"}} {
		ctx, stop := context.WithCancel(t.Context())
		in, end := io.Pipe()
		defer end.Close()
		root := command()
		root.SetArgs(args)
		root.SetIn(readerFunc(func(p []byte) (int, error) {
			stop() // as soon as it waits
			return in.Read(p)
		}))
		err := root.ExecuteContext(ctx)
		if code := exitCode(err); code != interrupted || !strings.Contains(err.Error(), "was not read to its end") {
			t.Errorf("%v: exit code %d, %v", args, code, err)
		}
	}
}

// readerFunc is a function that reads.
type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestInterruptedTuningSaysWhenNothingWasKept(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	var err bytes.Buffer
	if code := run(ctx, []string{"tune", "quickstart"}, &bytes.Buffer{}, &err); code != interrupted || !strings.Contains(err.String(), "nothing was kept") {
		t.Errorf("exit code %d, stderr %q", code, err.String())
	}
}

func TestInterruptedScoringSaysWhereRunsAreKept(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	root, said := command(), &bytes.Buffer{}
	ledger := filepath.Join(t.TempDir(), "l.sqlite")
	root.SetArgs([]string{"score", "follow", "mm1", "--reference", "follow", "--ledger", ledger, "--parallel", "1", "--set", "duration=1m", "--set", "warmup=10s"})
	root.SetOut(said)
	root.SetErr(writerFunc(func(p []byte) (int, error) {
		stop() // at the first line of progress
		return len(p), nil
	}))
	err := root.ExecuteContext(ctx)
	if code := exitCode(err); code != interrupted || said.Len() > 0 || !strings.Contains(err.Error(), "finished runs are kept in "+ledger) {
		t.Errorf("exit code %d, %v, output %q", code, err, said)
	}
}

// writerFunc is a function that writes.
type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// TestInterruptedValidationPrintsWhatIsDone interrupts a validation of two systems after the first.
func TestInterruptedValidationPrintsWhatIsDone(t *testing.T) {
	table := filepath.Join(t.TempDir(), "table.csv")
	if err := os.WriteFile(table, []byte("model,params,quantity,value\nM/M/1,lam=0.5;mu=1,W,2\nM/M/1,lam=0.6;mu=1,W,2.5\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var out bytes.Buffer
	err := &watcher{at: "20 of 40 runs", do: stop}
	code := run(ctx, []string{"validate", "--quick", "--parallel", "1", "--table", table}, &out, err)
	if code != interrupted || !strings.Contains(err.String(), "interrupted: the results until then are printed") {
		t.Errorf("exit code %d, stderr %q", code, err.String())
	}
	for _, want := range []string{"1 simulated, with 20 replications", "- M/M/1: interrupted", "lam=0.6;mu=1  W  2.5"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
}

// TestInterruptedSolvePrintsTheBestSoFar interrupts a search at its first line of progress. Its
// problem is to choose items so that an equation holds as closely as possible. This takes long,
// because hardly any choice meets the equation.
func TestInterruptedSolvePrintsTheBestSoFar(t *testing.T) {
	var rows [4]strings.Builder
	seed := uint32(1)
	for i := range rows {
		for j := range 30 {
			seed = seed*1664525 + 1013904223
			fmt.Fprintf(&rows[i], " + %d x%d", (seed>>16)%100, j+1)
		}
	}
	text := "Minimize\n o1 + u1 + o2 + u2 + o3 + u3 + o4 + u4\nSubject To\n"
	for i := range rows {
		text += fmt.Sprintf(" r%d:%s - o%d + u%d = 700\n", i+1, rows[i].String(), i+1, i+1)
	}
	text += "Binaries\n"
	for j := range 30 {
		text += fmt.Sprintf(" x%d", j+1)
	}
	path := filepath.Join(t.TempDir(), "split.lp")
	if err := os.WriteFile(path, []byte(text+"\nEnd\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var out bytes.Buffer
	err := &watcher{at: " open; best ", do: stop}
	code := run(ctx, []string{"solve", path, "--solution", "-"}, &out, err)
	if code != interrupted || !strings.Contains(err.String(), "the best solution until then is printed") {
		t.Fatalf("exit code %d, stderr %q", code, err.String())
	}
	for _, want := range []string{"status     interrupted\n", "\ncolumn,x1,"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
}
