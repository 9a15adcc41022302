package reports

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
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

// filed is the manifest as it lies on disk: with the hash of the experiment, and checksums of the data.
type filed struct {
	Hash string `json:"hash"`
	Manifest
	Files []Input `json:"files"`
}

// Write stores the results in a folder, which is made where it is absent, and then its report and figures.
// Every file appears whole or not at all; equal results give equal bytes. The manifest comes after the data,
// so that a folder with a manifest is complete.
func Write(dir string, r Results) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return fmt.Errorf("write results: %w", err)
	}
	record := filed{Hash: r.Manifest.Hash(), Manifest: r.Manifest}
	for _, f := range dataFiles {
		data, err := f.encode(&r)
		if err != nil {
			return fmt.Errorf("write %s: %w", f.name, err)
		}
		if err := WriteWhole(filepath.Join(dir, f.name), data); err != nil {
			return err
		}
		record.Files = append(record.Files, Input{f.name, checksum(data)})
	}
	data, err := encodeManifest(record)
	if err != nil {
		return fmt.Errorf("write %s: %w", manifestFile, err)
	}
	if err := WriteWhole(filepath.Join(dir, manifestFile), data); err != nil {
		return err
	}
	return render(dir, r)
}

// Read returns the results that Write has stored, exactly.
func Read(dir string) (Results, error) {
	fail := func(err error) (Results, error) {
		return Results{}, fmt.Errorf("read results in %s: %w", dir, err)
	}
	stored, err := readManifest(dir)
	if err != nil {
		return fail(err)
	}
	r := Results{Manifest: stored.Manifest}
	var faults []error
	for _, f := range dataFiles {
		if f.decode != nil {
			faults = append(faults, load(dir, f, stored.Files, &r))
		}
	}
	if err := errors.Join(faults...); err != nil {
		return fail(err)
	}
	return r, nil
}

// Rebuild writes the report and the figures of stored results anew.
func Rebuild(dir string) error {
	r, err := Read(dir)
	if err != nil {
		return err
	}
	return render(dir, r)
}

func load(dir string, f dataFile, files []Input, into *Results) error {
	data, err := os.ReadFile(filepath.Join(dir, f.name))
	if err != nil {
		return missing(f.name, err)
	}
	if err := f.decode(data, into); err != nil {
		return fmt.Errorf("%s: %w", f.name, err)
	}
	if slices.Contains(files, Input{f.name, checksum(data)}) {
		return nil
	}
	return fmt.Errorf("%s: checksum differs from the one in %s: changed since, or written by a run that was cut off; run again", f.name, manifestFile)
}

func readManifest(dir string) (filed, error) {
	data, err := os.ReadFile(filepath.Join(dir, manifestFile))
	if err != nil {
		return filed{}, missing(manifestFile, err)
	}
	var record filed
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&record); err != nil {
		return filed{}, fmt.Errorf("%s: %w", manifestFile, err)
	}
	if record.Hash != record.Manifest.Hash() {
		return filed{}, fmt.Errorf("%s: hash differs from its contents: changed since it was written", manifestFile)
	}
	return record, nil
}

func encodeManifest(record filed) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(record)
	return b.Bytes(), err
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

// temporary starts the names of files that are not whole yet.
const temporary = ".partial-"

// WriteWhole replaces a file by way of a temporary one beside it: it appears whole or not at all.
func WriteWhole(path string, data []byte) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("write %s: %w", path, err)
		}
	}()
	f, err := os.CreateTemp(filepath.Dir(path), temporary+"*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		err = errors.Join(err, os.Remove(f.Name()))
	}
	return err
}
