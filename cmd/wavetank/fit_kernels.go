package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"wavetank/reports"
	"wavetank/scenarios/builtin"
	"wavetank/scenarios/calibrate/kernels"
	"wavetank/scenarios/calibrate/measured"
	"wavetank/sim/quantity"
)

// kernelOptions are the flags of wavetank fit kernels.
type kernelOptions struct {
	lawOptions
	dense, attention, sequence string // tables by themselves
	layers                     int
	counts                     []string

	config            string // of the network
	source            kernels.SourceOptions
	link, linkLatency string
	host, perSequence string
	lengths           kernels.Lengths
}

func kernelsCommand() *cobra.Command {
	o := &kernelOptions{}
	c := &cobra.Command{
		Use: "kernels [FOLDER]", Short: "Fit to tables of how long the kernels of a layer take", Args: cobra.MaximumNArgs(1),
		Long: "Fit to tables of how long the kernels of a layer take: a profile of LLMServingSim (dense.csv, attention.csv …, or its first version),\n" +
			"the tables of one GPU of NVIDIA's aiconfigurator (data/h100_sxm …), or tables named one by one (--dense, --attention, --sequence).",
		RunE: func(c *cobra.Command, args []string) error { return o.run(c, args) },
	}
	o.flags(c)
	f := c.Flags()
	f.StringVar(&o.dense, "dense", "", "table layer, tokens, time of the kernels whose time goes by tokens")
	f.StringVar(&o.attention, "attention", "", "table prefill_chunk, kv_prefill, n_decode, kv_decode, time")
	f.StringVar(&o.sequence, "sequence", "", "table layer, sequences, time of the kernels whose time goes by sequences")
	f.IntVar(&o.layers, "layers", 0, "layers of the network, where tables are named one by one")
	f.StringSliceVar(&o.counts, "count", nil, "how often a kernel of such a table runs in a step: embedding=1; dense kernels once per layer where not given, others once")
	f.StringVar(&o.config, "config", "", "config.json of the network; not needed where wavetank knows the shape of --model, or of the network that the folder names")
	f.StringVar(&o.link, "link", "", "bytes per second between two GPUs in one direction, such as 450GB/s, for an exchange that is not in the tables")
	f.StringVar(&o.linkLatency, "link-latency", "10us", "of a message between two GPUs, with --link")
	f.IntVar(&o.source.Graphs, "max-cudagraph-capture-size", 512, "steps of up to so many tokens take as long as the next size of CUDA graphs; 0: as long as their own")
	f.BoolVar(&o.source.Skew, "skew", false, "attention takes as much longer as skew.csv says it does where contexts differ fourfold")
	f.BoolVar(&o.source.Spread, "enable-expert-parallel", false, "experts are spread over the GPUs whole, in aiconfigurator's tables; else each GPU has a part of every one")
	f.StringVar(&o.source.Type, "dtype", "bfloat16", "of the weights in aiconfigurator's tables, such as fp8")
	f.StringVar(&o.source.CacheType, "kv-cache-dtype", "bfloat16", "of the KV cache in aiconfigurator's tables, such as fp8")
	f.StringVar(&o.host, "host", "0s", "of a step, in which the GPU waits for the engine")
	f.StringVar(&o.perSequence, "host-per-sequence", "0s", "the same, for each sequence")
	f.Float64Var(&o.lengths.Input, "input", 512, "mean tokens of the prompts whose steps the law is fitted to")
	f.Float64Var(&o.lengths.Output, "output", 256, "mean tokens of the answers")
	return c
}

// run fits to a folder or to tables by themselves.
func (o *kernelOptions) run(c *cobra.Command, args []string) error {
	if len(args) == 0 && o.dense == "" && o.attention == "" {
		return input(errors.New("fit kernels: name a folder of tables, or --dense and --attention"))
	}
	host, err := o.values(c, len(args) > 0)
	if err = errors.Join(o.check(), err); err != nil {
		return input(err)
	}
	var source *kernels.Source
	if len(args) > 0 {
		if source, err = kernels.OpenSource(args[0], o.source); err != nil {
			return input(err)
		}
		o.name(c, source)
	} else {
		k, err := o.tables()
		if err != nil {
			return input(err)
		}
		timer, err := k.Timer()
		if err != nil {
			return input(err)
		}
		source = &kernels.Source{Timer: timer, Name: filepath.Base(o.dense) + ", " + filepath.Base(o.attention)}
		if o.law.Model == "" {
			o.law.Model = "unnamed"
		}
	}
	fit, err := kernels.FitSteps(source.Timer, &o.engine, o.lengths)
	if err != nil {
		return input(err)
	}
	return o.ofKernels(c.OutOrStdout(), fit.Hosted(host[0], host[1]), source)
}

