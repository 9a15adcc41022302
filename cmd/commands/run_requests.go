package commands

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"wavetank/reports/store"
	"wavetank/scenarios"
)

// requestLog is the file of --requests. A nil log keeps nothing.
type requestLog struct{ file *store.RequestFile }

// checkRequests returns an error if --requests names a file that cannot be written, before any work
// is done.
func checkRequests(c *cobra.Command, o *runOptions) error {
	if !c.Flags().Changed("requests") {
		return nil
	}
	if o.requests == "" {
		return errors.New("--requests: no file is named")
	}
	err := store.CheckRequests(o.requests)
	if err == nil {
		err = checkTarget(o.requests)
	}
	if err != nil {
		return fmt.Errorf("--requests %w", err)
	}
	return nil
}

// outside returns an error if the file of --requests would lie in the output folder, which holds
// only results.
func (o *runOptions) outside() error {
	if o.requests == "" {
		return nil
	}
	file, err := filepath.Abs(filepath.Dir(o.requests))
	if err != nil {
		return err
	}
	folder, err := filepath.Abs(o.out)
	if err != nil {
		return err
	}
	if file == folder || sameFile(file, folder) {
		return fmt.Errorf("--requests %s: the file lies in the output folder, which holds only results; name a file elsewhere", o.requests)
	}
	return nil
}

// log begins the file of --requests, and tells about how large it will be.
func (o *runOptions) log(told io.Writer, e *scenarios.Experiment, m *store.Manifest, until *scenarios.Until) (*requestLog, error) {
	if o.requests == "" {
		return nil, nil
	}
	replications, most := e.Scenario.Replications, ""
	if until != nil {
		replications, most = until.Most, "at most "
	}
	lines := e.Expected() * float64(replications*len(e.Scenario.Policies))
	fmt.Fprintf(told, "--requests: %sabout %s rows, some %s MB, in %s\n", most, rough(lines), rough(max(1, lines*bytesPerRow(o.requests)/1e6)), o.requests)
	file, err := store.CreateRequests(o.requests, m.Origin())
	if err != nil {
		return nil, err
	}
	return &requestLog{file}, nil
}

// begin returns the log for an experiment.
func (l *requestLog) begin() scenarios.RequestLog {
	if l == nil {
		return nil
	}
	return func(policy string, replication int) (scenarios.RequestRun, error) {
		return l.file.Begin(policy, replication)
	}
}

// commit completes the file with the requests of all policies in the given replications.
func (l *requestLog) commit(policies []string, replications []int) error {
	if l == nil {
		return nil
	}
	return l.file.Commit(policies, replications)
}

// discard leaves an old file as it was.
func (l *requestLog) discard() error {
	if l == nil {
		return nil
	}
	return l.file.Discard()
}

// bytesPerRow is the usual size of a row, as measured on the shipped scenarios.
func bytesPerRow(path string) float64 {
	if strings.EqualFold(filepath.Ext(path), ".csv") {
		return 150
	}
	return 30
}

// rough writes a number with two digits.
func rough(v float64) string {
	unit := 1.0
	for v/unit >= 100 {
		unit *= 10
	}
	return thousands(int64(v/unit+0.5) * int64(unit))
}
