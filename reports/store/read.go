package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// Open takes a folder of results and reads it, so that its report can be drawn again. It fails
// while a run is at work in the folder.
func (l Layout) Open(dir string) (*Folder, Archive, error) {
	fail := func(err error) (*Folder, Archive, error) {
		return nil, Archive{}, fmt.Errorf("read results in %s: %w", dir, err)
	}
	if info, err := os.Stat(dir); dir == "" || errors.Is(err, fs.ErrNotExist) {
		return fail(errors.New("there is no such folder"))
	} else if err == nil && !info.IsDir() {
		return fail(errors.New("it is a file, not the folder that a run writes"))
	}
	_, complete := os.Stat(filepath.Join(dir, manifestFile))
	if _, err := os.Stat(filepath.Join(dir, lockFile)); err != nil && complete != nil {
		return fail(missing(manifestFile, complete)) // no results were ever stored here
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

// Read returns exactly the results that Write has stored. It compares all of them with the
// checksums. The error names every file and every field of the manifest that changed after it was
// written.
func (l Layout) Read(dir string) (Archive, error) {
	r, err := l.read(dir)
	if err != nil {
		return Archive{}, fmt.Errorf("read results in %s: %w", dir, err)
	}
	return r, nil
}

func (l Layout) read(dir string) (Archive, error) {
	stored, err := readManifest(dir)
	r := Archive{Manifest: stored.Manifest}
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
		at := slices.IndexFunc(dataFiles, func(f dataFile) bool { return f.name == entry.File })
		if at < 0 || dataFiles[at].decode == nil {
			continue
		}
		if err := dataFiles[at].decode(data, into); err != nil {
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
