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

// Claim makes sure that the results of the experiment with this hash may be written to a folder: it is made
// where it is absent, it can be written to, and it holds nothing that is not this experiment's. An earlier
// run of the same experiment may be overwritten.
func Claim(dir, hash string) error {
	const advice = "name another folder with --out, or delete this one"
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return fmt.Errorf("output folder %s: %w", dir, err)
	}
	probe, err := os.CreateTemp(dir, temporary+"*")
	if err != nil {
		return fmt.Errorf("output folder %s: cannot write to it: %w", dir, err)
	}
	if err := errors.Join(probe.Close(), os.Remove(probe.Name())); err != nil {
		return fmt.Errorf("output folder %s: %w", dir, err)
	}
	foreign, ours, err := survey(dir)
	switch {
	case err != nil:
		return fmt.Errorf("output folder %s: %w", dir, err)
	case len(foreign) > 0:
		return fmt.Errorf("output folder %s: holds files that are not results (%s); %s", dir, strings.Join(first(foreign, 3), ", "), advice)
	case ours == 0:
		return nil
	}
	record, err := readManifest(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("output folder %s: holds results without a %s; %s", dir, manifestFile, advice)
	case err != nil:
		return fmt.Errorf("output folder %s: %w; %s", dir, err, advice)
	case record.Hash != hash:
		return fmt.Errorf("output folder %s: holds another experiment (%s, hash %.12s, not %.12s); %s",
			dir, record.Scenario, record.Hash, hash, advice)
	}
	return nil
}

// survey lists what Write would not have made, and counts what it would.
func survey(dir string) (foreign []string, ours int, err error) {
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
		case strings.HasPrefix(entry.Name(), temporary): // left by a run that was killed
		case slices.Contains(written(), name):
			ours++
		default:
			foreign = append(foreign, name)
		}
		return nil
	})
	return foreign, ours, err
}

// written lists every file that Write may make.
func written() []string {
	names := []string{manifestFile, reportFile}
	for _, f := range dataFiles {
		names = append(names, f.name)
	}
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
