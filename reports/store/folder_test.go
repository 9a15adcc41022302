package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestWriteMayBeKilledAtAnyInstant looks at the folder before every change that a run makes to it,
// as if the process had been killed there. For every file that is written it also looks at a
// half-written file. The folder can be read as the old results, as the new results, or not at all.
// The same run can complete it.
func TestWriteMayBeKilledAtAnyInstant(t *testing.T) {
	after := small()
	for name, before := range map[string]*Archive{"new folder": nil, "over an interrupted run": interruptedRun(after)} {
		dir := filepath.Join(t.TempDir(), "out")
		if before != nil {
			if err := fill(dir, *before, contentsOf(t, *before)); err != nil {
				t.Fatal(err)
			}
		}
		list := contentsOf(t, after)
		f, err := layout.Lock(dir, after.Manifest.Hash())
		if err != nil {
			t.Fatal(err)
		}
		var killed []string // folders that a kill left
		f.step = func(change string) error {
			left := filepath.Join(t.TempDir(), fmt.Sprint(len(killed)))
			err := os.CopyFS(left, os.DirFS(dir))
			for _, partial := range []string{left, filepath.Join(left, FiguresFolder)} {
				if _, absent := os.Stat(partial); absent == nil && strings.HasPrefix(change, "write") {
					err = errors.Join(err, os.WriteFile(filepath.Join(partial, temporary+"1"), []byte("half"), 0o600))
				}
			}
			killed = append(killed, left)
			return err
		}
		if err := errors.Join(f.put(list), f.Release()); err != nil {
			t.Fatal(err)
		}
		want := contents(t, dir)
		if len(want) != len(list) || len(killed) <= 2*len(list) {
			t.Fatalf("%s: %d files of %d, %d changes", name, len(want), len(list), len(killed))
		}
		for i, left := range killed {
			completes(t, fmt.Sprintf("%s, killed before change %d", name, i), left, before, after, list, want)
		}
	}
}

// completes checks a folder that a killed run has left.
func completes(t *testing.T, name, dir string, before *Archive, after Archive, list []FileData, want map[string]string) {
	t.Helper()
	if got, err := layout.Read(dir); err == nil && !cmp.Equal(got, after) && (before == nil || !cmp.Equal(got, *before)) {
		t.Errorf("%s: the results that are read are neither the old nor the new ones", name)
	}
	if f, err := layout.Lock(dir, strings.Repeat("0", hashLength)); err == nil {
		if before != nil {
			t.Errorf("%s: another experiment may write there", name)
		}
		if err := f.Release(); err != nil {
			t.Error(err)
		}
	}
	if err := fill(dir, after, list); err != nil {
		t.Errorf("%s: the same run does not complete it: %v", name, err)
	}
	if got := contents(t, dir); !cmp.Equal(got, want) {
		t.Errorf("%s: completed, it holds other files than a run that was not killed", name)
	}
}

// layout is the layout of these tests: one file of derived data, and a figure in two formats.
var layout = Layout{Derived: []string{"comparisons.csv"}, Figures: []string{"metrics.png", "metrics.svg"}}

// contentsOf returns the files of results. Short texts stand in for the drawings. An interrupted
// run has a figure that the complete run lacks.
func contentsOf(t *testing.T, r Archive) []FileData {
	t.Helper()
	list, err := layout.encode(&r, []FileData{{layout.Derived[0], []byte("x,y\n")}})
	if err != nil {
		t.Fatal(err)
	}
	pictures := layout.drawn()[1:2]
	if r.Manifest.Interrupted {
		pictures = layout.drawn()[1:3]
	}
	for _, name := range append(slices.Clone(pictures), ReportFile) {
		list = append(list, FileData{name, fmt.Append(nil, name, r.Manifest.Completed)})
	}
	return list
}

// fill writes the files of results to a folder.
func fill(dir string, r Archive, list []FileData) error {
	f, err := layout.Lock(dir, r.Manifest.Hash())
	if err != nil {
		return err
	}
	return errors.Join(f.put(list), f.Release())
}

// interruptedRun returns results of the same experiment with fewer completed replications.
func interruptedRun(r Archive) *Archive {
	r.Rows = r.Rows[:len(r.Rows)/2]
	r.Manifest.Completed, r.Manifest.Interrupted = 2, true
	return &r
}

// TestFailedWriteLosesNothing lets every change fail in turn. The old results can be read until the
// first file is replaced. The error names the file, and no temporary file stays. The same run
// completes the folder afterwards.
func TestFailedWriteLosesNothing(t *testing.T) {
	after := small()
	before := interruptedRun(after)
	old, list := contentsOf(t, *before), contentsOf(t, after)
	want := map[string]string{}
	for _, c := range list {
		want[c.Name] = string(c.Data)
	}
	full := errors.New("no space left on device")
	for at := 0; ; at++ {
		dir := filepath.Join(t.TempDir(), "out")
		if err := fill(dir, *before, old); err != nil {
			t.Fatal(err)
		}
		f, err := layout.Lock(dir, after.Manifest.Hash())
		if err != nil {
			t.Fatal(err)
		}
		changes, failed := 0, ""
		f.step = func(change string) error {
			if changes++; changes <= at {
				return nil
			}
			_, failed, _ = strings.Cut(change, " ")
			return full
		}
		err = f.put(list)
		if err == nil {
			break
		}
		if !errors.Is(err, full) || !strings.Contains(err.Error(), filepath.FromSlash(failed)) {
			t.Errorf("change %d of %s: error %v", at, failed, err)
		}
		if err := f.Release(); err != nil {
			t.Error(err)
		}
		for name := range contents(t, dir) {
			if isTemporary(filepath.Base(name)) {
				t.Errorf("change %d of %s left %s", at, failed, name)
			}
		}
		if got, err := layout.Read(dir); at <= len(list) && (err != nil || !cmp.Equal(got, *before)) {
			t.Errorf("change %d of %s: what was there before cannot be read: %v", at, failed, err)
		}
		completes(t, fmt.Sprintf("change %d of %s failed", at, failed), dir, before, after, list, want)
	}
}

