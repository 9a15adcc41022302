package store

import (
	"errors"
	"fmt"
	"sync"
)

// Write replaces all results in the folder: the measured data, the derived data, the manifest with
// the checksums of both, and the drawn files (the report and the figures). They are drawn while the
// data are encoded. Equal results give equal bytes. An error names the file. No old file is
// replaced before all new files are on the disk.
func (f *Folder) Write(r Archive, derived []FileData, draw func() []FileData) error {
	var drawn []FileData
	var drawing sync.WaitGroup
	drawing.Go(func() { drawn = draw() })
	list, err := f.layout.encode(&r, derived)
	drawing.Wait()
	if err != nil {
		return err
	}
	return f.put(append(list, drawn...))
}

// Redraw replaces the report and the figures.
func (f *Folder) Redraw(drawn []FileData) error { return f.put(drawn) }

// encode returns the data files, then the manifest with their checksums.
func (l Layout) encode(r *Archive, derived []FileData) (list []FileData, err error) {
	measured := l.measured()
	list = make([]FileData, len(measured))
	faults := make([]error, len(measured))
	var all sync.WaitGroup
	for i, f := range measured {
		all.Go(func() {
			list[i].Name = f.name
			if list[i].Data, faults[i] = f.encode(r); faults[i] != nil {
				faults[i] = fmt.Errorf("write %s: %w", f.name, faults[i])
			}
		})
	}
	all.Wait()
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	list = append(list, derived...)
	stored := sealed{Hash: r.Manifest.Hash(), Manifest: r.Manifest}
	for _, f := range list {
		stored.Files = append(stored.Files, FileSum{f.Name, checksum(f.Data)})
	}
	data, err := stored.encode()
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", manifestFile, err)
	}
	return append(list, FileData{manifestFile, data}), nil
}
