package workers

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"wavetank/scenarios/library"
	"wavetank/scenarios/study"
	"wavetank/workload/table"
)

// inputs returns the names of the files that the settings of a study read, each once.
func inputs(s *study.Study) (names []string) {
	known := map[string]bool{}
	for _, c := range s.Cells {
		for _, in := range c.Experiment.Inputs {
			if !known[in.File] {
				known[in.File] = true
				names = append(names, in.File)
			}
		}
	}
	slices.Sort(names)
	return names
}

// send stores the files that the settings of a study read, and notes them in the work. Shipped
// files are in every program. open returns the file with a name.
func (w *SweepWork) send(ctx context.Context, store jetstream.ObjectStore, s *study.Study, open func(name string) table.File) error {
	var faults []error
	for _, name := range inputs(s) {
		if w.Shipped && library.Has(name) {
			continue
		}
		faults = append(faults, w.sendOne(ctx, store, name, open(name)))
	}
	return errors.Join(faults...)
}

// sendOne stores a file, or the files of a folder.
func (w *SweepWork) sendOne(ctx context.Context, store jetstream.ObjectStore, name string, from table.File) error {
	folder, err := from.Folder()
	if err != nil { // it is a file
		info, err := os.Stat(from.Name)
		if err != nil {
			return err
		}
		return w.store(ctx, store, WorkFile{Name: name, Runs: info.Mode()&0o111 != 0}, from.Open)
	}
	entries, err := fs.ReadDir(folder, ".")
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !e.Type().IsRegular() {
			continue
		}
		open := func() (io.ReadCloser, error) { return folder.Open(e.Name()) }
		if err := w.store(ctx, store, WorkFile{Name: path.Join(filepath.ToSlash(name), e.Name())}, open); err != nil {
			return err
		}
	}
	return nil
}

func (w *SweepWork) store(ctx context.Context, store jetstream.ObjectStore, f WorkFile, open func() (io.ReadCloser, error)) error {
	r, err := open()
	if err != nil {
		return err
	}
	h := sha256.New()
	_, err = io.Copy(h, r)
	if err = errors.Join(err, r.Close()); err != nil {
		return err
	}
	f.SHA256 = hex.EncodeToString(h.Sum(nil))
	w.Files = append(w.Files, f)
	return putFrom(ctx, store, f.SHA256, open)
}

// layout says where the files of a scenario lie in a folder of a worker. The folder of the scenario
// is so deep in it that names which begin with "../" stay within.
type layout struct {
	root string
	home string // folder of the scenario, relative to root
}

func layoutOf(root string, files []WorkFile) layout {
	up := 0
	for _, f := range files {
		if !filepath.IsAbs(f.Name) {
			up = max(up, strings.Count("/"+path.Clean(filepath.ToSlash(f.Name)), "/.."))
		}
	}
	return layout{root, path.Join("relative", strings.Repeat("up/", up), "scenario")}
}

// folder returns the folder of the scenario.
func (l layout) folder() string { return filepath.Join(l.root, filepath.FromSlash(l.home)) }

// at returns the path of a file with a name. It is always within the folder of the worker.
func (l layout) at(name string) string {
	if filepath.IsAbs(name) {
		volume := filepath.VolumeName(name)
		name = path.Join("absolute", strings.Trim(volume, `:\/`), filepath.ToSlash(name[len(volume):]))
	} else {
		// a name that leads further up ends in /
		name = path.Join("/", l.home, filepath.ToSlash(name))
	}
	return filepath.Join(l.root, filepath.FromSlash(name))
}

// fetch writes the files of a scenario to their places. A file is checked by its SHA-256.
func (w *SweepWork) fetch(ctx context.Context, store jetstream.ObjectStore, l layout) error {
	if err := os.MkdirAll(l.folder(), 0o700); err != nil {
		return err
	}
	for _, f := range w.Files {
		if err := f.fetch(ctx, store, l.at(f.Name)); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	return nil
}

func (f *WorkFile) fetch(ctx context.Context, store jetstream.ObjectStore, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	mode := os.FileMode(0o600)
	if f.Runs {
		mode = 0o700
	}
	return steadily(ctx, func(limited context.Context) error {
		info, err := store.GetInfo(limited, f.SHA256)
		if err != nil {
			return err
		}
		const slowest = 1 << 20 // bytes per second
		longest, cancel := context.WithTimeout(ctx, longestCall+time.Duration(info.Size/slowest)*time.Second)
		defer cancel()
		from, err := store.Get(longest, f.SHA256)
		if err != nil {
			return err
		}
		out, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, mode)
		if err != nil {
			return errors.Join(err, from.Close())
		}
		h := sha256.New()
		_, err = io.Copy(io.MultiWriter(out, h), from)
		if err = errors.Join(err, out.Close(), from.Close()); err != nil {
			return err
		}
		return same(f.SHA256, [sha256.Size]byte(h.Sum(nil)))
	})
}
