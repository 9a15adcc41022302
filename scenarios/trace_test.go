package scenarios

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"wavetank/workload"
)

func TestShippedTraceIsTheGeneratedOne(t *testing.T) {
	var trace bytes.Buffer
	if err := workload.WriteAzureFunctions(&trace, workload.FunctionsTrace{Seed: 1, Functions: 60, First: 1, Minutes: 240, PerMinute: 1500}); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("library", "azure-functions.csv")
	if *update {
		if err := os.WriteFile(path, trace.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	shipped, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(trace.Bytes(), shipped) {
		t.Error("the shipped trace is another; write it with -update")
	}
	if len(shipped) > 60_000 {
		t.Errorf("the shipped trace has %d bytes", len(shipped))
	}
}
