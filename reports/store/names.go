package store

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// The report and the folder of the figures, which are drawn from the data.
const (
	ReportFile    = "report.md"
	FiguresFolder = "figures"
)

// The other files of a folder of results besides the data files.
const (
	manifestFile = "manifest.json"
	// lockFile is locked by the process that writes to the folder. While files are put in place, it
	// holds the hash of their experiment. The process removes it at its end, unless the process is
	// killed.
	lockFile = ".claim"
)

// The names of data files.
const (
	csvFile       = "results.csv"
	rowsFile      = "results.parquet"
	seriesFile    = "series.parquet"
	quantilesFile = "quantiles.parquet"
	pooledFile    = "pooled.parquet"
)

// temporary starts the names of files that are not whole yet.
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
