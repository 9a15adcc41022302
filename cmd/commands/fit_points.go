package commands

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"wavetank/scenarios/calibrate/measured"
	"wavetank/scenarios/calibrate/replay"
)

// fitPointsOptions are the flags of fit points.
type fitPointsOptions struct {
	replay replayOptions
	table  tableOptions
	load   replay.LoadShape
	failed bool // points with failed requests are used
}

func fitPointsCommand() *cobra.Command {
	o := &fitPointsOptions{}
	c := &cobra.Command{
		Use: "points FILE.csv|FILE.json|FOLDER", Short: "Fit to means at several loads: a table, or what inference-perf, vLLM or SGLang wrote", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return o.run(c, args[0]) },
	}
	o.replay.flags(c)
	o.table.flags(c)
	f := c.Flags()
	f.BoolVar(&o.failed, "with-failures", false, "use points with more than 1 % failed requests")
	f.Float64Var(&o.load.Spread, "spread", 0, "lengths are uniform within ± this share of their means (default: the value that fits best; so too for --requests and --waves)")
	f.IntVar(&o.load.Requests, "requests", 0, "number of requests of a point for which the table has none")
	f.IntVar(&o.load.Waves, "waves", 0, "requests per client of a point for which the table has no number (default 10)")
	f.BoolVar(&o.load.Random, "random", false, "requests at a rate are sent at random instants (default: what fits best, unless --spread, --requests or --waves is given)")
	return c
}

func (o *fitPointsOptions) run(c *cobra.Command, path string) error {
	if err := errors.Join(o.replay.check(), o.check()); err != nil {
		return input(err)
	}
	if _, err := o.replay.start.read(c, &o.replay.engine.config); err != nil {
		return input(err)
	}
	points, err := o.read(c.ErrOrStderr(), path)
	if err != nil {
		return input(err)
	}
	if lost := measured.Failures(points); len(lost) > 0 && !o.failed {
		return fmt.Errorf("%s: the means are those of the others, and do not tell how busy the engine was; to use them: --with-failures", strings.Join(lost, "\n"))
	}
	if i := slices.IndexFunc(points, func(p measured.LoadPoint) bool { return p.Groups > 0 }); i >= 0 {
		fmt.Fprintf(c.ErrOrStderr(), "note: prompts begin alike, as config.yaml says: %s, %s each\n", count(points[i].Groups, "group", "groups"), count(points[i].Shared, "token", "tokens"))
	}
	for _, doubt := range measured.Doubts(points) {
		fmt.Fprintf(c.ErrOrStderr(), "warning: %s: %s\n", path, doubt)
	}
	o.replay.learn(c.ErrOrStderr(), nil)
	o.replay.watch = newFitWatch(c.Context(), c.ErrOrStderr())
	loads := []replay.LoadShape{o.load}
	if o.load == (replay.LoadShape{}) && !o.replay.compare {
		loads = replay.UsualShapes(points)
	}
	return o.replay.run(c, path, measurements{
		loads: loads,
		under: func(l replay.LoadShape) []replay.MeasuredLoad { return replay.OfPoints(points, l) },
		made:  func(l replay.LoadShape) string { return l.Describe(points) },
	})
}

func (o *fitPointsOptions) check() error {
	fault := checkNotNegative(map[string]float64{"spread": o.load.Spread, "requests": float64(o.load.Requests), "waves": float64(o.load.Waves)})
	if o.load.Spread >= 1 {
		fault = errors.Join(fault, fmt.Errorf("--spread: %v is a share of the mean, below 1", o.load.Spread))
	}
	return fault
}

// read reads points from a table or from what load generators wrote.
func (o *fitPointsOptions) read(w io.Writer, path string) ([]measured.LoadPoint, error) {
	if measured.IsReport(path) {
		if o.table.given() {
			return nil, fmt.Errorf("--where, --column, --value: %s is not a table", path)
		}
		return measured.ReadReports(path, o.replay.limit)
	}
	t, err := o.table.open(w, path)
	if err != nil {
		return nil, err
	}
	if doubt := measured.Contradiction(t); doubt != "" {
		fmt.Fprintf(w, "warning: %s\n", doubt)
	}
	return measured.ReadPoints(t, o.replay.limit)
}
