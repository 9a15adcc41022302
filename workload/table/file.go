package table

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// File is a file to be read. It may be opened many times, also at the same time.
type File struct {
	Name   string // name of the file in messages
	Open   func() (io.ReadCloser, error)
	Folder func() (fs.FS, error) // for a trace of many files; nil: the file cannot be a folder
	// Records says that rows are records of a document, not lines. Messages number them so.
	Records bool
}

// OnDisk returns the file at a path. It is opened by OpenFile.
func OnDisk(path string) File {
	folder := func() (fs.FS, error) {
		info, err := Stat(path)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			return nil, fmt.Errorf("%s is a file, not a folder", path)
		}
		return regular{os.DirFS(path)}, nil
	}
	return File{Name: path, Open: func() (io.ReadCloser, error) {
		f, err := OpenFile(path)
		if err != nil {
			return nil, err
		}
		return f, nil
	}, Folder: folder}
}

// regular is a folder in which only regular files and folders can be opened.
type regular struct{ fs.FS }

// Open implements fs.FS.
func (r regular) Open(name string) (fs.File, error) {
	info, err := fs.Stat(r.FS, name)
	if err == nil && !info.IsDir() && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is a pipe or device; it must be a file", name)
	}
	if err != nil {
		return nil, err
	}
	return r.FS.Open(name)
}

// OpenFile opens a file that a user names. It must be a regular file, because opening a pipe or
// reading a device may never end, and many files are read more than once.
func OpenFile(path string) (*os.File, error) {
	info, err := Stat(path)
	switch {
	case path == "":
		return nil, errors.New("no file is named")
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, fmt.Errorf("%s is a folder, not a file", path)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is a pipe or device; it must be a file, as it may be read more than once", path)
	}
	f, err := os.Open(path)
	return f, inWords(path, err)
}

// Stat describes a file or folder that a user names. Its error is in plain words.
func Stat(path string) (fs.FileInfo, error) {
	info, err := os.Stat(path)
	return info, inWords(path, err)
}

// inWords turns an error of the system into plain words.
func inWords(path string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return worded{path + ": there is no such file or folder", err}
	case errors.Is(err, fs.ErrPermission):
		return worded{path + ": reading it is not allowed", err}
	}
	return err
}

// worded is an error with another text.
type worded struct {
	text  string
	cause error
}

func (w worded) Error() string { return w.text }
func (w worded) Unwrap() error { return w.cause }

// Largest is the most bytes of a file that is read into memory as a whole.
const Largest = 1 << 30

// ReadFile returns the content of a file that a user names. It returns an error if the content has
// more than most bytes.
func ReadFile(path string, most int64) ([]byte, error) {
	f, err := OpenFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return ReadAll(path, f, most)
}

// ReadAll reads r to its end. It returns an error if r has more than most bytes. The name is for
// the error.
func ReadAll(name string, r io.Reader, most int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, most+1))
	if err == nil && int64(len(data)) > most {
		err = fmt.Errorf("%s is larger than %d MiB", name, most>>20)
	}
	return data, err
}
