package commands

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"wavetank/reports/store"
	"wavetank/scenarios/builtin"
	"wavetank/scenarios/calibrate/batch"
	"wavetank/scenarios/calibrate/measured"
	"wavetank/scenarios/strict"
	"wavetank/sim/quantity"
	"wavetank/workload/table"
)

// fitBatchOptions are the flags of fit batch.
type fitBatchOptions struct {
	table     tableOptions
	profile   builtin.Profile
	memory    string
	gpuMemory string
	shape     string
	date      string
	out       string
	force     bool
	failed    bool // runs with failed requests are used
}

func fitBatchCommand() *cobra.Command {
	o := &fitBatchOptions{}
	c := &cobra.Command{
		Use: "batch FILE...", Short: "Fit to latencies of batches of several sizes: what Triton's perf_analyzer wrote, or a table", Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return o.run(c, args) },
	}
	o.table.flags(c)
	f := c.Flags()
	f.StringVar(&o.shape, "shape", "", "shape of the law: table (linear between the measured sizes) or line (fixed + each · n) (default: the one that predicts sizes better from the others)")
	f.StringVar(&o.profile.Device, "device", "", "device that was measured: cpu, or a kind of GPU")
	f.IntVar(&o.profile.Cores, "cores", 0, "virtual CPU cores that a replica takes")
	f.StringVar(&o.memory, "memory", "", "host memory that a replica takes, such as 2GiB")
	f.StringVar(&o.gpuMemory, "gpu-memory", "", "memory that a replica takes of each of its GPUs, such as 4GiB")
	f.IntVar(&o.profile.GPUs, "gpus", 0, "GPUs of the replica, if it takes several")
	f.StringVar(&o.profile.Source, "source", "", "source of the measurements (default: the names of the files)")
	f.StringVar(&o.date, "date", "", "date of the measurements")
	f.StringVar(&o.out, "out", "", "file to write: an entry of devices of a variant in a scenario; needs --device, --cores, --memory and, on GPUs, --gpu-memory")
	f.BoolVar(&o.failed, "with-failures", false, "use runs with more than 1 % failed requests")
	f.BoolVar(&o.force, "force", false, "print and write the law even if it is more than 10 % off the measurements")
	return c
}

// check reads the flags, and reports all their faults before any file is read.
func (o *fitBatchOptions) check(paths []string) error {
	var faults []error
	for i, path := range paths {
		if slices.Contains(paths[:i], path) {
			faults = append(faults, fmt.Errorf("%s is named twice: its runs would count as repeated ones", path))
		}
	}
	if o.shape != "" && o.shape != batch.Table && o.shape != batch.Line {
		faults = append(faults, fmt.Errorf("--shape: %q is not one of table and line", o.shape))
	}
	for _, size := range []struct {
		flag, text string
		to         *quantity.Bytes
	}{{"memory", o.memory, &o.profile.Memory}, {"gpu-memory", o.gpuMemory, &o.profile.GPUMemory}} {
		if size.text == "" {
			continue
		}
		if err := size.to.UnmarshalText([]byte(size.text)); err != nil {
			faults = append(faults, fmt.Errorf("--%s: %w", size.flag, err))
		}
	}
	if o.out == "" {
		return errors.Join(faults...)
	}
	if err := checkTarget(o.out); err != nil {
		faults = append(faults, fmt.Errorf("--out: %w", err))
	}
	if len(faults) == 0 { // any law stands for the one to be fitted
		p := o.profile
		p.Latency = &builtin.Latency{Each: 1, Max: 1}
		for _, f := range strict.Validate(p) {
			faults = append(faults, fmt.Errorf("--out: --%s %s", f.Path, f.Message))
		}
	}
	return errors.Join(faults...)
}

func (o *fitBatchOptions) run(c *cobra.Command, paths []string) error {
	if err := o.check(paths); err != nil {
		return input(err)
	}
	runs, err := o.read(c.ErrOrStderr(), paths)
	if err != nil {
		return refused(err)
	}
	law, ok := batch.Fit(runs, o.shape)
	w := c.OutOrStdout()
	if !ok {
		return fmt.Errorf("the measurements do not tell a %s: %s", law.Shape(), o.lacking(&law))
	}
	printBatches(w, &law)
	o.warn(c.ErrOrStderr(), &law, runs)
	if off := law.Worst(); off > batch.Most && !o.force {
		return refusal{fmt.Errorf("the %s is up to %.0f %% off the measurements, so it is refused: are all runs of one model on one device, warm, and alone there? To print it anyway: --force", law.Shape(), 100*off)}
	}
	latency := latencyOf(&law)
	o.profile.Latency, o.profile.Basis = &latency, builtin.Measured
	o.profile.Source = o.describe(&law, len(runs), paths)
	fmt.Fprintf(w, "\nlatency: %s\nsource: %s\n", latencyText(latency), o.profile.Source)
	if o.out == "" {
		return nil
	}
	text, err := strict.Encode([]builtin.Profile{o.profile})
	if err == nil {
		err = store.WriteWhole(o.out, text)
	}
	return err
}

// lacking says what must be measured for the shape of a law.
func (o *fitBatchOptions) lacking(l *batch.Law) string {
	if l.Straight {
		return "latencies do not rise with the size of the batch"
	}
	return fmt.Sprintf("it begins at batches of 1, the smallest measured is %d", l.Sizes[0].Items)
}

