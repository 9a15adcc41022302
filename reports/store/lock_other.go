//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows)

package store

import (
	"errors"
	"os"
)

// lock does nothing. This system has no locks that end with their process, and a lock that outlives
// its process would block later runs.
func lock(*os.File) error { return nil }

// discard removes the file.
func discard(f *os.File) error { return errors.Join(f.Close(), os.Remove(f.Name())) }
