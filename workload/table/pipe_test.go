//go:build unix

package table

import (
	"path/filepath"
	"syscall"
	"testing"
)

// Opening a pipe would wait for its other end, which is never opened.
func TestPipesAndDevicesAreNoTraces(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skipf("no pipe can be made: %v", err)
	}
	for _, path := range []string{pipe, "/dev/null"} {
		mentions(t, second(OnDisk(path).Open()), "is a pipe or device")
	}
}
