package reports

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// What lies in a folder of results beside the data files. Figures have a folder of their own.
const (
	manifestFile  = "manifest.json"
	reportFile    = "report.md"
	figuresFolder = "figures"
)

// Write stores the results in the folder, with their report and figures, in place of what it held.
// Equal results give equal bytes. An error names the file; before all files are written to the disk
// it has changed nothing. A report that cannot be drawn does not keep the data from being stored.
func (f *Folder) Write(r Results) error {
	s, err := analyse(r)
	if err != nil {
		return err
	}
	list, err := encode(&r, s)
	if err != nil {
		return err
	}
	drawn, fault := s.drawings()
	return errors.Join(f.put(append(list, drawn...)), fault)
}

// Draw makes the report and the figures of the results that the folder holds anew.
func (f *Folder) Draw(r Results) error {
	s, err := analyse(r)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	list, err := s.drawings()
	if err != nil {
		return err
	}
	return f.put(list)
}

// encode returns the data files and behind them the manifest with their checksums.
func encode(r *Results, s *study) (list []content, err error) {
	stored := filed{Hash: r.Manifest.Hash(), Manifest: r.Manifest}
	for _, f := range dataFiles {
		data, err := f.encode(r, s)
		if err != nil {
			return nil, fmt.Errorf("write %s: %w", f.name, err)
		}
		list = append(list, content{f.name, data})
		stored.Files = append(stored.Files, Input{f.name, checksum(data)})
	}
	data, err := stored.encode()
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", manifestFile, err)
	}
	return append(list, content{manifestFile, data}), nil
}

// Open takes a folder of results and reads it, so that its report can be drawn anew. It fails while
// a run is at work in the folder.
func Open(dir string) (*Folder, Results, error) {
	fail := func(err error) (*Folder, Results, error) {
		return nil, Results{}, fmt.Errorf("read results in %s: %w", dir, err)
	}
	if info, err := os.Stat(dir); dir == "" || errors.Is(err, fs.ErrNotExist) {
		return fail(errors.New("there is no such folder"))
	} else if err == nil && !info.IsDir() {
		return fail(errors.New("it is a file, not the folder that a run writes"))
	}
	_, complete := os.Stat(filepath.Join(dir, manifestFile))
	if _, err := os.Stat(filepath.Join(dir, claimFile)); err != nil && complete != nil {
		return fail(missing(manifestFile, complete)) // nothing was ever stored here
	}
	f, err := take(dir)
	if err != nil {
		return fail(err)
	}
	r, err := read(dir)
	if err != nil {
		if f.claimed() != "" {
			err = fmt.Errorf("%w\na run was cut off while it stored its results here; the same command completes them", err)
		}
		return fail(errors.Join(err, f.Release()))
	}
	f.hash = r.Manifest.Hash()
	return f, r, nil
}

// Read returns the results that Write has stored, exactly. Everything is held against the
// checksums. The error names every file, and every field of the manifest, that is not as it was
// written.
func Read(dir string) (Results, error) {
	r, err := read(dir)
	if err != nil {
		return Results{}, fmt.Errorf("read results in %s: %w", dir, err)
	}
	return r, nil
}

func read(dir string) (Results, error) {
	stored, err := readManifest(dir)
	r := Results{Manifest: stored.Manifest}
	if stored.Files != nil {
		err = errors.Join(err, stored.read(dir, &r))
	}
	return r, err
}

// read reads the data files and holds all files that the manifest lists against their checksums.
func (m *filed) read(dir string, into *Results) error {
	var faults []error
	listed := map[string]bool{}
	for _, entry := range m.Files {
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
	for _, f := range dataFiles {
		if !listed[f.name] {
			faults = append(faults, fmt.Errorf("%s: files: %s is not among them: "+
				"the results are of another version of wavetank; run again", manifestFile, f.name))
		}
	}
	return errors.Join(faults...)
}

func missing(name string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is missing: %w", name, fs.ErrNotExist)
	}
	return err
}

func checksum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
