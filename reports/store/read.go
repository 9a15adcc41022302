package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"wavetank/sim/spelling"
)

// Open takes a folder of results and reads it, so that its report can be drawn again. It fails
// while a run is at work in the folder.
func (l Layout) Open(dir string) (*Folder, Archive, error) {
	fail := func(err error) (*Folder, Archive, error) {
		return nil, Archive{}, fmt.Errorf("read results in %s: %w", dir, err)
	}
	if err := examine(dir); err != nil {
		return fail(err)
	}
	f, err := l.take(dir)
	if err != nil {
		return fail(err)
	}
	r, err := l.read(dir)
	if err != nil {
		if f.owner() != "" {
			err = fmt.Errorf("%w\na run was cut off while it stored its results here; the same command completes them", err)
		}
		return fail(errors.Join(err, f.Release()))
	}
	f.hash = r.Manifest.Hash()
	return f, r, nil
}

// examine returns an error if a path is not that of a folder that holds results or is being written
// to.
func examine(dir string) error {
	if info, err := os.Stat(dir); dir == "" || errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no such folder%s", spelling.Meant(filepath.Base(dir), foldersIn(filepath.Dir(dir))))
	} else if err == nil && !info.IsDir() {
		return errors.New("it is a file, not the folder that a run writes")
	}
	if _, err := os.Stat(filepath.Join(dir, manifestFile)); err != nil && !Holds(dir) {
		return missing(manifestFile, err) // no results were ever stored here
	}
	return nil
}

// foldersIn lists the folders in a folder.
func foldersIn(dir string) (names []string) {
	entries, _ := os.ReadDir(dir) // a folder that cannot be read has no names to suggest
	for _, entry := range entries {
		if entry.IsDir() {
			names = append(names, entry.Name())
		}
	}
	return names
}

// IsSweep reports whether a folder holds the results of a sweep. Whatever is wrong with the folder,
// the answer is no; reading it as a run says what is wrong.
func IsSweep(dir string) bool {
	stored, _ := readManifest(dir)
	return stored.Manifest.Sweep != nil
}

// Read returns exactly the results that Write has stored. It compares all of them with the
// checksums. The error names every file and every field of the manifest that changed after it was
// written. It does not lock the folder: it may be one that this process cannot write to.
func (l Layout) Read(dir string) (Archive, error) {
	if err := examine(dir); err != nil {
		return Archive{}, fmt.Errorf("read results in %s: %w", dir, err)
	}
	r, err := l.read(dir)
	if err != nil && unfinished(dir) {
		err = fmt.Errorf("%w\na run is at work here, or was cut off before it stored all of its results", err)
	}
	if err != nil {
		return Archive{}, fmt.Errorf("read results in %s: %w", dir, err)
	}
	return r, nil
}

func (l Layout) read(dir string) (Archive, error) {
	stored, err := readManifest(dir)
	r := Archive{Manifest: stored.Manifest}
	if swept := r.Manifest.Sweep != nil; err == nil && swept != l.Swept {
		kinds := map[bool]string{true: "a sweep", false: "a run"}
		return r, fmt.Errorf("it holds %s, not %s", kinds[swept], kinds[l.Swept])
	}
	if stored.Files != nil {
		err = errors.Join(err, l.readData(dir, stored.Files, &r))
	}
	return r, err
}

// readData reads the data files. It compares all files that the manifest lists with their
// checksums.
func (l Layout) readData(dir string, files []FileSum, into *Archive) error {
	var faults []error
	listed := map[string]bool{}
	for _, entry := range files {
		listed[entry.File] = true
		if !filepath.IsLocal(entry.File) {
			faults = append(faults, fmt.Errorf("%s: files: %q is not in this folder", manifestFile, entry.File))
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, entry.File))
		switch {
		case err != nil:
			faults = append(faults, missing(entry.File, err))
			continue
		case checksum(data) != entry.SHA256:
			faults = append(faults, fmt.Errorf("%s: its checksum is not the one in %s: it was changed, "+
				"or a run was cut off while it wrote; run again", entry.File, manifestFile))
			continue
		}
		at := slices.IndexFunc(l.measured(), func(f dataFile) bool { return f.name == entry.File })
		if at < 0 || l.measured()[at].decode == nil {
			continue
		}
		if err := l.measured()[at].decode(data, into); err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", entry.File, err))
		}
	}
	for _, name := range l.data() {
		if !listed[name] {
			faults = append(faults, fmt.Errorf("%s: files: %s is not among them: "+
				"the results are of another version of wavetank; run again", manifestFile, name))
		}
	}
	return errors.Join(faults...)
}

// Holds reports whether a folder holds results, or is being written to by a run.
func Holds(dir string) bool {
	_, complete := os.Stat(filepath.Join(dir, manifestFile))
	_, locked := os.Stat(filepath.Join(dir, lockFile))
	return complete == nil || locked == nil
}

// unfinished reports whether a run is at work in a folder, or was cut off in it.
func unfinished(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, lockFile))
	return err == nil
}
