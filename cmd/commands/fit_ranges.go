package commands

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"wavetank/scenarios/builtin"
	"wavetank/scenarios/calibrate/fit"
	"wavetank/scenarios/calibrate/replay"
	"wavetank/sim/profile"
)

// keep stores the engine, the ranges of the measurements and some draws of the coefficients for the
// step-time file.
func (o *replayOptions) keep(f *fit.Fit, list []replay.MeasuredLoad) {
	file := &o.result.file
	e, seen := builtin.EngineOf(&o.engine.config), replay.RangesOf(list, false)
	e.Version = o.version
	if e.KVBlocks >= unlimitedBlocks {
		e.KVBlocks = 0
	}
	file.Engine, file.Seen, file.Draws = &e, &seen, drawsOf(f)
}

// advise prints the usual load that the measurements leave most uncertain. It is a warning if
// there is much doubt.
func (o *replayOptions) advise(c *cobra.Command, f *fit.Fit) error {
	most, doubt, err := f.Uncertain(o.engine.config)
	if err != nil || most.Share == 0 {
		return err
	}
	fmt.Fprintf(c.OutOrStdout(), "Least certain: %v. The mean E2E is right within %.1f %%, in two of three cases\n\n", most, 100*most.Share)
	if doubt > fit.Doubtful {
		fmt.Fprintf(c.ErrOrStderr(), "warning: these measurements tell little of other loads: the E2E of %v is uncertain by ±%.0f %%. Measure such a load, or begin with a step-time model of this network and GPU (--start)\n", most, 100*most.Share)
	}
	return nil
}

// drawsOf returns some of the draws of a fit; nil if there are none.
func drawsOf(f *fit.Fit) *builtin.Draws {
	const some = 20
	if len(f.Draws) < some {
		return nil
	}
	d := &builtin.Draws{}
	var from []int // index of the parameter of each column
	for i, p := range f.Parameters {
		names := []string{p.Name}
		if len(p.Of) > 0 {
			names = names[:0]
			for _, k := range p.Of {
				names = append(names, profile.CoefficientName(k))
			}
		}
		for _, name := range names {
			d.Of, from = append(d.Of, name), append(from, i)
		}
	}
	for i := range some {
		draw := f.Draws[i*len(f.Draws)/some]
		values := make([]float64, len(from))
		for k, j := range from {
			values[k] = draw[j]
		}
		d.Add(values)
	}
	return d
}

// wideInterval is the half width of the interval of a simulated mean, relative to the mean, beyond
// which a prediction is warned of. In fits to simulated runs, errors above 10 % are warned of, and
// few errors below 5 %. The share was chosen on these same runs.
const wideInterval = 0.25

// extrapolate says where measurements are outside of the ranges that the model of --start has seen,
// and how certain its predictions are: with each of its draws the means are simulated again.
func (o *replayOptions) extrapolate(c *cobra.Command, list []replay.MeasuredLoad) error {
	w, law := c.ErrOrStderr(), &o.start.file
	if law.Seen == nil {
		return nil
	}
	beyond := law.Seen.Beyond(replay.RangesOf(list, true))
	if len(beyond) == 0 {
		return nil
	}
	text := "extrapolated: " + strings.Join(beyond, "; ")
	intervals, err := o.intervals(list)
	if err != nil {
		return err
	}
	wide := len(intervals) == 0
	for _, i := range intervals {
		text += fmt.Sprintf("; %s %+.0f to %+.0f %%", i.name, 100*i.low, 100*i.high)
		wide = wide || i.name == "E2E" && i.high-i.low > 2*wideInterval
	}
	if len(intervals) > 0 {
		text += " with other coefficients that are about as likely"
	}
	kind := "note"
	if wide {
		kind = "warning"
	}
	fmt.Fprintf(w, "%s: %s\n", kind, text)
	return nil
}

// meanInterval is the range of a simulated mean under the draws of a step-time model, relative to
// the mean under the model itself, minus 1.
type meanInterval struct {
	name      string
	low, high float64
}

// intervals returns the ranges of the simulated means under the draws of the model of --start. The
// range of 20 draws covers about 95 %.
func (o *replayOptions) intervals(list []replay.MeasuredLoad) (found []meanInterval, err error) {
	middle, err := o.simulate(list)
	if err != nil {
		return nil, err
	}
	means := map[string][]float64{}
	all := func(bool) bool { return true }
	for _, drawn := range o.start.file.Engines(o.engine.config) {
		if drawn.StepTime.Holds(int64(drawn.MaxSequences), int64(drawn.MaxTokens), int64(drawn.Context)) != nil {
			continue
		}
		simulated := make([][]replay.SimulatedRow, len(list))
		for i := range list {
			if simulated[i], err = list[i].Simulate(&drawn); err != nil {
				return nil, err
			}
		}
		for _, m := range replay.Compare(list, simulated, all) {
			means[m.Name] = append(means[m.Name], m.Simulated)
		}
	}
	for _, m := range replay.Compare(list, middle, all) {
		if drawn := means[m.Name]; len(drawn) > 0 && m.Name != replay.FromQueue {
			found = append(found, meanInterval{m.Name, min(0, slices.Min(drawn)/m.Simulated-1), max(0, slices.Max(drawn)/m.Simulated-1)})
		}
	}
	return found, nil
}
