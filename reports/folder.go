package reports

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Folder is a folder of results that is this process's alone, until it is released.
//
// Files are put there so that the process may be killed at any instant. All of them are written
// under temporary names first, so that a full disk changes nothing. Then the claim file names the
// experiment. The files are renamed one after another, the manifest behind the data and the report
// behind all, and the claim file is emptied. Whoever finds a name in the claim file knows whose
// files these are although no manifest may say so. Whoever reads holds the data against the sums of
// the manifest, which are never true of a mixture of old and new files.
type Folder struct {
	dir   string
	hash  string   // of the experiment
	claim *os.File // locked
	made  bool     // by this process
	// step is told of every change before it is made, and may forbid it. Tests look and break in
	// here.
	step func(change string) error
}

// claimFile is locked by the process that writes to the folder. It holds the hash of the experiment
// whose files are being put in place. It is there only for so long, unless the process is killed.
const claimFile = ".claim"

var errInUse = errors.New("another wavetank is at work in it; wait until it has ended")

// Claim takes a folder for the results of the experiment with this hash. The folder is made where
// it is absent. Nobody else may be at work in it, it can be written to, and it holds nothing that
// is not this experiment's. An earlier run of the same experiment may be overwritten, whole or cut
// off.
func Claim(dir, hash string) (*Folder, error) {
	f, err := take(dir)
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

// take makes the folder where it is absent, and locks it.
func take(dir string) (*Folder, error) {
	f := &Folder{dir: dir, step: func(string) error { return nil }}
	for {
		_, absent := os.Stat(dir)
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return nil, err
		}
		f.made = f.made || absent != nil
		claim, err := os.OpenFile(f.path(claimFile), os.O_RDWR|os.O_CREATE, 0o666)
		if err != nil {
			return nil, fmt.Errorf("cannot write to it: %w", err)
		}
		if err := lock(claim); err != nil {
			return nil, errors.Join(err, claim.Close())
		}
		// The one before may have removed the file after it was opened here. Then the lock is worth
		// nothing.
		held, err := claim.Stat()
		if err != nil {
			return nil, errors.Join(err, claim.Close())
		}
		if there, err := os.Stat(f.path(claimFile)); err == nil && os.SameFile(held, there) {
			f.claim = claim
			return f, nil
		}
		if err := claim.Close(); err != nil {
			return nil, err
		}
	}
}

// belongs says why the experiment may not write to the folder.
func (f *Folder) belongs() error {
	const advice = "name another folder with --out, or delete this one"
	foreign, results, err := survey(f.dir)
	switch {
	case err != nil:
		return err
	case len(foreign) > 0:
		return fmt.Errorf("holds files that are not results (%s); %s", strings.Join(first(foreign, 3), ", "), advice)
	case results == 0:
		return nil
	}
	switch owner := f.claimed(); {
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

// Release gives the folder to others. It leaves nothing behind but results.
func (f *Folder) Release() error {
	if f.claimed() != "" { // the files are not in place yet
		return f.claim.Close()
	}
	err := discard(f.claim)
	if f.made {
		_ = os.Remove(f.dir) // which fails where there are results
	}
	return err
}

// hashLength is the number of characters of a hash.
const hashLength = 64

// claimed returns the hash in the claim file; empty where there is none, or only a part of one.
func (f *Folder) claimed() string {
	text := make([]byte, hashLength)
	if _, err := f.claim.ReadAt(text, 0); err != nil {
		return ""
	}
	return string(text)
}

// mark writes the hash of the experiment to the claim file.
func (f *Folder) mark() error {
	if f.claimed() == f.hash {
		return nil
	}
	_, err := f.claim.WriteAt([]byte(f.hash), 0)
	if err == nil {
		err = f.claim.Sync()
	}
	if err != nil {
		err = errors.Join(err, f.claim.Truncate(0))
	}
	return err
}

// content is a file to be put in the folder.
type content struct {
	name string // relative to the folder, with slashes
	data []byte
}

// put replaces files of the folder, in their order, and removes what was drawn before and is not
// among them. The error names the file. Until all files are written, an error changes nothing.
func (f *Folder) put(list []content) (err error) {
	if err := f.sweep(); err != nil { // of a process that was killed
		return err
	}
	defer func() {
		err = errors.Join(err, f.sweep())
		_ = os.Remove(f.path(figuresFolder)) // which fails where there are figures
	}()
	staged := make([]string, len(list))
	for i, c := range list {
		if err := f.change("write", c.name, func(path string) (err error) {
			if err = os.MkdirAll(filepath.Dir(path), 0o777); err == nil {
				staged[i], err = stage(path, c.data)
			}
			return err
		}); err != nil {
			return err
		}
	}
	if err := f.change("write", claimFile, func(string) error { return f.mark() }); err != nil {
		return err
	}
	for _, name := range drawn() {
		if name != reportFile && slices.ContainsFunc(list, func(c content) bool { return c.name == name }) {
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
		if err := f.change("write", c.name, func(path string) error { return os.Rename(staged[i], path) }); err != nil {
			return err
		}
	}
	return f.change("write", claimFile, func(string) error { return f.claim.Truncate(0) })
}

// change makes a change to a file of the folder.
func (f *Folder) change(verb, name string, do func(path string) error) error {
	path := f.path(name)
	err := f.step(verb + " " + name)
	if err == nil {
		err = do(path)
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w", verb, path, bare(err))
	}
	return nil
}

func (f *Folder) path(name string) string { return filepath.Join(f.dir, filepath.FromSlash(name)) }

// sweep removes temporary files.
func (f *Folder) sweep() error {
	var faults []error
	for _, folder := range []string{f.dir, f.path(figuresFolder)} {
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

// survey lists what no run would have made, and counts what one would.
func survey(dir string) (foreign []string, results int, err error) {
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
		case entry.IsDir() && name == figuresFolder:
		case entry.IsDir():
			foreign = append(foreign, name+"/")
			return fs.SkipDir
		case name == claimFile, isTemporary(entry.Name()): // perhaps of a run that was killed
		case slices.Contains(written(), name):
			results++
		default:
			foreign = append(foreign, name)
		}
		return nil
	})
	return foreign, results, err
}

// written lists every file that a run may make.
func written() []string {
	names := append(drawn(), manifestFile)
	for _, f := range dataFiles {
		names = append(names, f.name)
	}
	return names
}

// drawn lists every file that is made from the data.
func drawn() []string {
	names := []string{reportFile}
	for _, f := range figures {
		names = append(names, figuresFolder+"/"+f.name+".png", figuresFolder+"/"+f.name+".svg")
	}
	return names
}

func first(list []string, n int) []string {
	if len(list) > n {
		return append(slices.Clone(list[:n]), "…")
	}
	return list
}
