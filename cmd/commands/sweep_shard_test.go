package commands

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestKilledShardsGoOn kills a shard of about forty runs three times. In the end it is the same
// bytes as without a kill, and nothing else is left. Merge has the exit code 1 while runs are
// missing, and 2 for a shard that is given twice.
func TestKilledShardsGoOn(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "queue.yaml"), []byte(queueScenario), 0o666); err != nil {
		t.Fatal(err)
	}
	sweep := func(more ...string) []string {
		return append([]string{"sweep", "queue.yaml", "--parallel", "2", "--vary", "workload[0].arrivals.poisson.rate=50/s..95/s/8"}, more...)
	}
	must := func(args []string) string {
		t.Helper()
		out, err := wavetank(t, dir, args...).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	must(sweep("--shard", "0/2", "--out", "whole"))
	cut := filepath.Join(dir, "cut")
	for range 3 {
		before := sizeOf(cut)
		const someRuns = 8_000 // bytes, about
		killed(t, func() bool { return sizeOf(cut) > before+someRuns }, wavetank(t, dir, sweep("--shard", "0/2", "--out", "cut")...))
	}
	var missing bytes.Buffer
	merge := wavetank(t, dir, "merge", "cut")
	merge.Stderr = &missing
	if err := merge.Run(); err == nil || merge.ProcessState.ExitCode() != failed || !strings.Contains(missing.String(), "a process writes this shard, or was killed") {
		t.Errorf("merging an unfinished shard: %v, %s", err, missing.String())
	}
	if out := must(sweep("--shard", "0/2", "--out", "cut")); !strings.Contains(out, "are in cut already\n") {
		t.Errorf("no runs were kept:\n%s", out)
	}
	want, got := contentsOf(t, filepath.Join(dir, "whole")), contentsOf(t, filepath.Join(dir, "cut"))
	if len(want) != 1 || !cmp.Equal(want, got) {
		t.Errorf("the shard differs from one that was not killed, among %d and %d files", len(want), len(got))
	}
	merge = wavetank(t, dir, "merge", "cut", "cut")
	if out, err := merge.CombinedOutput(); err == nil || merge.ProcessState.ExitCode() != badInput {
		t.Errorf("merging shards twice: %v\n%s", err, out)
	}
}

// sizeOf returns the size of all files in a folder; 0 if there is none.
func sizeOf(dir string) (size int64) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return 0
	}
	for _, f := range files {
		if info, err := f.Info(); err == nil {
			size += info.Size()
		}
	}
	return size
}
