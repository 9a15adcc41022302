package store

import (
	"bufio"
	"errors"
	"os"
	"path/filepath"
)

// Aside is a file that is written step by step. It is a temporary file in the folder of its target
// until Commit gives it its name, so the target is always whole. A target that is no file, such as
// a device or a pipe, is written to as it is.
type Aside struct {
	*bufio.Writer
	path    string
	file    *os.File
	special bool
}

// CreateAside begins to write a file. The error is a WriteError.
func CreateAside(path string) (*Aside, error) { return createAside(path, "") }

// createAside does the same as CreateAside, with the temporary file in another folder of the same
// file system.
func createAside(path, folder string) (*Aside, error) {
	path, special := target(path)
	if folder == "" {
		folder = filepath.Dir(path)
	}
	a := &Aside{path: path, special: special}
	var err error
	if special {
		a.file, err = os.OpenFile(path, os.O_WRONLY, 0)
	} else {
		a.file, err = os.CreateTemp(folder, temporary+"*")
	}
	if err != nil {
		return nil, &WriteError{"write", path, err}
	}
	a.Writer = bufio.NewWriterSize(a.file, 1<<16)
	return a, nil
}

// Commit completes the file and gives it its name. After an error, an old file is as it was. The
// error is a WriteError.
func (a *Aside) Commit() error {
	err := a.Flush()
	if !a.special && err == nil {
		err = errors.Join(a.file.Chmod(0o644), a.file.Sync())
	}
	if err = errors.Join(err, a.file.Close()); err == nil && !a.special {
		err = os.Rename(a.file.Name(), a.path)
	}
	if err != nil {
		if !a.special {
			err = errors.Join(err, os.Remove(a.file.Name()))
		}
		return &WriteError{"write", a.path, err}
	}
	return nil
}

// Discard removes what was written. It must not be called after Commit.
func (a *Aside) Discard() error {
	if a.special {
		return a.file.Close()
	}
	return discard(a.file)
}
