package main

import (
	"bytes"
	"flag"
	"os"
	"runtime"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the page of the documentation")

// TestValidationPageIsWhatTheCommandPrints runs the quick validation, its negative control
// included, and holds the page of the documentation against what it prints. That it exits with 0
// says that the simulator agrees with theory and that the control was noticed.
func TestValidationPageIsWhatTheCommandPrints(t *testing.T) {
	var out, err bytes.Buffer
	if code := run(t.Context(), []string{"validate", "--quick", "--markdown"}, &out, &err); code != 0 {
		t.Fatalf("exit code %d: %s", code, err.String())
	}
	if runtime.GOARCH != "amd64" {
		t.Skip("the simulator agrees with theory; the page shows the digits of amd64")
	}
	const page = "../../docs/validation.md"
	if *update {
		if err := os.WriteFile(page, out.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, fault := os.ReadFile(page)
	if fault != nil {
		t.Fatal(fault)
	}
	if !bytes.Equal(out.Bytes(), want) {
		t.Error("docs/validation.md is not what the command prints; run this test with -update")
	}
}
