package workers

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"wavetank/policies/outside"
	"wavetank/scenarios/file"
	"wavetank/scenarios/study"
)

// TestWorkersFindTheResultsOfOneProcess: two workers carry out a sweep. Two settings differ only in
// the name of the scenario, so they share their tasks. In the end the server holds nothing.
func TestWorkersFindTheResultsOfOneProcess(t *testing.T) {
	server := serve(t)
	for range 2 {
		work(t, overTCP(server.Address()), nil)
	}
	w := sweepOf(t, server.Address(), queueScenario, nil, []string{"fleet[0].max", "name"}, []string{"1", "a"}, []string{"1", "b"}, []string{"2", "a"})
	if err := w.Run(t.Context(), w.tasks); err != nil {
		t.Fatal(err)
	}
	w.check(t)
	if names := streams(t, server.Address()); len(names) > 0 {
		t.Errorf("the server still holds %v", names)
	}
}

// crewOf returns a worker whose steps a test carries out one by one, with its part in the only
// sweep.
func crewOf(t *testing.T, at *Address) (*crew, *part) {
	t.Helper()
	c := &crew{Worker: &Worker{Address: at, Program: "0 program", Tell: func(string) {}}, name: "slow", folder: t.TempDir(), joined: map[string]*part{}, refused: map[string]bool{}}
	var err error
	if c.conn, err = at.connect("slow", c.Tell); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.conn.Close)
	if c.js, err = jetstream.New(c.conn); err != nil {
		t.Fatal(err)
	}
	for len(c.joined) == 0 {
		if _, err := c.look(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return c, c.parts(0)[0]
}

// takeOne takes a task.
func takeOne(t *testing.T, c *crew) jetstream.Msg {
	t.Helper()
	for {
		if _, m := c.next(t.Context(), 0); m != nil {
			return m
		}
	}
}

// TestATaskIsDeliveredAgain: a worker takes a task and shows no sign of life, as one that is
// killed. Another one carries the task out. When the first one answers after all, nothing changes.
func TestATaskIsDeliveredAgain(t *testing.T) {
	server := serve(t)
	w := sweepOf(t, server.Address(), queueScenario, nil, []string{"fleet[0].max"}, []string{"1"}, []string{"2"})
	silent, late := make(chan string, 1), make(chan error, 1)
	go func() {
		c, p := crewOf(t, overTCP(server.Address()))
		m := takeOne(t, c)
		name := lastOf(m.Subject())
		runs, err := c.carryOut(t.Context(), p, name, m.Data())
		silent <- name
		for err == nil && !p.hasAnswer(t.Context(), name) {
			time.Sleep(time.Millisecond)
		}
		late <- errors.Join(err, c.reply(t.Context(), p, m, name, runs, 0))
		if n := c.answered.Load(); n != 0 {
			t.Errorf("a second answer replaced the first one")
		}
	}()
	receive, waited := w.Receive, ""
	w.Receive = func(task *study.Task, runs []study.ShardRun) error {
		if task.Name == waited {
			if err := <-late; err != nil {
				t.Error(err)
			}
		}
		return receive(task, runs)
	}
	ended := make(chan error)
	go func() { ended <- w.Run(t.Context(), w.tasks) }()
	waited = <-silent
	work(t, overTCP(server.Address()), nil)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	w.check(t)
}

// TestAServerMayBeRestarted: the server ends in the middle of a sweep, and comes back.
func TestAServerMayBeRestarted(t *testing.T) {
	folder := t.TempDir()
	first, err := Serve(folder)
	if err != nil {
		t.Fatal(err)
	}
	at := overTCP(first.Address())
	work(t, at, nil)
	w := sweepOf(t, at, queueScenario, nil, []string{"fleet[0].max"}, []string{"1"}, []string{"2"}, []string{"3"})
	receive := w.Receive
	var second *Server
	w.Receive = func(task *study.Task, runs []study.ShardRun) error {
		if second == nil {
			port := first.of.Addr().(*net.TCPAddr).Port
			first.Stop()
			if second, err = serveAt(folder, port, at.Token); err != nil {
				return err
			}
			t.Cleanup(second.Stop)
		}
		return receive(task, runs)
	}
	if err := w.Run(t.Context(), w.tasks); err != nil {
		t.Fatal(err)
	}
	w.check(t)
	if !w.said("connected to the NATS server again") {
		t.Errorf("the connection was never lost: %q", w.lines)
	}
}

const failingScript = "def allocate(fleet):\n    fail('no fleet is good enough')\n"

// TestAFailingTaskIsGivenUp: a policy fails in every worker. The error names the task and what the
// worker said.
func TestAFailingTaskIsGivenUp(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "mine.star"), []byte(failingScript), 0o666); err != nil {
		t.Fatal(err)
	}
	server := serve(t)
	work(t, overTCP(server.Address()), nil)
	text := strings.Replace(queueScenario, allPolicies, "[{starlark: {file: mine.star, capacity: utilization}}]", 1)
	w := sweepOf(t, server.Address(), text, func(f *file.Loaded) { f.In(folder, false) }, []string{"fleet[0].max"}, []string{"1"})
	err := w.Run(t.Context(), w.tasks[:1])
	_, givenUp := errors.AsType[GivenUp](err)
	_, policy := errors.AsType[outside.Failure](err)
	if !givenUp || !policy {
		t.Fatalf("error %v", err)
	}
	for _, part := range []string{"task " + w.tasks[0].Name[:12], "policy starlark(mine.star, capacity utilization), replication", "fleet[0].max 1", "no fleet is good enough"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error does not say %q: %v", part, err)
		}
	}
	if strings.Count(err.Error(), "no fleet is good enough") != 1 {
		t.Errorf("the same reason is told more than once: %v", err)
	}
	// the same sweep may be submitted again
	if err := w.Run(t.Context(), w.tasks[:1]); err == nil {
		t.Error("the task is no longer given up")
	}
}

