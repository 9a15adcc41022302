package workers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// Processes are worker processes on this computer. One that dies is replaced.
type Processes struct {
	Number int
	Start  func() *exec.Cmd  // the command line of a worker, which ends when its input does
	Tell   func(line string) // processes that die

	mutex  sync.Mutex
	deaths int // since the last answer
}

// Answered notes that a worker has answered a task.
func (p *Processes) Answered() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.deaths = 0
}

// died notes a death, and reports whether there were too many since the last answer: each task
// kills so many workers at most before it is given up.
func (p *Processes) died() (tooMany bool) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.deaths++
	return p.deaths > (attempts+1)*p.Number
}

// Run starts the processes, and ends them when the context ends. It is an error if one finds its
// command line or its server wrong, or if they die again and again without an answer.
func (p *Processes) Run(ctx context.Context) error {
	inner, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var group sync.WaitGroup
	for range p.Number {
		group.Go(func() {
			for inner.Err() == nil {
				if err := p.one(inner); err != nil {
					stop(err)
				}
			}
		})
	}
	group.Wait()
	if ctx.Err() != nil {
		return nil
	}
	return context.Cause(inner)
}

// one runs one process until it ends.
func (p *Processes) one(ctx context.Context) error {
	c := p.Start()
	said := &tail{}
	c.Stdout, c.Stderr = said, said
	in, err := c.StdinPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		return fmt.Errorf("start a worker: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	select {
	case err = <-ended:
	case <-ctx.Done():
		return p.end(c, in, ended)
	}
	if ctx.Err() != nil {
		return nil
	}
	const wrong = 2 // exit code of bad input
	if c.ProcessState.ExitCode() == wrong {
		return fmt.Errorf("a worker process does not start: %s", said)
	}
	if err == nil {
		err = errors.New("it ended by itself")
	}
	if p.died() {
		return fmt.Errorf("worker processes die again and again (%w): %s", err, said)
	}
	p.Tell(fmt.Sprintf("a worker process died (%v); another one takes its place", err))
	return nil
}

// end ends a process: by the end of its input, or else by force.
func (p *Processes) end(c *exec.Cmd, in io.Closer, ended <-chan error) error {
	_ = in.Close() // fails only if the process has ended
	const patience = 10 * time.Second
	select {
	case <-ended:
	case <-time.After(patience):
		_ = c.Process.Kill()
		<-ended
	}
	return nil
}

// tail keeps the end of what is written.
type tail struct {
	mutex sync.Mutex
	text  []byte
}

// Write implements io.Writer.
func (t *tail) Write(b []byte) (int, error) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	const most = 4 << 10
	t.text = append(t.text, b...)
	t.text = t.text[max(0, len(t.text)-most):]
	return len(b), nil
}

func (t *tail) String() string {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if text := strings.TrimSpace(string(t.text)); text != "" {
		return text
	}
	return "it said nothing"
}
