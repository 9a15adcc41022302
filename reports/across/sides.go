// Package across compares finished sets of results with each other: it reads folders, matches their
// policies, lists what differs between their scenarios, and computes the contrasts of every metric.
// It prints nothing.
package across

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"wavetank/metrics/compare"
	"wavetank/reports/store"
)

// Side is one side of a comparison: a folder of results, or a folder that holds such folders, one
// for each scenario.
type Side struct {
	Name string // as in tables
	Path string
	sets []*finished
}

// finished is one set of results.
type finished struct {
	dir string
	store.Manifest
	set      *compare.Set
	standing map[string]compare.Standing // by policy
	resolved *yaml.Node                  // the scenario, a mapping
}

// Open reads the sides that arguments name: DIR, or NAME=DIR. Read reads one folder of results. The
// error names every argument that cannot be read.
func Open(arguments []string, read func(dir string) (store.Archive, error)) ([]Side, error) {
	var sides []Side
	var faults []error
	for _, argument := range arguments {
		s := sideOf(argument)
		var err error
		if s.sets, err = s.read(read); err != nil {
			faults = append(faults, err)
		}
		sides = append(sides, s)
	}
	for i := range sides {
		for j := range i {
			if filepath.Clean(sides[i].Path) == filepath.Clean(sides[j].Path) {
				faults = append(faults, fmt.Errorf("%s is given twice", sides[i].Path))
			}
		}
	}
	return sides, errors.Join(append(faults, name(sides))...)
}

// sideOf reads an argument. A folder whose name contains "=" is a folder.
func sideOf(argument string) Side {
	if _, err := os.Stat(argument); err != nil {
		if label, path, labelled := strings.Cut(argument, "="); labelled && label != "" {
			return Side{Name: label, Path: path}
		}
	}
	return Side{Path: argument}
}

// name names the sides without a name by their folders: by the last part of the path where that is
// enough to tell them apart.
func name(sides []Side) error {
	last := func(s Side) string { return filepath.Base(filepath.Clean(s.Path)) }
	short := map[string]int{}
	for _, s := range sides {
		if s.Name == "" {
			short[last(s)]++
		}
	}
	seen := map[string]bool{}
	var faults []error
	for i := range sides {
		s := &sides[i]
		if s.Name == "" {
			s.Name = s.Path
			if short[last(*s)] == 1 {
				s.Name = last(*s)
			}
		}
		if seen[s.Name] && short[last(*s)] < 2 {
			faults = append(faults, fmt.Errorf("two sets of results have the name %s", s.Name))
		}
		seen[s.Name] = true
	}
	return errors.Join(faults...)
}

// read reads the sets of results of a side.
func (s *Side) read(read func(dir string) (store.Archive, error)) ([]*finished, error) {
	var sets []*finished
	var faults []error
	for _, dir := range s.folders() {
		f, err := finish(dir, read)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		for _, other := range sets {
			if other.Scenario == f.Scenario {
				faults = append(faults, fmt.Errorf("%s: the scenario %s is in it twice, in %s and %s; name one of these folders", s.Path, f.Scenario, filepath.Base(other.dir), filepath.Base(dir)))
			}
		}
		sets = append(sets, f)
	}
	return sets, errors.Join(faults...)
}

// folders lists the folders of results of a side: the folder itself, or those in it.
func (s *Side) folders() (list []string) {
	if store.Holds(s.Path) {
		return []string{s.Path}
	}
	entries, _ := os.ReadDir(s.Path) // if it cannot be read, reading the results tells why
	for _, e := range entries {
		if dir := filepath.Join(s.Path, e.Name()); e.IsDir() && store.Holds(dir) {
			list = append(list, dir)
		}
	}
	if len(list) == 0 {
		return []string{s.Path}
	}
	return list
}

// finish reads one set of results.
func finish(dir string, read func(dir string) (store.Archive, error)) (*finished, error) {
	r, err := read(dir)
	if err != nil {
		return nil, err
	}
	f := &finished{dir: dir, Manifest: r.Manifest, standing: map[string]compare.Standing{}}
	fail := func(err error) (*finished, error) { return nil, fmt.Errorf("read results in %s: %w", dir, err) }
	if f.set, err = compare.SetOf(r.Manifest.Scenario, r.Rows, r.Pooled); err != nil {
		return fail(err)
	}
	if len(f.set.Policies()) == 0 {
		return fail(errors.New("there are no rows: no replication was finished"))
	}
	values, err := compare.Compare(r.Rows, r.Pooled, "")
	if err != nil {
		return fail(err)
	}
	for _, s := range compare.Standings(compare.Judge(values, r.Manifest.Objectives)) {
		f.standing[s.Policy] = s
	}
	var document yaml.Node
	if err := yaml.Load([]byte(r.Manifest.Resolved), &document); err != nil {
		return fail(fmt.Errorf("the scenario in the manifest: %w", err))
	}
	f.resolved = &document
	if document.Kind == yaml.DocumentNode {
		f.resolved = document.Content[0]
	}
	return f, nil
}

// Sources says for every set of results of a side where it is and how it was made.
func (s *Side) Sources() (list []string) {
	for _, f := range s.sets {
		text := fmt.Sprintf("%s: %s", f.dir, f.conditions())
		if f.Interrupted {
			text += ", interrupted"
		}
		list = append(list, text)
	}
	return list
}

// policies lists the policies of a set in the order of its report, without those that the user did
// not choose. No choice means all.
func (f *finished) policies(chosen []string) []string {
	present := f.set.Policies()
	var list []string
	for _, p := range f.Policies {
		if slices.Contains(present, p) && (len(chosen) == 0 || slices.Contains(chosen, p)) {
			list = append(list, p)
		}
	}
	return list
}
