package builtin

import (
	"fmt"
	"strings"

	"wavetank/scenarios/strict"
	"wavetank/sim/profile"
	"wavetank/sim/quantity"
)

// Roofline is a step-time model of a network on GPUs from their data sheet. A step takes an
// overhead and the longer of two times: its operations at a share of the peak, and its bytes at a
// share of the bandwidth (Williams, Waterman and Patterson 2009, "Roofline").
type Roofline struct {
	Speed             quantity.Speed     `yaml:"peak-flops,omitempty" was:"speed" doc:"peak of one GPU in the type of the weights; when not given, the data sheet's peak at 16 bits"`
	Bandwidth         quantity.Bandwidth `yaml:"memory-bandwidth,omitempty" was:"bandwidth" doc:"bandwidth of the memory of one GPU; when not given, from the data sheet"`
	ComputeEfficiency float64            `yaml:"compute-efficiency" doc:"share of the peak that is reached"`
	MemoryEfficiency  float64            `yaml:"memory-efficiency" doc:"share of the bandwidth that is reached"`
	Overhead          quantity.Span      `yaml:"overhead" doc:"time added to each step: scheduling, launches, sampling"`
	Link              quantity.Bandwidth `yaml:"link-bandwidth" was:"link" doc:"bandwidth of one GPU to the others in one direction, if a replica has several"`
	LinkLatency       quantity.Span      `yaml:"link-latency" doc:"latency of one exchange among several GPUs; each layer has two exchanges"`
}

// SetDefaults fills in assumptions. For large dense networks, step times then have errors of about
// a third at most.
func (r *Roofline) SetDefaults() {
	*r = Roofline{ComputeEfficiency: 0.6, MemoryEfficiency: 0.8, Overhead: 1e-3, Link: 450e9, LinkLatency: 10e-6}
}

// Check reports impossible figures.
func (r *Roofline) Check(_ *strict.Node, report func(path, message string)) {
	notNegative(report, "peak-flops", r.Speed)
	notNegative(report, "memory-bandwidth", r.Bandwidth)
	notNegative(report, "overhead", r.Overhead)
	positive(report, "link-bandwidth", r.Link)
	notNegative(report, "link-latency", r.LinkLatency)
	for _, e := range []struct {
		name  string
		value float64
	}{{"compute-efficiency", r.ComputeEfficiency}, {"memory-efficiency", r.MemoryEfficiency}} {
		if !(e.value > 0 && e.value <= 1) {
			report(e.name, fmt.Sprintf("must be above 0 and at most 1, not %v", e.value))
		}
	}
}

// StepTime returns the step-time model of a network on a number of GPUs of one kind. Every weight
// is read once in each step, even the weights of all experts. A context is read once for each
// decoded token. With g GPUs, each layer exchanges its output twice, in a ring: 2(g−1)/g of its
// bytes go over each link.
func (r Roofline) StepTime(a Architecture, device string, gpus int) (profile.StepTime, error) {
	sheet, known := sheets[device]
	if r.Speed == 0 {
		r.Speed = sheet.speed
	}
	if r.Bandwidth == 0 {
		r.Bandwidth = sheet.bandwidth
	}
	if r.Speed == 0 || r.Bandwidth == 0 {
		if !known {
			return profile.StepTime{}, fmt.Errorf("no data sheet of a %s is known: give the roofline peak-flops and memory-bandwidth", device)
		}
	}
	g := float64(max(1, gpus))
	speed := float64(r.Speed) * r.ComputeEfficiency * g
	bandwidth := float64(r.Bandwidth) * r.MemoryEfficiency * g
	token := 2 * a.layers(a.ActiveExperts) / speed
	pair := 4 * float64(a.Layers) * float64(a.Heads) * a.head() / speed
	c := Coefficients{
		Compute: Form{
			Sequence: quantity.Span(2 * a.output() / speed), Prefill: quantity.Span(token), Attention: quantity.Span(pair),
			Decode: quantity.Span(token), Context: quantity.Span(pair),
		},
		Memory:   Form{Constant: quantity.Span(a.Bytes * (a.layers(a.Experts) + a.output()) / bandwidth), Context: quantity.Span(a.TokenBytes() / bandwidth)},
		Overhead: Form{Constant: r.Overhead},
	}
	if g > 1 {
		exchanged := quantity.Span(2 * float64(a.Layers) * 2 * (g - 1) / g * float64(a.Hidden) * 2 / float64(r.Link))
		c.Overhead.Constant += quantity.Span(2*a.Layers) * r.LinkLatency
		c.Overhead.Prefill, c.Overhead.Decode = exchanged, exchanged
	}
	return c.StepTime()
}

// Mixture returns the experts of a network, with the time to read one of them in all layers: its
// part of the time in which a roofline of the network reads all weights. A dense network has none.
func (a Architecture) Mixture(roofline profile.StepTime) (m profile.Mixture) {
	if a.Experts < 2 {
		return m
	}
	part := (a.layers(1) - a.layers(0)) / (a.layers(a.Experts) + a.output())
	return profile.Mixture{Count: int64(a.Experts), Active: int64(a.ActiveExperts), Each: int64(part * float64(roofline.Memory.Constant))}
}

// sheet holds figures from the data sheet of a GPU: its dense peak at 16 bits, and the bandwidth of
// its memory.
type sheet struct {
	speed     quantity.Speed
	bandwidth quantity.Bandwidth
}

// SheetsDate is the year of the data sheets.
const SheetsDate = "2025"

// sheets holds figures from NVIDIA's data sheets, as of SheetsDate. If cards of one kind differ,
// the name has the memory size.
var sheets = map[string]sheet{
	"t4":       {65e12, 300e9},
	"l4":       {121e12, 300e9},
	"a10g":     {70e12, 600e9},
	"a30":      {165e12, 933e9},
	"l40s":     {362e12, 864e9},
	"a100":     {312e12, 1555e9},
	"a100-80":  {312e12, 2039e9},
	"h100":     {989e12, 3350e9},
	"h200":     {989e12, 4800e9},
	"b200":     {2250e12, 8000e9},
	"rtx-4090": {165e12, 1008e9},
}

// FindSheet returns the name of the GPU kind in the catalogue whose data sheet is that of a device,
// such as rtx-4090 for NVIDIA GeForce RTX 4090. It reports whether there is one.
func FindSheet(device string) (name string, known bool) {
	written := strings.ReplaceAll(strings.ToLower(device), " ", "-")
	for kind := range sheets {
		if strings.Contains(written, kind) && len(kind) > len(name) {
			name = kind
		}
	}
	return name, name != ""
}
