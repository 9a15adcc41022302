package reports

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wavetank/reports/reportstest"
	"wavetank/reports/store"
	"wavetank/reports/tables"
	"wavetank/sim/simtest/golden"
)

// terminal returns what Print writes with Full.
func terminal(t *testing.T, r store.Archive, width int) string {
	t.Helper()
	return printed(t, r, tables.Terminal{Width: width, Full: true})
}

func printed(t *testing.T, r store.Archive, look tables.Terminal) string {
	t.Helper()
	var b strings.Builder
	a, err := Evaluate(r)
	if err == nil {
		err = a.Print(&b, look)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// drawn returns the drawn files of results, and the text of the last one, the report.
func drawn(t *testing.T, r store.Archive) (files []store.FileData, report string) {
	t.Helper()
	a, err := Evaluate(r)
	if err != nil {
		t.Fatal(err)
	}
	if files, err = a.shown.draw(); err != nil {
		t.Fatal(err)
	}
	last := files[len(files)-1]
	if last.Name != store.ReportFile {
		t.Fatalf("the last file is %s", last.Name)
	}
	return files, string(last.Data)
}

func markdown(t *testing.T, r store.Archive) string {
	_, report := drawn(t, r)
	return report
}

func TestGoldenReports(t *testing.T) {
	r := reportstest.Judged(reportstest.Small())
	r.Manifest.Warnings = []string{"accuracy of resnet50 is an assumption"}
	golden.Check(t, "testdata/terminal.txt", terminal(t, r, 120))
	golden.Check(t, "testdata/terminal-80.txt", printed(t, r, tables.Terminal{Width: 80}))
	golden.Check(t, "testdata/terminal-quiet.txt", printed(t, r, tables.Terminal{Width: 80, Quiet: true}))
	golden.Check(t, "testdata/report.md", markdown(t, r))
	single := reportstest.Judged(reportstest.Synthetic(r.Manifest.Policies, 1, 24))
	single.Manifest.Interrupted, single.Manifest.Replications = true, 10
	golden.Check(t, "testdata/terminal-one-replication.txt", printed(t, single, tables.Terminal{Width: 80}))
	llm := reportstest.Judged(reportstest.WithTokens(reportstest.Small()))
	golden.Check(t, "testdata/terminal-tokens.txt", printed(t, llm, tables.Terminal{Width: 80}))
	golden.Check(t, "testdata/report-tokens.md", markdown(t, llm))
}

func TestWhatShowsNothingIsNotDrawn(t *testing.T) {
	r := reportstest.WithFleet(reportstest.Synthetic(reportstest.Eight[:1], 2, 6))
	for i := range r.Series {
		for k := range r.Series[i].Values {
			r.Series[i].Values[k] = 4
		}
	}
	for i := range r.Quantiles {
		r.Quantiles[i].Value = 0.1
	}
	files, report := drawn(t, r)
	if len(files) != 2 { // the page and the report
		t.Errorf("figures of constant results of one policy are drawn: %d files", len(files))
	}
	if strings.Contains(report, store.FiguresFolder+"/") {
		t.Error("the report links a figure that is not there")
	}
}

// stored writes results with their report to a folder.
func stored(dir string, r store.Archive) error {
	a, err := Evaluate(r)
	if err != nil {
		return err
	}
	f, err := Lock(dir, r.Manifest.Hash())
	if err != nil {
		return err
	}
	return errors.Join(a.Write(f), f.Release())
}

func TestTwoWritesAreEqualByteForByte(t *testing.T) {
	r := reportstest.WithFleet(reportstest.WithTokens(reportstest.Small()))
	a, b := t.TempDir(), t.TempDir()
	for _, dir := range []string{a, b} {
		if err := stored(dir, r); err != nil {
			t.Fatal(err)
		}
	}
	first, second := contents(t, a), contents(t, b)
	if diff := cmp.Diff(first, second); diff != "" {
		t.Error("files differ")
	}
	manifest, data := 1, 5
	if want := manifest + data + len(layout.Derived) + 2 + len(layout.Figures); len(first) != want {
		t.Errorf("%d files, want %d", len(first), want)
	}
	for _, name := range []string{store.ReportFile, store.PageFile, store.FiguresFolder + "/metrics.png"} {
		if err := os.Remove(filepath.Join(b, name)); err != nil {
			t.Fatal(err)
		}
	}
	f, r, err := Open(b)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Evaluate(r)
	if err == nil {
		err = again.Rebuild(f)
	}
	if err := errors.Join(err, f.Release()); err != nil {
		t.Fatal(err)
	}
	if !cmp.Equal(first, contents(t, b)) {
		t.Error("files differ after Rebuild")
	}
}

func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		files[filepath.ToSlash(name)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// BenchmarkReport makes all that a run stores after its last request, of eight policies.
func BenchmarkReport(b *testing.B) {
	r := reportstest.WithFleet(reportstest.Synthetic(reportstest.Eight, 10, 200))
	b.ReportAllocs()
	for b.Loop() {
		if err := stored(b.TempDir(), r); err != nil {
			b.Fatal(err)
		}
	}
}
