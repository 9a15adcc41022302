//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows)

package store

import (
	"errors"
	"os"
)

// lock does nothing: this system has no locks that end with their process, and a lock that outlives
// it would keep later runs out.
func lock(*os.File) error { return nil }

// discard removes the file.
func discard(f *os.File) error { return errors.Join(f.Close(), os.Remove(f.Name())) }