func TestFolderIsOneProcessAtATime(t *testing.T) {
	r := small()
	dir := filepath.Join(t.TempDir(), "out")
	f, err := layout.Lock(dir, r.Manifest.Hash())
	if err != nil {
		t.Fatal(err)
	}
	if err := f.put(contentsOf(t, r)); err != nil { // the folder is still locked
		t.Fatal(err)
	}
	before := contents(t, dir)
	if _, err := layout.Lock(dir, r.Manifest.Hash()); !errors.Is(err, errInUse) {
		t.Errorf("two claims: error %v", err)
	}
	if _, _, err := layout.Open(dir); !errors.Is(err, errInUse) {
		t.Errorf("opened while it is claimed: error %v", err)
	}
	if !cmp.Equal(before, contents(t, dir)) {
		t.Error("a process that was refused the folder changed files in it")
	}
	if err := f.Release(); err != nil {
		t.Fatal(err)
	}
	opened, _, err := layout.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := layout.Lock(dir, r.Manifest.Hash()); !errors.Is(err, errInUse) {
		t.Errorf("claimed while it is open: error %v", err)
	}
	if err := opened.Release(); err != nil {
		t.Fatal(err)
	}
	if _, left := contents(t, dir)[lockFile]; left {
		t.Error("the lock file was left")
	}
}

// TestFolderMadeForNothingGoes: a run that stores nothing leaves no empty folder. A folder that
// existed before stays.
func TestFolderMadeForNothingGoes(t *testing.T) {
	there := t.TempDir()
	for dir, stays := range map[string]bool{there: true, filepath.Join(there, "made"): false} {
		f, err := layout.Lock(dir, "1")
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Release(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(dir); (err == nil) != stays {
			t.Errorf("%s: %v", dir, err)
		}
	}
}

func TestLock(t *testing.T) {
	results := small()
	hash, files := results.Manifest.Hash(), contentsOf(t, results)
	write := func(dir, name string) error {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o777); err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o666)
	}
	cutOff := func(dir, hash string) error { return os.WriteFile(filepath.Join(dir, lockFile), []byte(hash), 0o666) }
	for _, c := range []struct {
		name    string
		prepare func(dir string) error
		hash    string
		want    string // empty: no error
	}{
		{"empty", func(string) error { return nil }, hash, ""},
		{"same experiment", func(dir string) error { return fill(dir, results, files) }, hash, ""},
		{"another experiment", func(dir string) error { return fill(dir, results, files) }, "feed", "holds another experiment: working-day, hash "},
		{"other file", func(dir string) error { return write(dir, "thesis.tex") }, hash, "not results (thesis.tex); name another folder with --out"},
		{"other figure", func(dir string) error { return errors.Join(fill(dir, results, files), write(dir, "figures/cat.png")) }, hash, "figures/cat.png"},
		{"other folder", func(dir string) error { return write(dir, "src/main.go") }, hash, "src/"},
		{"no manifest", func(dir string) error { return write(dir, csvFile) }, hash, "without a manifest.json"},
		{"damaged manifest", func(dir string) error { return write(dir, manifestFile) }, hash, "manifest.json: invalid character"},
		{"left by a killed run", func(dir string) error { return write(dir, temporary+"1") }, hash, ""},
		{"data of a killed run", func(dir string) error { return errors.Join(write(dir, csvFile), cutOff(dir, hash)) }, hash, ""},
		{"data of another killed run", func(dir string) error { return errors.Join(write(dir, csvFile), cutOff(dir, hash)) }, strings.Repeat("f", 64), "cut off while it was written"},
		{"another killed run without data", func(dir string) error { return cutOff(dir, strings.Repeat("f", 64)) }, hash, ""},
	} {
		dir := filepath.Join(t.TempDir(), "a", "b")
		if err := errors.Join(os.MkdirAll(dir, 0o777), c.prepare(dir)); err != nil {
			t.Fatal(err)
		}
		before := contents(t, dir)
		f, err := layout.Lock(dir, c.hash)
		if err == nil {
			err = f.Release()
		}
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: got error %v, want %q", c.name, err, c.want)
		}
		if !cmp.Equal(before, contents(t, dir)) {
			t.Errorf("%s: Lock changed files", c.name)
		}
	}
}

func TestLockRefusesWhatCannotBeAFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := layout.Lock(file, "1"); err == nil {
		t.Error("a file was locked as a folder of results")
	}
	if os.Getuid() == 0 {
		t.Skip("root may write to every folder")
	}
	closed := t.TempDir()
	if err := os.Chmod(closed, 0o555); err != nil {
		t.Fatal(err)
	}
	if _, err := layout.Lock(closed, "1"); err == nil || !strings.Contains(err.Error(), "cannot write to it") {
		t.Errorf("got error %v", err)
	}
}