// values reads the flags that have units, and those that depend on each other; seconds of the host per step and per sequence.
func (o *kernelOptions) values(c *cobra.Command, folder bool) (host [2]float64, err error) {
	var faults []error
	wrong := func(is bool, format string, args ...any) {
		if is {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	span := func(name, text string) float64 {
		var d quantity.Span
		err := d.UnmarshalText([]byte(text))
		wrong(err != nil || d < 0, "--%s %s: want a span of time such as 10us", name, text)
		return float64(d)
	}
	host[0], host[1] = span("host", o.host), span("host-per-sequence", o.perSequence)
	o.source.Latency = span("link-latency", o.linkLatency)
	if o.link != "" {
		var b quantity.Bandwidth
		err := b.UnmarshalText([]byte(o.link))
		wrong(err != nil || b <= 0, "--link %s: want bytes per second such as 450GB/s", o.link)
		o.source.Link = float64(b)
	}
	wrong(o.layers < 0, "--layers: %d is negative", o.layers)
	wrong(o.source.Graphs < 0, "--max-cudagraph-capture-size: %d is negative", o.source.Graphs)
	wrong(!(o.lengths.Input >= 1 && o.lengths.Input <= 1e6), "--input: %v is not between 1 and a million", o.lengths.Input)
	wrong(!(o.lengths.Output >= 1 && o.lengths.Output <= 1e6), "--output: %v is not between 1 and a million", o.lengths.Output)
	wrong(folder && (o.dense != "" || o.attention != "" || o.sequence != "" || o.layers != 0), "a folder names its tables and its network: leave out --dense, --attention, --sequence and --layers")
	if !c.Flags().Changed("model") {
		o.law.Model = ""
	}
	o.source.Model = o.law.Model
	if c.Flags().Changed("gpus") {
		o.source.GPUs = o.law.GPUs
	}
	o.source.Network = o.network
	if o.config != "" && o.source.Model == "" {
		o.source.Model = strings.TrimSuffix(filepath.Base(o.config), filepath.Ext(o.config))
	}
	return host, errors.Join(append(faults, o.engine.Validate())...)
}

// network returns the shape of a network: of its config.json where that is given.
func (o *kernelOptions) network(model string) (builtin.Architecture, error) {
	if o.config == "" {
		known, err := builtin.FindArchitecture(model)
		if err != nil {
			return builtin.Architecture{}, fmt.Errorf("%w; else give its config.json as --config", err)
		}
		return known.Architecture, nil
	}
	data, err := readSmall(o.config)
	if err != nil {
		return builtin.Architecture{}, err
	}
	return builtin.ReadArchitecture(o.config, data)
}

// name takes over for the law file what a folder says.
func (o *kernelOptions) name(c *cobra.Command, s *kernels.Source) {
	o.law.Model, o.law.GPUs = s.Model, s.GPUs
	if !c.Flags().Changed("gpu") && s.GPU != "" {
		o.law.GPU = s.GPU
	}
	o.law.Date = cmp.Or(o.law.Date, s.Date)
	o.law.Notes = s.Notes
}

// tables opens tables that are named one by one.
func (o *kernelOptions) tables() (kernels.Kernels, error) {
	k := kernels.Kernels{Layers: o.layers, Counts: map[string]int{}, Graphs: o.source.Graphs}
	var faults []error
	for _, one := range []struct {
		name, path string
		to         **measured.Table
		needed     bool
	}{{"dense", o.dense, &k.Dense, true}, {"attention", o.attention, &k.Attention, true}, {"sequence", o.sequence, &k.Sequence, false}} {
		if one.path == "" {
			if one.needed {
				faults = append(faults, fmt.Errorf("--%s: no table is named", one.name))
			}
			continue
		}
		t, err := measured.OpenTable(one.path)
		faults, *one.to = append(faults, err), t
	}
	for _, w := range o.counts {
		name, times, _ := strings.Cut(w, "=")
		n, err := strconv.Atoi(times)
		if err != nil || n < 0 {
			faults = append(faults, fmt.Errorf("--count %s: want kernel=times", w))
		}
		k.Counts[name] = n
	}
	return k, errors.Join(faults...)
}

// ofKernels prints and writes a law of kernels.
func (o *kernelOptions) ofKernels(w io.Writer, f kernels.Fitted, s *kernels.Source) error {
	law, err := f.Step()
	if err != nil {
		return err
	}
	o.law.Law = rounded(law)
	o.coefficients(w, f.Parameters, f.Values, f.Low, f.High)
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(tab, "steps\tfitted to\tmean absolute difference\theld back\tmean absolute difference\n")
	var list []reports.Compared
	var said []string
	rows, held := 0, 0
	for _, p := range f.Parts {
		n, off := p.Error(false)
		m, offHeld := p.Error(true)
		fmt.Fprintf(tab, "%s\t%d\t%.1f %%\t%d\t%.1f %%\n", p.Name, n, 100*off, m, 100*offHeld)
		said = append(said, fmt.Sprintf("%s %.1f %%", p.Name, 100*offHeld))
		list = append(list, reports.Compared{Name: strings.ToUpper(p.Name[:1]) + p.Name[1:], Seconds: true, Measured: p.Measured, Said: p.Law, Held: p.Held})
		rows, held = rows+n, held+m
	}
	o.law.Error = "mean absolute differences over steps held back: " + strings.Join(said, ", ")
	said = nil
	if len(s.Checks) > 0 {
		fmt.Fprintf(tab, "\t\t\t\t\ntables, interpolated\t\t\trows left out\tmean absolute difference\n")
	}
	for _, p := range s.Checks {
		if n, off := p.Error(true); n > 0 {
			fmt.Fprintf(tab, "%s\t\t\t%d\t%.1f %%\n", p.Name, n, 100*off)
			said = append(said, fmt.Sprintf("%s %.1f %%", p.Name, 100*off))
		}
	}
	if len(said) > 0 {
		o.law.Error += "; of the tables interpolated at rows left out: " + strings.Join(said, ", ")
	}
	if err := tab.Flush(); err != nil {
		return err
	}
	for _, note := range o.law.Notes {
		fmt.Fprintf(w, "\nNote: %s\n", note)
	}
	o.law.Source = cmp.Or(o.law.Source, s.Name)
	return o.files(fmt.Sprintf("%d steps timed by the tables fitted to, %d held back", rows, held), o.law.Source, "by the law", list)
}
