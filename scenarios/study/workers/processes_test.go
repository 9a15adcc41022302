package workers

import (
	"context"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
)

// TestProcessesThatDieAreReplaced, until they die again and again without an answer. One that finds
// its command line wrong ends all.
func TestProcessesThatDieAreReplaced(t *testing.T) {
	var started, told atomic.Int32
	p := &Processes{Number: 2, Tell: func(string) { told.Add(1) }, Start: func() *exec.Cmd {
		started.Add(1)
		return exec.Command("sh", "-c", "echo too little memory; kill -9 $$")
	}}
	err := p.Run(t.Context())
	if err == nil || !strings.Contains(err.Error(), "die again and again (signal: killed): too little memory") || started.Load() <= 2*attempts || told.Load() < 2*attempts {
		t.Errorf("%d processes, error %v", started.Load(), err)
	}
	p.Start = func() *exec.Cmd { return exec.Command("sh", "-c", "echo no such flag; exit 2") }
	if err := p.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "no such flag") {
		t.Errorf("error %v", err)
	}
}

// TestProcessesEndWithTheirInput: when the context ends, the input of the processes ends, and so do
// they.
func TestProcessesEndWithTheirInput(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	var started atomic.Int32
	p := &Processes{Number: 2, Tell: func(line string) { t.Error(line) }, Start: func() *exec.Cmd {
		if started.Add(1) == 2 {
			stop()
		}
		return exec.Command("cat")
	}}
	if err := p.Run(ctx); err != nil {
		t.Error(err)
	}
}
