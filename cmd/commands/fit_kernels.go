package commands

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"wavetank/scenarios/builtin"
	"wavetank/scenarios/calibrate/kernels"
	"wavetank/sim/quantity"
	"wavetank/workload/table"
)

// fitKernelsOptions are the flags of fit kernels.
type fitKernelsOptions struct {
	engine  engineOptions
	result  resultOptions
	tables  kernelTableOptions
	profile kernels.ProfileOptions
	lengths kernels.MeanLengths

	config            string // config.json of the network
	link, linkLatency string
	host, perSequence string
	shape             string // one of kernelShapes
	skew              bool
}

// kernelShapes are the shapes of a step-time model of kernels.
var kernelShapes = []string{"roofline", "table"}

func fitKernelsCommand() *cobra.Command {
	o := &fitKernelsOptions{}
	c := &cobra.Command{
		Use: "kernels [FOLDER]", Short: "Fit to tables of how long the kernels of a layer take", Args: cobra.MaximumNArgs(1),
		Long: "Fit to tables of how long the kernels of a layer take: a profile of LLMServingSim (dense.csv,\n" +
			"attention.csv …, or its first version), the tables of one GPU of NVIDIA's aiconfigurator\n" +
			"(data/h100_sxm …), or tables named one by one (--dense, --attention, --sequence).",
		RunE: func(c *cobra.Command, args []string) error { return o.run(c, args) },
	}
	o.engine.flags(c)
	o.result.flags(c)
	o.tables.flags(c)
	f, p := c.Flags(), &o.profile
	f.StringVar(&o.config, "config", "", "config.json of the network (default: the catalogue's shape of --model, or of the network that the folder names)")
	f.StringVar(&o.link, "link", "", "bandwidth between two GPUs in one direction, such as 450GB/s, for an exchange that is not in the tables")
	f.StringVar(&o.linkLatency, "link-latency", "10us", "latency of a message between two GPUs, with --link")
	f.IntVar(&p.Graphs, "max-cudagraph-capture-size", 512, "a step of at most this many tokens takes the time of the next larger CUDA graph; 0: no CUDA graphs (default: twice --max-num-seqs, at most 512)")
	f.StringVar(&o.shape, "shape", kernelShapes[0], "roofline: the larger of two linear functions is fitted to steps; table: the tables are the model, with linear interpolation")
	f.BoolVar(&o.skew, "skew", false, "attention takes longer, by the factor that skew.csv has for contexts that differ fourfold (default: whether meta.yaml says skew_fit: enabled)")
	f.BoolVar(&p.Spread, "enable-expert-parallel", false, "each GPU has whole experts, in aiconfigurator's tables; by default it has a part of every expert")
	f.IntVar(&p.Ranks, "data-parallel-size", 1, "replicas that share the experts of a mixture, with as many tokens in a step each; needs --shape table and a profile of LLMServingSim")
	f.StringVar(&p.Type, "dtype", "bfloat16", "type of the weights in aiconfigurator's tables, such as fp8")
	f.StringVar(&p.CacheType, "kv-cache-dtype", "bfloat16", "type of the KV cache in aiconfigurator's tables, such as fp8")
	f.StringVar(&o.host, "host", "0s", "time in each step in which the GPU waits for the engine")
	f.StringVar(&o.perSequence, "host-per-sequence", "0s", "additional time in which the GPU waits for the engine, for each sequence of the step")
	f.Float64Var(&o.lengths.Input, "input", 512, "mean tokens of the prompts; the model is fitted to their steps")
	f.Float64Var(&o.lengths.Output, "output", 256, "mean tokens of the answers")
	return c
}

// run fits to a folder or to tables named one by one.
func (o *fitKernelsOptions) run(c *cobra.Command, args []string) error {
	if len(args) == 0 && !o.tables.named() {
		return input(errors.New("fit kernels: name a folder of tables, or --dense and --attention"))
	}
	step, sequence, err := o.values(c)
	if len(args) > 0 && o.tables.given() {
		err = errors.Join(err, errors.New("a folder names its tables and its network: leave out --dense, --attention, --sequence and --layers"))
	}
	if err = errors.Join(o.result.check(), err); err != nil {
		return input(err)
	}
	var source *kernels.KernelProfile
	if len(args) > 0 {
		source, err = kernels.Open(args[0], o.profile)
	} else {
		source, err = o.tables.open(o.profile.Graphs)
	}
	if err != nil {
		return input(err)
	}
	o.describe(c, source)
	if o.shape == "table" {
		return o.tabulate(c.OutOrStdout(), source, step, sequence)
	}
	found, err := kernels.Fit(source.StepTimer, &o.engine.config, o.lengths)
	if err != nil {
		return input(err)
	}
	return printKernelFit(c.OutOrStdout(), &o.result, found.WithHostTime(step, sequence), source)
}

