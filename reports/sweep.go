package reports

import (
	"errors"
	"fmt"
	"io"

	"wavetank/reports/analysis"
	"wavetank/reports/figures"
	"wavetank/reports/store"
	"wavetank/reports/tables"
)

// sweepLayout names the files of a folder of a sweep that other packages make.
var sweepLayout = store.Layout{Swept: true, Derived: tables.SweepFiles(), Figures: figures.SweepFiles()}

// LockSweep does the same as Lock for the results of a sweep.
func LockSweep(dir, hash string) (*store.Folder, error) { return sweepLayout.Lock(dir, hash) }

// writeSweep replaces the results of a sweep in the folder, with their report and figures.
func writeSweep(f *store.Folder, r store.Archive) error {
	s, err := analysis.SweepOf(r)
	if err != nil {
		return err
	}
	derived, err := tables.DeriveSweep(s)
	if err != nil {
		return err
	}
	drawn, fault := sweepDrawings(s)
	return errors.Join(f.Write(r, derived, drawn), fault)
}

// rebuildSweep makes the report and the figures of a sweep again.
func rebuildSweep(f *store.Folder, r store.Archive) error {
	s, err := analysis.SweepOf(r)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	list, err := sweepDrawings(s)
	if err != nil {
		return err
	}
	return f.Redraw(list)
}

// printSweep writes a summary of a sweep for a terminal.
func printSweep(w io.Writer, r store.Archive, look tables.Terminal) error {
	s, err := analysis.SweepOf(r)
	if err != nil {
		return err
	}
	return look.PrintSweep(w, s)
}

// sweepDrawings returns the files of the figures of a sweep, then its report.
func sweepDrawings(s *analysis.Sweep) ([]store.FileData, error) {
	pictures := figures.OfSweep(s)
	return files(pictures, []drawnFile{{store.ReportFile, func() ([]byte, error) { return []byte(tables.SweepMarkdown(s, pictures)), nil }}})
}
