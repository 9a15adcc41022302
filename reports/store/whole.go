package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// WriteWhole replaces a file. It writes a temporary file in the same folder and renames it, so the
// file is never half-written. If path is a link, the link stays and its target is replaced. If path
// is a device or a pipe, the data are written to it.
func WriteWhole(path string, data []byte) error {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		return os.WriteFile(path, data, 0o644)
	}
	staged, err := stage(path, data)
	if err == nil {
		if err = os.Rename(staged, path); err != nil {
			err = errors.Join(err, os.Remove(staged))
		}
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, bare(err))
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
