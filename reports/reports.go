// Package reports keeps the results of an experiment in a folder. It shows them on a terminal, and
// as a report with figures in the same folder. It works on rows alone, so a report never needs
// another run.
//
//   - store: rows in a folder, which only one process uses at a time
//   - across: finished sets of results compared with each other
//   - analysis: rows compared, judged and put into words
//   - wording: how numbers and names are written
//   - figures: PNG and SVG
//   - page: the report as one HTML file
//   - tables: terminal, Markdown, comparisons and verdicts as data
//
// A further section of the report takes one function in tables/markdown.go, and one in analysis for
// what the section says.
package reports

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"
	"sync/atomic"

	"wavetank/reports/across"
	"wavetank/reports/analysis"
	"wavetank/reports/figures"
	"wavetank/reports/page"
	"wavetank/reports/store"
	"wavetank/reports/tables"
)

// layout names the files of a folder of results that other packages make.
var layout = store.Layout{Derived: tables.Derived(), Figures: figures.Files()}

// Lock takes a folder for the results of the experiment with this hash. It is an error if another
// process is at work in the folder, or if the folder holds anything that does not come from this
// experiment.
func Lock(dir, hash string) (*store.Folder, error) { return layout.Lock(dir, hash) }

// Open takes a folder of results and reads it, so that its report can be drawn again. It fails
// while a run is at work in the folder.
func Open(dir string) (*store.Folder, store.Archive, error) { return layoutOf(dir).Open(dir) }

// layoutOf returns the layout of the results in a folder: those of a run or of a sweep.
func layoutOf(dir string) store.Layout {
	if store.IsSweep(dir) {
		return sweepLayout
	}
	return layout
}

// Read returns the results that Write has stored, exactly. The error names every file and every
// field of the manifest that changed after it was written.
func Read(dir string) (store.Archive, error) { return layoutOf(dir).Read(dir) }

// Write replaces the results in the folder, with their report and figures. Equal results give equal
// bytes. An error names the file. No old file is replaced before all new files are on the disk. The
// data are stored even if the report cannot be drawn.
func Write(f *store.Folder, r store.Archive) error {
	a, err := analysed(r)
	if err != nil {
		return err
	}
	derived, err := a.derive()
	if err != nil {
		return err
	}
	drawn, fault := a.draw()
	return errors.Join(f.Write(r, derived, drawn), fault)
}

// Rebuild makes the report and the figures again, from the results in the folder.
func Rebuild(f *store.Folder, r store.Archive) error {
	a, err := analysed(r)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	list, err := a.draw()
	if err != nil {
		return err
	}
	return f.Redraw(list)
}

// Print writes a summary of the results for a terminal.
func Print(w io.Writer, r store.Archive, look tables.Terminal) error {
	a, err := analysed(r)
	if err != nil {
		return err
	}
	return a.print(w, look)
}

// Sides reads finished results that are to be compared: folders of results, or folders that hold
// such folders, each as DIR or NAME=DIR. The error names everything that cannot be read.
func Sides(arguments []string) ([]across.Side, error) { return across.Open(arguments, layout.Read) }

// Output returns the results for the formats of tables.Output. With full, people get every table.
func Output(r store.Archive, full bool) (tables.Output, error) {
	a, err := analysed(r)
	if err != nil {
		return tables.Output{}, err
	}
	return a.output(full), nil
}

// Page returns the results as one HTML page, which needs no other file.
func Page(r store.Archive) ([]byte, error) {
	a, err := analysis.Of(r)
	if err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	return page.Build(a)
}

// results are analysed results: of a run or of a sweep.
type results interface {
	derive() ([]store.FileData, error) // the files of Layout.Derived
	draw() ([]store.FileData, error)   // the figures, then the documents
	print(w io.Writer, look tables.Terminal) error
	output(full bool) tables.Output
}

// analysed returns the analysis of results.
func analysed(r store.Archive) (results, error) {
	if r.Manifest.Sweep != nil {
		s, err := analysis.SweepOf(r)
		return sweepResults{s}, err
	}
	a, err := analysis.Of(r)
	return runResults{a}, err
}

// runResults are the results of a run.
type runResults struct{ *analysis.Analysis }

func (r runResults) derive() ([]store.FileData, error) { return tables.Derive(r.Analysis) }

func (r runResults) draw() ([]store.FileData, error) {
	pictures := figures.Of(r.Analysis)
	return files(pictures, []drawnFile{
		{store.PageFile, func() ([]byte, error) { return page.Build(r.Analysis) }},
		{store.ReportFile, func() ([]byte, error) { return []byte(tables.Markdown(r.Analysis, pictures)), nil }},
	})
}

func (r runResults) print(w io.Writer, look tables.Terminal) error { return look.Print(w, r.Analysis) }

func (r runResults) output(full bool) tables.Output { return tables.Results(r.Analysis, full) }

// drawnFile is a file that is drawn from results.
type drawnFile struct {
	name string
	draw func() ([]byte, error)
}

// files returns the files of pictures in all formats, then the reports, so that no report names a
// figure that is not there yet. Each file is made by itself, as many at a time as there are
// processors.
func files(pictures []figures.Picture, documents []drawnFile) ([]store.FileData, error) {
	var list []drawnFile
	for _, p := range pictures {
		for _, format := range figures.Formats() {
			list = append(list, drawnFile{store.FiguresFolder + "/" + p.Name + "." + format, func() ([]byte, error) {
				image, err := p.Encode(format)
				if err != nil {
					return nil, fmt.Errorf("figure %s: %w", p.Name, err)
				}
				return image, nil
			}})
		}
	}
	list = append(list, documents...)
	made, faults := make([]store.FileData, len(list)), make([]error, len(list))
	var begun atomic.Int64
	var all sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(list)) {
		all.Go(func() {
			for k := len(list) - int(begun.Add(1)); k >= 0; k = len(list) - int(begun.Add(1)) {
				made[k].Name = list[k].name
				made[k].Data, faults[k] = list[k].draw()
			}
		})
	}
	all.Wait()
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return made, nil
}
