//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package store

import (
	"errors"
	"os"
	"syscall"
)

// lock locks an open file for this process, until the file is closed or the process ends in any
// way. The error is errInUse while another process holds the lock. On a file system without locks,
// lock does nothing.
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

// discard removes a locked file and then gives up the lock, so that no other process can lock a
// file that is about to be removed.
func discard(f *os.File) error { return errors.Join(os.Remove(f.Name()), f.Close()) }