// TestATaskThatKillsItsWorkersIsGivenUp: no worker answers, and none says why.
func TestATaskThatKillsItsWorkersIsGivenUp(t *testing.T) {
	server := serve(t)
	w := sweepOf(t, server.Address(), queueScenario, nil, []string{"fleet[0].max"}, []string{"1"})
	w.Silence = 20 * time.Millisecond
	ended := make(chan error)
	go func() { ended <- w.Run(t.Context(), w.tasks[:1]) }()
	c, p := crewOf(t, overTCP(server.Address()))
	for range attempts {
		takeOne(t, c) // and no more is heard of it
	}
	c.carry(t.Context(), p, takeOne(t, c))
	if err := <-ended; err == nil || !strings.Contains(err.Error(), "5 workers began the task, and none of them answered") {
		t.Errorf("error %v", err)
	}
}

// TestAWorkerOfAnotherVersionIsRefused, and so is one that may not start programs. Both say why,
// and the one that submits hears it.
func TestAWorkerOfAnotherVersionIsRefused(t *testing.T) {
	server := serve(t)
	text := strings.Replace(queueScenario, allPolicies, "[{command: {capacity: utilization, run: [no-such-program]}}]", 1)
	w := sweepOf(t, server.Address(), text, func(f *file.Loaded) { f.CommandsAllowed = true }, []string{"fleet[0].max"}, []string{"1"})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- w.Run(ctx, w.tasks) }()
	for name, want := range map[string]string{"0 program": "--allow-commands", "1 other": "a sweep of another program, 0 (program); this worker is 1 (other)"} {
		worker := &Worker{Address: server.Address(), Program: name, Tell: func(string) {}}
		for {
			soon, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			_, err := worker.Run(soon)
			cancel()
			if errors.Is(err, context.DeadlineExceeded) {
				continue // the sweep was not there yet
			}
			if _, refused := errors.AsType[Refused](err); !refused || !strings.Contains(err.Error(), want) {
				t.Errorf("error %v", err)
			}
			break
		}
		for !w.said(want) {
			time.Sleep(time.Millisecond)
		}
	}
	stop()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// TestOnlyWorkersWithLeaveStartPrograms: a worker without --allow-commands takes no part in a
// sweep whose policy is a program. One that has it carries the sweep out, with the file of the
// program that was sent.
func TestOnlyWorkersWithLeaveStartPrograms(t *testing.T) {
	home := t.TempDir()
	const program = `while read -r line; do
  case $line in
    *'"wavetank"'*) echo '{"wavetank": 1}';;
    *) echo '{"demand": {"m": 70}}';;
  esac
done
`
	path := filepath.Join(home, "mine.sh")
	if err := os.WriteFile(path, []byte(program), 0o666); err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(queueScenario, allPolicies, "[{command: {capacity: utilization, run: [sh, mine.sh]}}]", 1)
	server := serve(t)
	w := sweepOf(t, server.Address(), text, func(f *file.Loaded) {
		f.In(home, false)
		f.CommandsAllowed = true
	}, []string{"fleet[0].max"}, []string{"1"}, []string{"2"})
	ended := make(chan error)
	go func() { ended <- w.Run(t.Context(), w.tasks) }()
	crew := &Worker{Address: server.Address(), Program: "0 program", Tell: func(string) {}}
	for {
		soon, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		_, err := crew.Run(soon)
		cancel()
		if errors.Is(err, context.DeadlineExceeded) {
			continue // the sweep was not there yet
		}
		if _, refused := errors.AsType[Refused](err); !refused || !strings.Contains(err.Error(), "--allow-commands") {
			t.Errorf("error %v", err)
		}
		break
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	work(t, overTCP(server.Address()), func(w *Worker) { w.Commands = true })
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	// the runs in this process, with which they are compared, need the file
	if err := os.WriteFile(path, []byte(program), 0o666); err != nil {
		t.Fatal(err)
	}
	w.check(t)
}

// TestAnInterruptedSweepGoesOn: what was answered is received the next time, and carried out only
// once. Tasks that nobody has taken are withdrawn.
func TestAnInterruptedSweepGoesOn(t *testing.T) {
	server := serve(t)
	w := sweepOf(t, server.Address(), queueScenario, nil, []string{"fleet[0].max"}, []string{"1"}, []string{"2"})
	ctx, stop := context.WithCancel(t.Context())
	receive := w.Receive
	w.Receive = func(*study.Task, []study.ShardRun) error {
		stop()
		return context.Canceled
	}
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		c, p := crewOf(t, server.Address())
		c.carry(t.Context(), p, takeOne(t, c))
	}()
	if err := w.Run(ctx, w.tasks); !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v", err)
	}
	<-answered
	for _, name := range streams(t, server.Address()) {
		if strings.HasSuffix(name, tasksEnd) {
			t.Errorf("%s still has tasks", name)
		}
	}
	w.Receive = receive
	done := make(chan int, 1)
	inner, end := context.WithCancel(t.Context())
	go func() {
		worker := &Worker{Address: overTCP(server.Address()), Program: "0 program", Tell: func(string) {}}
		n, _ := worker.Run(inner)
		done <- n
	}()
	if err := w.Run(t.Context(), w.tasks); err != nil {
		t.Fatal(err)
	}
	end()
	w.check(t)
	if n := <-done; n != len(w.tasks)-1 {
		t.Errorf("%d of %d tasks were carried out again", n, len(w.tasks))
	}
}
