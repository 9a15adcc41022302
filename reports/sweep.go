package reports

import (
	"io"

	"wavetank/reports/analysis"
	"wavetank/reports/figures"
	"wavetank/reports/page"
	"wavetank/reports/store"
	"wavetank/reports/tables"
)

// sweepLayout names the files of a folder of a sweep that other packages make.
var sweepLayout = store.Layout{Swept: true, Derived: tables.SweepFiles(), Figures: figures.SweepFiles()}

// LockSweep does the same as Lock for the results of a sweep.
func LockSweep(dir, hash string) (*store.Folder, error) { return sweepLayout.Lock(dir, hash) }

// sweepResults are the results of a sweep.
type sweepResults struct{ *analysis.Sweep }

func (r sweepResults) derive() ([]store.FileData, error) { return tables.DeriveSweep(r.Sweep) }

func (r sweepResults) draw() ([]store.FileData, error) {
	pictures := figures.OfSweep(r.Sweep)
	return files(pictures,
		document(store.PageFile, func() ([]byte, error) { return page.BuildSweep(r.Sweep) }),
		document(store.ReportFile, func() ([]byte, error) { return []byte(tables.SweepMarkdown(r.Sweep, pictures)), nil }))
}

func (r sweepResults) print(w io.Writer, look tables.Terminal) error {
	return look.PrintSweep(w, r.Sweep)
}

func (r sweepResults) output(full bool) tables.Output { return tables.SweepResults(r.Sweep, full) }
