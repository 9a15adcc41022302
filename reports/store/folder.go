package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Folder is a folder of results. It is locked: only this process may write to it until Release.
//
// The process may be killed at any instant, because files are written in this order:
//
//  1. All files are written under temporary names, so that a full disk changes nothing.
//  2. The lock file gets the hash of the experiment. A process that finds a hash there knows which
//     experiment the files belong to, even if there is no manifest.
//  3. The files are renamed one after another: the data, the manifest, the report and figures.
//  4. The lock file is emptied.
//
// A reader compares the data with the checksums of the manifest. The checksums never match a
// mixture of old and new files.
type Folder struct {
	layout Layout
	dir    string
	hash   string // hash of the experiment
	locked *os.File
	made   bool // this process made the folder
	// step is called before every change of a file. Its error prevents the change. Tests use it to
	// watch and interrupt the changes.
	step func(change string) error
}

// Lock takes a folder for the results of the experiment with this hash. It makes the folder if it
// is absent. It is an error if another process is at work in the folder, if the folder cannot be
// written to, or if it holds anything that does not come from this experiment. Complete or
// incomplete results of the same experiment may be overwritten.
func (l Layout) Lock(dir, hash string) (*Folder, error) {
	f, err := l.take(dir)
	if err == nil {
		f.hash = hash
		if err = f.belongs(); err != nil {
			err = errors.Join(err, f.Release())
		}
	}
	if err != nil {
		return nil, fmt.Errorf("output folder %s: %w", dir, err)
	}
	return f, nil
}

// take makes the folder if it is absent, and locks it.
func (l Layout) take(dir string) (*Folder, error) {
	f := &Folder{layout: l, dir: dir, step: func(string) error { return nil }}
	for {
		_, absent := os.Stat(dir)
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return nil, err
		}
		f.made = f.made || absent != nil
		file, err := os.OpenFile(f.path(lockFile), os.O_RDWR|os.O_CREATE, 0o666)
		if err != nil {
			return nil, fmt.Errorf("cannot write to it: %w", err)
		}
		if err := lock(file); err != nil {
			return nil, errors.Join(err, file.Close())
		}
		// Another process may have removed the file after it was opened here. Then the lock
		// protects nothing, so lock again.
		held, err := file.Stat()
		if err != nil {
			return nil, errors.Join(err, file.Close())
		}
		if there, err := os.Stat(f.path(lockFile)); err == nil && os.SameFile(held, there) {
			f.locked = file
			return f, nil
		}
		if err := file.Close(); err != nil {
			return nil, err
		}
	}
}

// belongs returns an error that says why the experiment may not write to the folder, or nil if it
// may.
func (f *Folder) belongs() error {
	const advice = "name another folder with --out, or delete this one"
	foreign, results, err := f.layout.survey(f.dir)
	switch {
	case err != nil:
		return err
	case len(foreign) > 0:
		return fmt.Errorf("holds files that are not results (%s); %s", strings.Join(first(foreign, 3), ", "), advice)
	case results == 0:
		return nil
	}
	switch owner := f.owner(); {
	case owner == f.hash:
		return nil
	case owner != "":
		return fmt.Errorf("holds another experiment, cut off while it was written: hash %.12s, not %.12s; %s", owner, f.hash, advice)
	}
	stored, err := identify(f.dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("holds results without a %s; %s", manifestFile, advice)
	case err != nil:
		return fmt.Errorf("%w; %s", err, advice)
	case stored.Hash != f.hash:
		return fmt.Errorf("holds another experiment: %s, not %.12s; %s", stored, f.hash, advice)
	}
	return nil
}

// Release unlocks the folder. It removes the lock file, and the folder if this process made it and
// it is empty.
func (f *Folder) Release() error {
	if f.owner() != "" { // some files are not renamed yet: keep the hash
		return f.locked.Close()
	}
	err := discard(f.locked)
	if f.made {
		_ = os.Remove(f.dir) // fails if there are results
	}
	return err
}

// hashLength is the number of characters of a hash.
const hashLength = 64

// owner returns the hash in the lock file. It returns "" if there is no hash, or only a part of
// one.
func (f *Folder) owner() string {
	text := make([]byte, hashLength)
	if _, err := f.locked.ReadAt(text, 0); err != nil {
		return ""
	}
	return string(text)
}

// mark writes the hash of the experiment to the lock file.
func (f *Folder) mark() error {
	if f.owner() == f.hash {
		return nil
	}
	_, err := f.locked.WriteAt([]byte(f.hash), 0)
	if err == nil {
		err = f.locked.Sync()
	}
	if err != nil {
		err = errors.Join(err, f.locked.Truncate(0))
	}
	return err
}

// put replaces files of the folder, in the order of the list. It removes an old report and old
// figures that are not in the list. An error names the file. No old file is touched before all new
// files are written.
func (f *Folder) put(list []FileData) (err error) {
	if err := f.sweep(); err != nil { // temporary files of a killed process
		return err
	}
	defer func() {
		err = errors.Join(err, f.sweep())
		_ = os.Remove(f.path(FiguresFolder)) // fails if there are figures
	}()
	staged := make([]string, len(list))
	for i, c := range list {
		if err := f.change("write", c.Name, func(path string) (err error) {
			if err = os.MkdirAll(filepath.Dir(path), 0o777); err == nil {
				staged[i], err = stage(path, c.Data)
			}
			return err
		}); err != nil {
			return err
		}
	}
	if err := f.change("write", lockFile, func(string) error { return f.mark() }); err != nil {
		return err
	}
	for _, name := range f.layout.drawn() {
		if name != ReportFile && name != PageFile && slices.ContainsFunc(list, func(c FileData) bool { return c.Name == name }) {
			continue
		}
		if _, err := os.Lstat(f.path(name)); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err := f.change("remove", name, os.Remove); err != nil {
			return err
		}
	}
	for i, c := range list {
		if err := f.change("write", c.Name, func(path string) error { return os.Rename(staged[i], path) }); err != nil {
			return err
		}
	}
	return f.change("write", lockFile, func(string) error { return f.locked.Truncate(0) })
}

// change calls step, then makes a change to a file of the folder.
func (f *Folder) change(verb, name string, do func(path string) error) error {
	path := f.path(name)
	err := f.step(verb + " " + name)
	if err == nil {
		err = do(path)
	}
	if err != nil {
		return &WriteError{verb, path, err}
	}
	return nil
}

func (f *Folder) path(name string) string { return filepath.Join(f.dir, filepath.FromSlash(name)) }

// sweep removes temporary files.
func (f *Folder) sweep() error {
	var faults []error
	for _, folder := range []string{f.dir, f.path(FiguresFolder)} {
		entries, err := os.ReadDir(folder)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			faults = append(faults, err)
		}
		for _, e := range entries {
			if isTemporary(e.Name()) {
				faults = append(faults, os.Remove(filepath.Join(folder, e.Name())))
			}
		}
	}
	return errors.Join(faults...)
}

// survey lists the files and folders in dir that no run makes, and counts the files that are
// results.
func (l Layout) survey(dir string) (foreign []string, results int, err error) {
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		switch {
		case entry.IsDir() && name == FiguresFolder:
		case entry.IsDir():
			foreign = append(foreign, name+"/")
			return fs.SkipDir
		case name == lockFile, isRuns(name), isTemporary(entry.Name()): // left by a killed run
		case slices.Contains(l.files(), name):
			results++
		default:
			foreign = append(foreign, name)
		}
		return nil
	})
	return foreign, results, err
}

func first(list []string, n int) []string {
	if len(list) > n {
		return append(slices.Clone(list[:n]), "…")
	}
	return list
}
