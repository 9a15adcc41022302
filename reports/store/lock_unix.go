//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package store

import (
	"errors"
	"os"
	"syscall"
)

// lock gives an open file to this process alone, until the file is closed or the process ends, in
// whatever way it ends. The error is errInUse while another process has it. A file system without
// locks lets every process have the file.
func lock(f *os.File) error {
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case errors.Is(err, syscall.EINTR):
			continue
		case errors.Is(err, syscall.EWOULDBLOCK):
			return errInUse
		case errors.Is(err, errors.ErrUnsupported), errors.Is(err, syscall.ENOLCK):
			return nil
		}
		return err
	}
}

// discard removes a locked file and then gives up the lock, so that no other process can get a lock
// on a file that is about to vanish.
func discard(f *os.File) error { return errors.Join(os.Remove(f.Name()), f.Close()) }
