package store

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// lock gives an open file to this process alone, until the file is closed or the process ends, in
// whatever way it ends. The error is errInUse while another process has it. The byte that is locked
// lies far behind the end, because a locked byte cannot be read.
func lock(f *os.File) error {
	at := &windows.Overlapped{OffsetHigh: 1}
	err := windows.LockFileEx(windows.Handle(f.Fd()),
		windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, at)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) || errors.Is(err, windows.ERROR_IO_PENDING) {
		return errInUse
	}
	return err
}

// discard gives up the lock and removes the file. A file that another process has open by then
// stays.
func discard(f *os.File) error {
	err := f.Close()
	_ = os.Remove(f.Name())
	return err
}
