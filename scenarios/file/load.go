package file

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"wavetank/scenarios/builtin"
	"wavetank/scenarios/library"
	"wavetank/scenarios/strict"
	"wavetank/sim/spelling"
	"wavetank/workload/table"
)

// Loaded is a scenario file after reading. Messages about it have the line and column of every key.
type Loaded struct {
	Scenario Scenario
	Shipped  bool
	Text     []byte                   // the text that was read, before any change
	folder   string                   // folder of the file; traces are relative to it
	at       func(name string) string // path of a file that the scenario names; nil: see Open
	Document *strict.Document
	Faults   strict.Faults

	// CommandsAllowed lets the scenario start programs. Scenarios are passed on, so the user has to
	// say so.
	CommandsAllowed bool

	renamed []string // warnings about the step-time files that the scenario names
}

// Change replaces one value of a scenario, as --set path=value does. Flag is the flag that messages
// name, or "" for --set.
type Change struct{ Path, Value, Flag string }

// Load reads a scenario: a file, or a shipped scenario by its name. It returns an error only if the
// scenario cannot be read at all. Other faults are kept in Loaded.Faults, so that the rest is still
// checked.
func Load(name string, changes []Change) (*Loaded, error) {
	if !strings.ContainsAny(name, `/\.`) && !isFile(name) {
		if data, ok := library.Scenario(name); ok {
			f, err := Read(name+".yaml", data, changes...)
			if err == nil {
				f.Shipped = true
			}
			return f, err
		}
	}
	data, err := table.ReadFile(name, strict.LargestFile)
	switch {
	case err == nil:
		return Read(name, data, changes...)
	case errors.Is(err, fs.ErrNotExist) && !strings.ContainsAny(name, `/\.`):
		return nil, fmt.Errorf("there is no scenario file %q and no shipped scenario of that name%s", name, spelling.Suggest(name, library.Names()))
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("read the scenario: %w%s", err, spelling.Meant(filepath.Base(name), scenariosIn(filepath.Dir(name))))
	}
	return nil, fmt.Errorf("read the scenario: %w", err)
}

// scenariosIn lists the YAML files of a folder.
func scenariosIn(folder string) (names []string) {
	entries, _ := os.ReadDir(folder) // a folder that cannot be read has no names to suggest
	for _, entry := range entries {
		if ext := filepath.Ext(entry.Name()); ext == ".yaml" || ext == ".yml" {
			names = append(names, entry.Name())
		}
	}
	return names
}

// Warnings returns a sentence for every old key that the file uses. The list is complete once the
// scenario has been prepared.
func (f *Loaded) Warnings() []string { return slices.Concat(f.Document.Warnings(), f.renamed) }

// isFile reports whether a file with the name exists. A folder is not a file.
func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && !info.IsDir()
}

// Read reads a scenario from its text and applies changes. Messages contain the name. Names of
// traces are relative to its folder.
func Read(name string, data []byte, changes ...Change) (*Loaded, error) {
	f := &Loaded{Text: data, folder: filepath.Dir(name)}
	var err error
	if f.Document, err = strict.Parse(name, data); err != nil {
		return nil, err
	}
	if f.Document.Root().Shape() != strict.Mapping {
		changes = nil // the text cannot be parsed, so nothing can be changed
	}
	for _, c := range changes {
		f.Document.Rename(&Scenario{})
		flag := cmp.Or(c.Flag, "--set")
		if err := f.Document.SetBy(flag, c.Path, c.Value); err != nil {
			return nil, fmt.Errorf("%s %s=%s: %w", flag, c.Path, c.Value, err)
		}
	}
	f.Faults = f.Document.Decode(&f.Scenario)
	return f, nil
}

// In makes names of traces relative to a folder. If shipped is true, they are also names of shipped
// traces, as in a shipped scenario.
func (f *Loaded) In(folder string, shipped bool) {
	f.folder, f.Shipped = folder, shipped
}

// From makes the scenario open its files only at the paths that a function returns, and start its
// programs in a folder. If shipped is true, it also opens shipped traces, as a shipped scenario
// does.
func (f *Loaded) From(folder string, at func(name string) string, shipped bool) {
	f.folder, f.at, f.Shipped = folder, at, shipped
}

// Open returns a file that the scenario names:
//   - for a scenario file, relative to its folder;
//   - for a shipped scenario, a shipped trace, or a file relative to the working folder;
//   - after From, at the path that its function returns.
func (f *Loaded) Open(name string) table.File {
	if f.Shipped && library.Has(name) {
		return table.File{Name: name, Open: func() (io.ReadCloser, error) { return library.Open(name) }}
	}
	switch {
	case f.at != nil:
		return table.OnDisk(f.at(name))
	case f.Shipped || filepath.IsAbs(name):
		return table.OnDisk(name)
	}
	return table.OnDisk(filepath.Join(f.folder, name))
}

// Folder returns the folder in which programs of the scenario start: that of its file, or "", the
// working folder, if it is shipped or read from standard input.
func (f *Loaded) Folder() string {
	if f.Shipped && f.at == nil {
		return ""
	}
	return f.folder
}

// Content returns the content of a file that the scenario names. If it is a step-time file, its
// warnings join those of the scenario.
func (f *Loaded) Content(name string) ([]byte, error) {
	r, err := f.Open(name).Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data, err := table.ReadAll(name, r, strict.LargestFile)
	if file, wrong := builtin.ReadStepTime(name, data); err == nil && wrong == nil {
		f.note(file.Warnings)
	}
	return data, err
}

// note adds warnings to the warnings of the scenario. It adds each only once.
func (f *Loaded) note(warnings []string) {
	for _, w := range warnings {
		if !slices.Contains(f.renamed, w) {
			f.renamed = append(f.renamed, w)
		}
	}
}
