package commands

import (
	"bytes"
	"runtime"
	"testing"

	"wavetank/sim/simtest/golden"
)

// TestValidationPageIsWhatTheCommandPrints runs the quick validation with its negative control and
// compares the page of the documentation with what it prints. Exit code 0 says that the simulator
// agrees with theory and that the control was noticed.
func TestValidationPageIsWhatTheCommandPrints(t *testing.T) {
	var out, err bytes.Buffer
	if code := run(t.Context(), []string{"validate", "--quick", "--markdown"}, &out, &err); code != 0 {
		t.Fatalf("exit code %d: %s", code, err.String())
	}
	if runtime.GOARCH != "amd64" {
		t.Skip("the simulator agrees with theory; the page shows the digits of amd64")
	}
	golden.Check(t, "../../docs/validation.md", out.String())
}
