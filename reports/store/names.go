package store

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// The report as text and as a page, and the folder of the figures. All are made from the data
// files.
const (
	ReportFile    = "report.md"
	PageFile      = "report.html"
	FiguresFolder = "figures"
)

// The other files of a folder of results besides the data files.
const (
	manifestFile = "manifest.json"
	// lockFile is the file that a process locks while it writes to the folder. While the process
	// puts files in place, lockFile holds the hash of their experiment. At its end the process
	// removes lockFile. A killed process leaves it.
	lockFile = ".claim"
)

// RunsFile is the ledger of the finished runs of an experiment. It lies in the folder until the
// results are complete.
const RunsFile = "runs.sqlite"

// isRuns reports whether a file belongs to the ledger in the folder.
func isRuns(name string) bool { return name == RunsFile || strings.HasPrefix(name, RunsFile+"-") }

// The names of data files.
const (
	csvFile       = "results.csv"
	rowsFile      = "results.parquet"
	seriesFile    = "series.parquet"
	quantilesFile = "quantiles.parquet"
	pooledFile    = "pooled.parquet"
)

// temporary is the beginning of the name of a file that is not complete yet.
const temporary = ".partial-"

func isTemporary(name string) bool { return strings.HasPrefix(name, temporary) }

func checksum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func missing(name string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is missing: %w", name, fs.ErrNotExist)
	}
	return err
}
