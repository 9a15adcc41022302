package commands

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"wavetank/reports/store"
	"wavetank/scenarios"
	"wavetank/scenarios/file"
)

// recordOptions are the flags of trace record.
type recordOptions struct {
	scenario    scenarioOptions
	replication int
	out         string
}

func traceRecordCommand() *cobra.Command {
	var o recordOptions
	c := &cobra.Command{
		Use:     "record SCENARIO --out FILE",
		Short:   "Write the requests of a scenario as a trace that scenarios can replay",
		Example: "  wavetank trace record quickstart --replication 3 --out load.csv.gz",
		Args:    cobra.ExactArgs(1),
		RunE:    func(c *cobra.Command, args []string) error { return recordTrace(c, args[0], &o) },
	}
	o.scenario.changing(c)
	countFlag(c.Flags(), &o.replication, "replication", 0, 0, file.MostReplications-1, "number of the replication, from 0")
	c.Flags().StringVar(&o.out, "out", "", "the file to write, .csv or .csv.gz")
	return c
}

func recordTrace(c *cobra.Command, name string, o *recordOptions) error {
	switch lower := strings.ToLower(o.out); {
	case o.out == "":
		return input(errors.New("--out: name the file to write"))
	case !strings.HasSuffix(lower, ".csv") && !strings.HasSuffix(lower, ".csv.gz"):
		return input(fmt.Errorf("--out %s: want a name that ends in .csv or .csv.gz", o.out))
	}
	if err := checkTarget(o.out); err != nil {
		return input(err)
	}
	e, err := o.scenario.prepare(c, name)
	if err != nil {
		return input(err)
	}
	if err := e.Recordable(); err != nil {
		return input(err)
	}
	into, err := store.CreateAside(o.out)
	if err != nil {
		return err
	}
	n, err := o.record(c.Context(), e, into)
	if err != nil {
		return errors.Join(err, into.Discard())
	}
	if err := into.Commit(); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.OutOrStdout(), "wrote %s: %s of replication %d\n", o.out, count(int(n), "request", "requests"), o.replication)
	return err
}

// record writes the requests, compressed if the name of the file says so.
func (o *recordOptions) record(ctx context.Context, e *scenarios.Experiment, w io.Writer) (int64, error) {
	if !strings.HasSuffix(strings.ToLower(o.out), ".gz") {
		return e.Record(ctx, o.replication, w)
	}
	packed := gzip.NewWriter(w)
	n, err := e.Record(ctx, o.replication, packed)
	return n, errors.Join(err, packed.Close())
}