// values reads the flags with units, and checks flags that depend on each other. It returns the
// seconds in which the GPU waits for the engine: per step, and per sequence of a step.
func (o *fitKernelsOptions) values(c *cobra.Command) (step, sequence float64, err error) {
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
	step, sequence = span("host", o.host), span("host-per-sequence", o.perSequence)
	p := &o.profile
	p.Latency = span("link-latency", o.linkLatency)
	if o.link != "" {
		var b quantity.Bandwidth
		err := b.UnmarshalText([]byte(o.link))
		wrong(err != nil || b <= 0, "--link %s: want bytes per second such as 450GB/s", o.link)
		p.Link = float64(b)
	}
	wrong(o.tables.layers < 0, "--layers: %d is negative", o.tables.layers)
	if !c.Flags().Changed("max-cudagraph-capture-size") {
		p.Graphs = min(p.Graphs, 2*o.engine.config.MaxSequences) // as in vLLM
	}
	if c.Flags().Changed("skew") {
		p.Skew = &o.skew
	}
	wrong(!slices.Contains(kernelShapes, o.shape), "--shape %s: want one of %s", o.shape, strings.Join(kernelShapes, ", "))
	wrong(p.Ranks < 1 || p.Ranks > 4096, "--data-parallel-size: %d is not between 1 and 4096", p.Ranks)
	wrong(p.Ranks > 1 && o.shape != "table", "--data-parallel-size: replicas that share experts need --shape table")
	wrong(p.Graphs < 0, "--max-cudagraph-capture-size: %d is negative", p.Graphs)
	wrong(!(o.lengths.Input >= 1 && o.lengths.Input <= 1e6), "--input: %v is not between 1 and a million", o.lengths.Input)
	wrong(!(o.lengths.Output >= 1 && o.lengths.Output <= 1e6), "--output: %v is not between 1 and a million", o.lengths.Output)
	if c.Flags().Changed("model") {
		p.Model = o.result.file.Model
	}
	if c.Flags().Changed("gpus") {
		p.GPUs = o.result.file.GPUs
	}
	p.Network = o.network
	if o.config != "" && p.Model == "" {
		p.Model = strings.TrimSuffix(filepath.Base(o.config), filepath.Ext(o.config))
	}
	return step, sequence, errors.Join(append(faults, o.engine.config.Validate())...)
}

// network returns the shape of a network: that of --config, or else the catalogue's shape of the
// network with the given name.
func (o *fitKernelsOptions) network(model string) (builtin.Architecture, error) {
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

// describe copies the description of a folder's tables into the step-time file: network, GPU and so
// on, unless flags give them.
func (o *fitKernelsOptions) describe(c *cobra.Command, s *kernels.KernelProfile) {
	file := &o.result.file
	if s.Model != "" {
		file.Model, file.GPUs = s.Model, s.GPUs
	}
	if !c.Flags().Changed("gpu") && s.GPU != "" {
		file.GPU = s.GPU
	}
	file.Date, file.Source, file.Basis = cmp.Or(file.Date, s.Date), cmp.Or(file.Source, s.Name), builtin.Kernels
	file.Notes = s.Notes
}

// kernelTableOptions name tables one by one.
type kernelTableOptions struct {
	dense, attention, sequence string
	layers                     int
	counts                     []string
}

func (o *kernelTableOptions) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&o.dense, "dense", "", "table layer, tokens, time of the kernels whose time depends on the tokens of a step")
	f.StringVar(&o.attention, "attention", "", "table prefill_chunk, kv_prefill, n_decode, kv_decode, time")
	f.StringVar(&o.sequence, "sequence", "", "table layer, sequences, time of the kernels whose time depends on the sequences of a step")
	f.IntVar(&o.layers, "layers", 0, "layers of the network, for tables named one by one")
	f.StringSliceVar(&o.counts, "count", nil, "how often a kernel of --dense or --sequence runs in a step: embedding=1 (default: dense kernels once per layer, others once)")
}

// named reports whether flags name at least one of the tables that are always needed.
func (o *kernelTableOptions) named() bool { return o.dense != "" || o.attention != "" }

// given reports whether a table or the number of layers is named.
func (o *kernelTableOptions) given() bool { return o.named() || o.sequence != "" || o.layers != 0 }

// open opens the tables. Steps of up to graphs tokens run as CUDA graphs.
func (o *kernelTableOptions) open(graphs int) (*kernels.KernelProfile, error) {
	k := kernels.KernelTables{Layers: o.layers, Counts: map[string]int{}, Graphs: graphs}
	var faults []error
	for _, one := range []struct {
		name, path string
		to         **table.Table
		needed     bool
	}{{"dense", o.dense, &k.Dense, true}, {"attention", o.attention, &k.Attention, true}, {"sequence", o.sequence, &k.Sequence, false}} {
		if one.path == "" {
			if one.needed {
				faults = append(faults, fmt.Errorf("--%s: no table is named", one.name))
			}
			continue
		}
		t, err := table.Load(table.OnDisk(one.path))
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
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	timer, err := k.StepTimer()
	return &kernels.KernelProfile{StepTimer: timer, Name: filepath.Base(o.dense) + ", " + filepath.Base(o.attention)}, err
}
