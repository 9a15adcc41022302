package workers

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"wavetank/scenarios"
	"wavetank/scenarios/file"
	"wavetank/scenarios/scenariotest"
	"wavetank/scenarios/study"
	"wavetank/workload/table"
)

// queueScenario is a scenario whose runs take a few milliseconds.
var queueScenario = scenariotest.Queue("60s", 3, 2, allPolicies)

// allPolicies are the policies of queueScenario. A test may replace them.
const allPolicies = "[{static-mean: {capacity: utilization}}, {static-best: {capacity: utilization}}]"

// swept is a sweep for tests, with what was received.
type swept struct {
	*Submission
	tasks []study.Task

	mutex    sync.Mutex
	lines    []string // told
	received map[string][]study.ShardRun
}

// sweepOf prepares a sweep of a scenario. change may change where its files are.
func sweepOf(t *testing.T, at *Address, text string, change func(*file.Loaded), paths []string, settings ...[]string) *swept {
	t.Helper()
	s := &study.Study{Detail: scenarios.Summary, Parallel: 1}
	for _, p := range paths {
		s.Axes = append(s.Axes, study.Axis{Path: p})
	}
	var open func(string) table.File
	err := s.Prepare(t.Context(), settings, func(changes []file.Change) (*scenarios.Experiment, error) {
		f, err := file.Read("queue.yaml", []byte(text), changes...)
		if err != nil {
			return nil, err
		}
		if change != nil {
			change(f)
		}
		open = f.Open
		return scenarios.Prepare(f)
	})
	if err != nil {
		t.Fatal(err)
	}
	tasks, err := s.Tasks()
	if err != nil {
		t.Fatal(err)
	}
	w := &swept{tasks: tasks, received: map[string][]study.ShardRun{}}
	w.Submission = &Submission{
		Address: at, Program: "0 program", Design: []byte(text), Study: s, Open: open, Silence: 300 * time.Millisecond, Again: time.Millisecond,
		Work: &SweepWork{Scenario: "queue", File: "queue.yaml", Text: []byte(text), Varied: paths},
		Tell: func(line string) {
			w.mutex.Lock()
			defer w.mutex.Unlock()
			w.lines = append(w.lines, line)
		},
		Receive: func(t *study.Task, runs []study.ShardRun) error {
			w.received[t.Name] = append(w.received[t.Name], runs...)
			return nil
		},
	}
	return w
}

// said reports whether a line that was told has a text.
func (w *swept) said(text string) bool {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return slices.ContainsFunc(w.lines, func(line string) bool { return strings.Contains(line, text) })
}

// check compares what was received with runs in this process. Each must be there once.
func (w *swept) check(t *testing.T) {
	t.Helper()
	outcomes, err := w.Study.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if len(w.received) != len(w.tasks) {
		t.Fatalf("%d tasks of %d were received", len(w.received), len(w.tasks))
	}
	pack := func(runs []study.ShardRun) []byte {
		b, err := study.PackRuns(runs)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for _, task := range w.tasks {
		want := slices.Clone(w.received[task.Name])
		if len(want) != len(assign(w.Study, &task).Replications) {
			t.Fatalf("task %.12s has %d runs", task.Name, len(want))
		}
		for i, r := range want {
			want[i].Finished = outcomes[task.Runs[0].Cell][r.Run.Policy][r.Run.Replication]
		}
		if !bytes.Equal(pack(want), pack(w.received[task.Name])) {
			t.Errorf("the runs of task %.12s are others than in one process", task.Name)
		}
	}
}

// serve starts a server for a test.
func serve(t *testing.T) *Server {
	t.Helper()
	s, err := Serve(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

// overTCP returns an address without the connection within this process.
func overTCP(a *Address) *Address {
	out := *a
	out.inside = nil
	return &out
}

// work starts a worker. It ends with the test, or when the function that is returned is called.
func work(t *testing.T, at *Address, change func(*Worker)) (stop func()) {
	t.Helper()
	w := &Worker{Address: at, Program: "0 program", Parallel: 1, Tell: func(string) {}}
	if change != nil {
		change(w)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if _, err := w.Run(ctx); err != nil && ctx.Err() == nil {
			t.Errorf("a worker ended: %v", err)
		}
	}()
	stop = func() {
		cancel()
		<-ended
	}
	t.Cleanup(stop)
	return stop
}

// streams returns the names of the streams that a server holds.
func streams(t *testing.T, at *Address) (names []string) {
	t.Helper()
	c, err := at.connect("test", func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	js, err := jetstream.New(c)
	if err != nil {
		t.Fatal(err)
	}
	for name := range js.StreamNames(t.Context()).Name() {
		names = append(names, name)
	}
	return names
}
