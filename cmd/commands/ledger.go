package commands

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"wavetank/scenarios"
	"wavetank/scenarios/study"
)

// ledgerFile is the ledger that sweeps share if --ledger is not given.
const ledgerFile = "results/ledger.sqlite"

// ledgerFlag adds the flag that names a ledger.
func ledgerFlag(c *cobra.Command, path *string, unless string) {
	c.Flags().StringVar(path, "ledger", "", "SQLite file that keeps finished runs, so that no command simulates them again (default: "+unless+")")
}

// sharedLedger returns the path of the ledger of a command that keeps its runs in the shared one if
// --ledger is not given.
func sharedLedger(c *cobra.Command, path string) string {
	if c.Flags().Changed("ledger") {
		return path
	}
	return filepath.FromSlash(ledgerFile)
}

// openLedger opens the ledger at a path.
func openLedger(c *cobra.Command, path string) (*study.Ledger, error) {
	if c.Flags().Changed("ledger") && path == "" {
		return nil, input(errors.New("--ledger: no file is named"))
	}
	program, err := fingerprint()
	if err != nil {
		return nil, fmt.Errorf("--ledger: %w", err)
	}
	l, err := study.Open(path, program)
	if err != nil {
		return nil, input(err)
	}
	return l, nil
}

// keepRuns lets experiments keep their runs, such as in a ledger.
func keepRuns(l scenarios.RunKeeper, list ...*scenarios.Experiment) {
	for _, e := range list {
		e.Keeper = l
	}
}