// read reads the runs of all files. It reports the faults of all of them.
func (o *fitBatchOptions) read(w io.Writer, paths []string) (all []measured.BatchRun, err error) {
	var faults []error
	for _, path := range paths {
		t, err := o.table.open(w, path)
		if err == nil {
			var runs []measured.BatchRun
			runs, err = measured.ReadBatches(t)
			all = append(all, runs...)
		}
		faults = append(faults, err)
	}
	if err := table.Join(faults...); err != nil {
		return nil, err
	}
	if err := sameClock(all); err != nil {
		return nil, refusal{err}
	}
	used, leftOut, err := measured.WithoutQueues(all)
	if err != nil {
		return nil, refusal{err}
	}
	if leftOut > 0 {
		fmt.Fprintf(w, "note: %s left out: more batches were in flight than are served at a time, so requests waited\n", count(leftOut, "run is", "runs are"))
	}
	if lost := measured.FailedBatches(used); len(lost) > 0 && !o.failed {
		return nil, refusal{fmt.Errorf("%s: the latencies are those of the others; to use them: --with-failures", strings.Join(lost, "\n"))}
	}
	sizes := map[int]bool{}
	for _, r := range used {
		sizes[r.Size] = true
	}
	if len(sizes) < 2 {
		return nil, refusal{fmt.Errorf("all runs are of batches of %d: measure at least two sizes, such as 1, 4 and 16", used[0].Size)}
	}
	o.profile.Slots = 0
	if n := used[0].Instances; n > 1 {
		o.profile.Slots = n
	}
	return used, nil
}

// sameClock returns an error if some latencies were measured in the server and others at clients.
func sameClock(runs []measured.BatchRun) error {
	for _, r := range runs {
		if r.Compute != runs[0].Compute {
			server, client := r.Name, runs[0].Name
			if runs[0].Compute {
				server, client = client, server
			}
			return fmt.Errorf("%s has the time of the server, %s that of the client, with network and queue: they make no common law", server, client)
		}
	}
	return nil
}

// warn tells what makes the law doubtful.
func (o *fitBatchOptions) warn(w io.Writer, l *batch.Law, runs []measured.BatchRun) {
	if l.Straight && l.Sizes[0].Items > 1 {
		fmt.Fprintf(w, "warning: batches below %d are extrapolated: measure batches of 1, too\n", l.Sizes[0].Items)
	}
	for _, s := range l.Falls() {
		taken := "; a table takes them to be as slow"
		if l.Straight {
			taken = ""
		}
		fmt.Fprintf(w, "warning: batches of %d are faster than smaller ones: %v%s\n", s.Items, digits(s.Mean.Value), taken)
	}
	for i := range l.Sizes {
		if s := &l.Sizes[i]; math.Abs(s.HeldBack(l.Straight)) > batch.Most {
			fmt.Fprintf(w, "warning: from the other sizes, batches of %d are predicted %s off: measure sizes near it\n", s.Items, signedPercent(s.HeldBack(l.Straight)))
		}
	}
	const far = 1.5
	for _, r := range runs {
		at := slices.IndexFunc(l.Sizes, func(s batch.MeasuredSize) bool { return s.Items == r.Size })
		if m := l.Sizes[at].Median; r.Latency > far*m || r.Latency < m/far {
			fmt.Fprintf(w, "warning: %s: %v for batches of %d, of which half of the runs take %v: was it a warm-up? To leave it out: --where\n", r.Name, digits(r.Latency), r.Size, digits(m))
		}
	}
	sum, n := 0.0, 0
	for _, r := range runs {
		if r.Compute {
			sum, n = sum+r.Elsewhere, n+1
		}
	}
	if n > 0 {
		fmt.Fprintf(w, "note: the latency is the time in which the server computes; clients, network and queue take a further %v of a request on average, and are not part of it\n", digits(sum/float64(n)))
	}
}

// describe returns the source of a law: the files, the sizes that were seen, and its error.
func (o *fitBatchOptions) describe(l *batch.Law, runs int, paths []string) string {
	parts := []string{cmp.Or(o.profile.Source, baseNames(paths))}
	if o.date != "" {
		parts = append(parts, o.date)
	}
	last := len(l.Sizes) - 1
	parts = append(parts, fmt.Sprintf("%s of batches of %d to %d", count(runs, "run", "runs"), l.Sizes[0].Items, l.Sizes[last].Items))
	if mean, n := l.HeldBack(); n > 0 {
		parts = append(parts, fmt.Sprintf("mean error of %s held back %.1f %%", count(n, "size", "sizes"), 100*mean))
	}
	return strings.Join(parts, ", ")
}

// latencyOf returns the law as scenario files have it.
func latencyOf(l *batch.Law) builtin.Latency {
	span := func(seconds float64) quantity.Duration {
		return quantity.Duration(math.Round(float64(digits(seconds)) * float64(time.Second)))
	}
	if l.Straight {
		return builtin.Latency{Fixed: span(l.Fixed.Value), Each: span(l.Each.Value), Max: l.Sizes[len(l.Sizes)-1].Items}
	}
	latency := builtin.Latency{Table: map[int]quantity.Duration{}}
	for _, s := range l.Sizes {
		latency.Table[s.Items] = span(s.Mean.Value)
	}
	return latency
}
