package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// WriteError is a file that cannot be written, or a part of a folder that cannot be changed.
type WriteError struct {
	Verb, Path string // such as "write" and "out/report.md"
	Err        error
}

func (w *WriteError) Error() string { return fmt.Sprintf("%s %s: %v", w.Verb, w.Path, bare(w.Err)) }
func (w *WriteError) Unwrap() error { return w.Err }

// Writable reports a file that WriteWhole cannot write, and leaves everything as it is. The disk
// may still be full later. The error is a WriteError.
func Writable(path string) error {
	path, special := target(path)
	if special {
		return nil
	}
	staged, err := stage(path, nil)
	if err == nil {
		err = os.Remove(staged)
	}
	if err != nil {
		return &WriteError{"write", path, err}
	}
	return nil
}

// target returns the file that a path names behind links, and whether it is none, such as a device
// or a pipe.
func target(path string) (file string, special bool) {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	info, err := os.Stat(path)
	return path, err == nil && !info.Mode().IsRegular() && !info.IsDir()
}

// WriteWhole replaces a file. It writes a temporary file in the same folder and renames it, so the
// file is always whole. A link stays, and the file that it names is replaced. Anything
// other than a file, such as a device or a pipe, is written to as it is. The error is a WriteError.
func WriteWhole(path string, data []byte) error {
	path, special := target(path)
	if special {
		if err := os.WriteFile(path, data, 0o644); err != nil {
			return &WriteError{"write", path, err}
		}
		return nil
	}
	staged, err := stage(path, data)
	if err == nil {
		if err = os.Rename(staged, path); err != nil {
			err = errors.Join(err, os.Remove(staged))
		}
	}
	if err != nil {
		return &WriteError{"write", path, err}
	}
	return nil
}

// bare removes the name of a temporary file from an error.
func bare(err error) error {
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		return at.Err
	}
	if at, ok := errors.AsType[*os.LinkError](err); ok {
		return at.Err
	}
	return err
}

// stage writes the data for path to a temporary file in the same folder, and returns its name.
// After an error no temporary file is left.
func stage(path string, data []byte) (staged string, err error) {
	f, err := os.CreateTemp(filepath.Dir(path), temporary+"*")
	if err != nil {
		return "", err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		err = errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), err
}
