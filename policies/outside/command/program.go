// Package command asks policies that are programs of their own, in any language. A program reads
// lines from its standard input and answers each with one line on its standard output. Every line
// is a JSON object. There is one program for each policy in each run.
//
// The first line is a Hello, and its answer is {"wavetank": 1}. Then follows one line for each
// decision: an allocator reads {"decide": outside.Observation} and answers an outside.Action; a
// router reads {"route": {"time", "request", "replicas"}}, with outside.RequestFields and
// outside.ReplicaFields, and answers {"replica": id}. When the run is over, an allocator reads
// {"over": outside.Observation}, which has no answer. Then the standard input ends. A program that
// is still there a second later is killed.
package command

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync/atomic"
	"time"
)

// Version is the version of the protocol.
const Version = 1

// Limits on exchanges.
const (
	DefaultTimeout = 10 * time.Second
	longestAnswer  = 16 << 20 // bytes
	farewell       = time.Second
	keptErrors     = 2000 // bytes of the standard error that messages show
)

// Launch says which program is asked in which run.
type Launch struct {
	Run     []string        // the program and its arguments
	Folder  string          // working folder; "": that of this process
	Timeout time.Duration   // longest time of an exchange
	Context context.Context // of the run; when it ends, the program is killed
	Hello   Hello           // the first line
}

// Hello is the first line that a program reads.
type Hello struct {
	Version     int         `json:"wavetank"`
	Kind        string      `json:"policy"` // "allocator" or "router"
	Scenario    string      `json:"scenario"`
	Seed        uint64      `json:"seed"`
	Replication int         `json:"replication"`
	Duration    float64     `json:"duration"` // of the run, in seconds
	Period      float64     `json:"period"`   // control period, in seconds
	Units       Units       `json:"units"`
	Models      []string    `json:"models"`
	Deployments []Deployed  `json:"deployments"`
	Machines    []Available `json:"machines"`
}

// Units says in which units all numbers are.
type Units struct {
	Time  string `json:"time"`
	Rate  string `json:"rate"`
	Money string `json:"money"`
}

// Deployed is a deployment in a Hello.
type Deployed struct {
	Name     string  `json:"name"`
	Model    string  `json:"model"`
	Machine  string  `json:"machine"`
	Capacity float64 `json:"capacity"` // of one replica, as planned
}

// Available is a machine type in a Hello.
type Available struct {
	Name  string  `json:"name"`
	Price float64 `json:"price"`
	Max   int     `json:"max"`
}

// program is a running program. It is started for the first exchange.
type program struct {
	options Launch
	process *exec.Cmd
	input   io.WriteCloser
	output  *bufio.Reader
	errors  tail
	late    atomic.Bool // an exchange took too long, so the program was killed
	asked   int         // exchanges so far
	err     error       // the first failure
}

// start starts the program and greets it.
func (p *program) start() error {
	p.process = exec.CommandContext(p.options.Context, p.options.Run[0], p.options.Run[1:]...)
	p.process.Dir, p.process.Stderr, p.process.WaitDelay = p.options.Folder, &p.errors, farewell
	var err error
	if p.input, err = p.process.StdinPipe(); err != nil {
		return err
	}
	output, err := p.process.StdoutPipe()
	if err != nil {
		return err
	}
	p.output = bufio.NewReaderSize(output, 1<<16)
	if err := p.process.Start(); err != nil {
		p.process = nil
		return fmt.Errorf("the program does not start: %w", err)
	}
	var answer struct {
		Version *int `json:"wavetank"`
	}
	hello, err := json.Marshal(p.options.Hello)
	if err == nil {
		err = p.exchange(hello, &answer)
	}
	if err != nil {
		return fmt.Errorf("greeting: %w", err)
	}
	if answer.Version == nil || *answer.Version != Version {
		return fmt.Errorf(`the program does not answer the greeting with {"wavetank": %d}`, Version)
	}
	return nil
}

