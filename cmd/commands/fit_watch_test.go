package commands

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestFitsTellTheirProgress(t *testing.T) {
	var out bytes.Buffer
	s := newFitWatch(t.Context(), &out)
	s.began = time.Now().Add(-4 * time.Second)
	for _, misfit := range []float64{0.25, 0.125} { // the second is too soon
		if err := s.update(misfit); err != nil {
			t.Fatal(err)
		}
	}
	s.began = s.began.Add(-5 * time.Second)
	if err := s.update(0.5); err != nil {
		t.Fatal(err)
	}
	const want = "after 4 s: fitting: 1 simulation; the differences of all quantities add up to 25 % at best\n" +
		"after 9 s: fitting: 3 simulations; the differences of all quantities add up to 12.5 % at best\n"
	if got := out.String(); got != want {
		t.Errorf("told is %q, want %q", got, want)
	}
}

// TestInterruptedFitsWriteNothing ends fits at their first simulation.
func TestInterruptedFitsWriteNothing(t *testing.T) {
	for args, text := range map[string]string{
		"fit log":    "send,first_token,last_token,input,output\n5,5.25,6.25,100,11\n6,6.5,7,50,6\n7,7.25,8,80,6\n",
		"fit points": "input,output,concurrency,ttft_ms,tpot_ms\n100,50,1,30,8\n100,50,4,40,9\n",
	} {
		folder := t.TempDir()
		in, made := filepath.Join(folder, "in.csv"), filepath.Join(folder, "made.yaml")
		if err := os.WriteFile(in, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		stop()
		var out, err bytes.Buffer
		code := run(ctx, append(strings.Fields(args), in, "--out", made), &out, &err)
		if code != interrupted || !strings.Contains(err.String(), "interrupted: no step-time file was written") {
			t.Errorf("%s: exit code %d, stderr %q", args, code, err.String())
		}
		if _, err := os.Stat(made); err == nil {
			t.Errorf("%s: a file is written", args)
		}
	}
}
