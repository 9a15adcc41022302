package commands

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"wavetank/reports/store"
	"wavetank/scenarios/builtin"
	"wavetank/scenarios/calibrate/fit"
	"wavetank/scenarios/calibrate/replay"
	"wavetank/sim/quantity"
)

// replayOptions are the flags of fits that replay measured requests on a simulated engine.
type replayOptions struct {
	engine engineOptions
	start  startOptions
	result resultOptions

	shape              string
	prior              float64
	every, first       int    // which rows are held out
	limit              int    // most requests in flight
	items              string // file for the times of each row
	force              bool   // a step-time file is written even if the model does not fit
	physics            fit.Physics
	watch              *fitWatch
	version            string // name and version of the measured engine
	judged             string // how well each of several runs is predicted from the others
	overheads, compare bool
	budgetKnown        bool // flags or files give the most tokens in a step
}

func (o *replayOptions) flags(c *cobra.Command) {
	o.engine.flags(c)
	o.result.flags(c)
	f := c.Flags()
	f.StringVar(&o.start.start, "start", "", "step-time model to begin with: a name or a file")
	f.StringVar(&o.start.before, "before", "", "time from the arrival of a request until it can be scheduled, such as 20ms (default: fitted)")
	f.StringVar(&o.shape, "shape", "", "shape of the model: physical, plain, ridge, linear or roofline (default physical: what the measurements do not tell is tied to the network and the GPU)")
	f.Float64Var(&o.prior, "prior", 0, "weight of the model of --start for each coefficient, relative to the weight of all measurements")
	f.IntVar(&o.every, "hold-every", 0, "hold out every n-th row, to judge the fit; 0: none")
	f.IntVar(&o.first, "fit-first", 0, "fit to the first n rows and hold out the others, to judge the fit; 0: fit to all")
	f.IntVar(&o.limit, "in-flight", 0, "most requests that the client has in flight; 0: any number")
	f.BoolVar(&o.overheads, "overheads", false, "also fit the overheads per token and after the last token, if the measurements tell them apart from the steps")
	f.StringVar(&o.items, "items", "", "CSV file to write: the measured and the simulated times of each row")
	f.BoolVar(&o.force, "force", false, "write the step-time file even if the model is more than 10 % off the measurements that it was fitted to")
	f.BoolVar(&o.compare, "compare", false, "fit nothing: compare the model of --start with the measurements")
}

// checkNotNegative returns an error for each flag whose value is negative or NaN. Values are by the
// names of the flags.
func checkNotNegative(values map[string]float64) error {
	var faults []error
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if v := values[name]; !(v >= 0) {
			faults = append(faults, fmt.Errorf("--%s: %v is negative", name, v))
		}
	}
	return errors.Join(faults...)
}

// check reports faults of the flags, before any work is done.
func (o *replayOptions) check() error {
	faults := []error{checkNotNegative(map[string]float64{"hold-every": float64(o.every), "fit-first": float64(o.first), "in-flight": float64(o.limit), "prior": o.prior})}
	if o.every == 1 {
		faults = append(faults, errors.New("--hold-every: 1 would hold out every row"))
	}
	if o.prior > 0 && o.start.start == "" {
		faults = append(faults, errors.New("--prior needs the step-time model of --start"))
	}
	if o.compare && o.result.out != "" {
		faults = append(faults, errors.New("--out: with --compare there is no fitted step-time model to write"))
	}
	if err := checkTarget(o.items); err != nil {
		faults = append(faults, fmt.Errorf("--items: %w", err))
	}
	return errors.Join(append(faults, o.result.check())...)
}

// measurements are measurements of requests that were sent in one of several ways (loads). It is
// not known in which.
type measurements struct {
	loads []replay.LoadShape
	under func(replay.LoadShape) []replay.MeasuredLoad
	made  func(replay.LoadShape) string // describes how the requests of a load were sent
	runs  bool                          // several loads are several runs, which judge each other
}

// run fits a model to measurements, or compares a model with them, under the load that fits best.
func (o *replayOptions) run(c *cobra.Command, path string, m measurements) error {
	if o.compare && o.start.start == "" {
		return input(errors.New("--compare needs the step-time model of --start"))
	}
	defer o.watch.stop()
	if err := o.start.apply(c.ErrOrStderr(), &o.engine.config); err != nil {
		return input(err)
	}
	withHeldOut := func(l replay.LoadShape) ([]replay.MeasuredLoad, error) {
		list := m.under(l)
		replay.HoldOut(list, o.every, o.first)
		return list, nil
	}
	list, _ := withHeldOut(m.loads[0])
	for _, doubt := range replay.UnitWarnings(list) {
		fmt.Fprintf(c.ErrOrStderr(), "warning: %s: %s\n", path, doubt)
	}
	rows, simulated := "", [][]replay.SimulatedRow(nil)
	var err error
	if o.compare {
		rows = replay.CountRows(list)
		if simulated, err = o.simulate(list); err == nil {
			err = o.extrapolate(c, list)
		}
	} else {
		rows, list, simulated, err = o.fit(c, m, withHeldOut)
	}
	if c.Context().Err() != nil {
		return interruption("no step-time file was written")
	}
	if err != nil {
		return input(err)
	}
	file := &o.result.file
	file.Error = printComparison(c.OutOrStdout(), list, simulated, o.compare)
	if o.judged != "" {
		file.Error = o.judged + "; " + file.Error
	}
	file.Source = cmp.Or(file.Source, filepath.Base(path))
	if o.compare {
		printPercentiles(c.OutOrStdout(), list, simulated)
	}
	if o.items != "" {
		text, err := itemsOf(list, simulated)
		if err == nil {
			err = store.WriteWhole(o.items, text)
		}
		if err != nil {
			return err
		}
	}
	if fault := misfit(list, simulated); fault != nil && !o.compare && !o.force {
		return fault
	}
	return o.result.write(rows, file.Source, "simulated", comparedItems(list, simulated))
}

