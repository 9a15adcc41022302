package store

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// lock locks an open file for this process, until the file is closed or the process ends in any
// way. The error is errInUse while another process holds the lock. The locked byte lies far behind
// the end of the file, because a locked byte cannot be read.
func lock(f *os.File) error {
	at := &windows.Overlapped{OffsetHigh: 1}
	err := windows.LockFileEx(windows.Handle(f.Fd()),
		windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, at)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) || errors.Is(err, windows.ERROR_IO_PENDING) {
		return errInUse
	}
	return err
}

// discard gives up the lock and removes the file. The file stays if another process has opened it
// in the meantime.
func discard(f *os.File) error {
	err := f.Close()
	_ = os.Remove(f.Name())
	return err
}