// ask sends a question, a JSON object, and reads the answer. After a failure it only returns that
// failure.
func (p *program) ask(question []byte, answer any) error {
	if p.err != nil {
		return p.err
	}
	if p.process == nil {
		p.err = p.start()
	}
	if p.err == nil {
		p.asked++
		if err := p.exchange(question, answer); err != nil {
			p.err = fmt.Errorf("decision %d: %w", p.asked, err)
		}
	}
	return p.err
}

// tell sends a line that has no answer, unless the program has never been asked or has failed. The
// run is over, so it does not matter whether the program reads the line.
func (p *program) tell(line []byte) {
	if p.err != nil || p.process == nil {
		return
	}
	watchdog := p.watch()
	defer watchdog.Stop()
	_, _ = p.input.Write(append(line, '\n'))
}

// watch kills the program after the timeout.
func (p *program) watch() *time.Timer {
	return time.AfterFunc(p.options.Timeout, func() {
		p.late.Store(true)
		p.process.Process.Kill() // fails only if the program has ended, which is found later
	})
}

// exchange writes a line and reads the next one, within the timeout.
func (p *program) exchange(line []byte, answer any) error {
	watchdog := p.watch()
	defer watchdog.Stop()
	if _, err := p.input.Write(append(line, '\n')); err != nil {
		return p.ended(err)
	}
	text, err := p.line()
	if err != nil {
		return p.ended(err)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(answer); err != nil {
		return fmt.Errorf("the answer %s cannot be read: %w", cut(string(text)), err)
	}
	if d.More() {
		return fmt.Errorf("the answer %s has more than one value", cut(string(text)))
	}
	return nil
}

var errLong = fmt.Errorf("the answer is longer than %d bytes", longestAnswer)

// line reads a line of the program's output.
func (p *program) line() (text []byte, err error) {
	for {
		part, err := p.output.ReadSlice('\n')
		if text = append(text, part...); len(text) > longestAnswer {
			return nil, errLong
		}
		if err != bufio.ErrBufferFull {
			return text, err
		}
	}
}

// ended says why there is no answer.
func (p *program) ended(cause error) error {
	if err := p.options.Context.Err(); err != nil {
		return err
	}
	if errors.Is(cause, errLong) {
		return cause
	}
	p.input.Close() // it is broken, or the program has closed its output
	late := p.late.Load()
	// it may still run, with a closed output
	time.AfterFunc(farewell, func() { p.process.Process.Kill() })
	status := p.process.Wait()
	said := ""
	if text := strings.TrimSpace(p.errors.String()); text != "" {
		said = "; its standard error ends with:\n" + text
	}
	switch {
	case late:
		return fmt.Errorf("no answer within %v (timeout)%s", p.options.Timeout, said)
	case status != nil:
		return fmt.Errorf("the program ended: %v%s", status, said)
	}
	return fmt.Errorf("the program ended without an answer%s", said)
}

// close ends the program: its standard input ends, and a second later it is killed.
func (p *program) close() error {
	if p.process == nil || p.process.ProcessState != nil {
		return nil
	}
	p.input.Close()
	killer := time.AfterFunc(farewell, func() { p.process.Process.Kill() })
	defer killer.Stop()
	io.Copy(io.Discard, p.output) // what it still says is not needed
	p.process.Wait()              // how it ends does not matter: the run is over
	return nil
}

// cut shortens a text for a message.
func cut(text string) string {
	if text = strings.TrimSpace(text); len(text) > 100 {
		text = text[:97] + "…"
	}
	return fmt.Sprintf("%q", text)
}

// tail keeps the end of what is written to it.
type tail struct{ kept []byte }

// Write implements io.Writer.
func (t *tail) Write(text []byte) (int, error) {
	t.kept = append(t.kept, text...)
	if more := len(t.kept) - keptErrors; more > 0 {
		t.kept = append(t.kept[:0], t.kept[more:]...)
	}
	return len(text), nil
}

func (t *tail) String() string { return string(t.kept) }