// simulate replays loads with the model of --start.
func (o *replayOptions) simulate(list []replay.MeasuredLoad) (simulated [][]replay.SimulatedRow, err error) {
	for i := range list {
		one, err := list[i].Simulate(&o.engine.config)
		if err != nil {
			return nil, err
		}
		simulated = append(simulated, one)
	}
	return simulated, nil
}

// fit fits a model under every load and prints the best fit. The result rows is the text on the
// rows for the step-time file.
func (o *replayOptions) fit(c *cobra.Command, m measurements, read func(replay.LoadShape) ([]replay.MeasuredLoad, error)) (rows string, list []replay.MeasuredLoad, simulated [][]replay.SimulatedRow, err error) {
	drafts := o.engine.config.Draft
	options := fit.FitOptions{
		Config: o.engine.config, Shape: o.shape, BeforeKnown: o.start.before != "", Overheads: o.overheads,
		FitAcceptance: drafts > 0 && !c.Flags().Changed("acceptance"), Prior: o.prior, Physics: o.physics,
		Watch: o.watch.update,
	}
	if m.runs && !o.budgetKnown {
		if err := o.findBudget(c.ErrOrStderr(), &options, m, read); err != nil {
			return "", nil, nil, err
		}
	}
	best, list, load, err := fit.ToLikeliestLoad(options, m.loads, read)
	o.watch.stop()
	if err != nil {
		return "", nil, nil, err
	}
	w := c.OutOrStdout()
	rows = replay.CountRows(list)
	if drafts > 0 {
		rows += fmt.Sprintf("; %d speculative tokens, accepted with probability %.2f", drafts, best.Acceptance)
		fmt.Fprintf(w, "Speculative tokens are accepted with probability %.2f\n\n", best.Acceptance)
	}
	o.printFit(w, best)
	o.keep(best, list)
	if err := o.advise(c, best); err != nil {
		return "", nil, nil, err
	}
	if len(m.loads) > 1 {
		rows += "; " + m.made(load)
		fmt.Fprintf(w, "Requests: %s, which fits best of the ways tried\n\n", m.made(load))
	}
	if m.runs {
		judged, err := o.printRuns(w, options, list, best.Simulated)
		if err != nil {
			return "", nil, nil, err
		}
		o.judged = judged
	}
	return rows, list, best.Simulated, nil
}

// findBudget sets the most tokens in a step to what logs tell, and says so if they are not those
// of the engine options.
func (o *replayOptions) findBudget(w io.Writer, options *fit.FitOptions, m measurements, read func(replay.LoadShape) ([]replay.MeasuredLoad, error)) error {
	list, err := read(m.loads[0])
	if err != nil {
		return err
	}
	budget, err := fit.FindBudget(*options, list)
	o.watch.stop()
	if err != nil || budget == options.Config.MaxTokens {
		return err
	}
	fmt.Fprintf(w, "note: the most tokens in a step are not given (--max-num-batched-tokens): the requests agree clearly better with %d than with %d\n", budget, options.Config.MaxTokens)
	options.Config.MaxTokens, o.engine.config.MaxTokens = budget, budget
	return nil
}

// printFit prints a fit and stores it for the step-time file.
func (o *replayOptions) printFit(w io.Writer, f *fit.Fit) {
	file := &o.result.file
	file.Basis = builtin.Measured
	file.StepTime, file.Before = rounded(f.StepTime), quantity.Duration(f.Before.Round(10*time.Microsecond))
	file.PerToken, file.After = quantity.Duration(f.PerToken.Round(time.Microsecond)), quantity.Duration(f.After.Round(10*time.Microsecond))
	fmt.Fprintf(w, "Step-time model of the shape %s\n\n", f.Shape)
	o.result.coefficients(w, f.Parameters, f.Values, f.Low, f.High)
	for _, one := range []struct {
		names []string
		what  string
	}{{f.Unidentified, "Not determined by these measurements:"}, {f.Collinear, "Hardly distinguished by these measurements:"}} {
		if len(one.names) > 0 {
			fmt.Fprintf(w, "%s %s\n\n", one.what, strings.Join(one.names, ", "))
		}
	}
}
