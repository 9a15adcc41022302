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
	"slices"
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

// Sides reads finished results that are to be compared: folders of results, or folders that hold
// such folders, each as DIR or NAME=DIR. The error names everything that cannot be read.
func Sides(arguments []string) ([]across.Side, error) { return across.Open(arguments, layout.Read) }

// Page returns the results as one HTML page, which needs no other file.
func Page(r store.Archive) ([]byte, error) {
	a, err := analysis.Of(r)
	if err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	return page.Build(a)
}

// Evaluation is the analysis of the results of a run or of a sweep. All that is shown and stored of
// them comes from it.
type Evaluation struct {
	archive store.Archive
	shown   results
}

// results are what a run and a sweep show, each in its way.
type results interface {
	derive() ([]store.FileData, error) // the files of Layout.Derived
	draw() ([]store.FileData, error)   // the figures, then the documents
	print(w io.Writer, look tables.Terminal) error
	output(full bool) tables.Output
}

// Evaluate analyses results.
func Evaluate(r store.Archive) (*Evaluation, error) {
	if r.Manifest.Sweep != nil {
		s, err := analysis.SweepOf(r)
		return &Evaluation{r, sweepResults{s}}, err
	}
	a, err := analysis.Of(r)
	return &Evaluation{r, runResults{a}}, err
}

// Write replaces the results in the folder, with their report and figures. Equal results give equal
// bytes. An error names the file. No old file is replaced before all new files are on the disk. The
// data are stored even if the report cannot be drawn.
func (r *Evaluation) Write(f *store.Folder) error {
	derived, err := r.shown.derive()
	if err != nil {
		return err
	}
	var fault error
	err = f.Write(r.archive, derived, func() (drawn []store.FileData) {
		drawn, fault = r.shown.draw()
		return drawn
	})
	return errors.Join(err, fault)
}

// Rebuild makes the report and the figures again, for the results in the folder.
func (r *Evaluation) Rebuild(f *store.Folder) error {
	list, err := r.shown.draw()
	if err != nil {
		return err
	}
	return f.Redraw(list)
}

// Print writes a summary of the results for a terminal.
func (r *Evaluation) Print(w io.Writer, look tables.Terminal) error { return r.shown.print(w, look) }

// Output returns the results for the formats of tables.Output. With full, people get every table.
func (r *Evaluation) Output(full bool) tables.Output { return r.shown.output(full) }

// runResults are the results of a run.
type runResults struct{ *analysis.Analysis }

func (r runResults) derive() ([]store.FileData, error) { return tables.Derive(r.Analysis) }

func (r runResults) draw() ([]store.FileData, error) {
	pictures := figures.Of(r.Analysis)
	return files(pictures,
		document(store.PageFile, func() ([]byte, error) { return page.Build(r.Analysis) }),
		document(store.ReportFile, func() ([]byte, error) { return []byte(tables.Markdown(r.Analysis, pictures)), nil }))
}

func (r runResults) print(w io.Writer, look tables.Terminal) error { return look.Print(w, r.Analysis) }

func (r runResults) output(full bool) tables.Output { return tables.Results(r.Analysis, full) }

// drawing makes files from results: the pictures of a figure, or a document.
type drawing func() ([]store.FileData, error)

// document returns a drawing of one file.
func document(name string, draw func() ([]byte, error)) drawing {
	return func() ([]store.FileData, error) {
		data, err := draw()
		return []store.FileData{{Name: name, Data: data}}, err
	}
}

// files returns the files of pictures in all formats, then the reports, so that no report names a
// figure that is not there yet. As many drawings are made at a time as there are processors, those
// that take longest first: the documents.
func files(pictures []figures.Picture, documents ...drawing) ([]store.FileData, error) {
	var list []drawing
	for _, p := range pictures {
		list = append(list, func() (files []store.FileData, err error) {
			images, err := p.EncodeAll()
			if err != nil {
				return nil, fmt.Errorf("figure %s: %w", p.Name, err)
			}
			for i, format := range figures.Formats() {
				files = append(files, store.FileData{Name: store.FiguresFolder + "/" + p.Name + "." + format, Data: images[i]})
			}
			return files, nil
		})
	}
	list = append(list, documents...)
	made, faults := make([][]store.FileData, len(list)), make([]error, len(list))
	var begun atomic.Int64
	var all sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(list)) {
		all.Go(func() {
			for k := len(list) - int(begun.Add(1)); k >= 0; k = len(list) - int(begun.Add(1)) {
				made[k], faults[k] = list[k]()
			}
		})
	}
	all.Wait()
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return slices.Concat(made...), nil
}
