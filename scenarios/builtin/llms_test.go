package builtin

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wavetank/sim/quantity"
	"wavetank/sim/simtest/golden"
)

// The entries of llms.yaml are made from these lists: each LLM on each kind of GPU on which it
// fits, with the shipped step-time model if there is one, or else a roofline.

// llm is a large language model with weights of 16 bits.
type llm struct {
	name     string // its shape is in architectures.yaml
	billions float64
	accuracy float64 // MMLU 5-shot
	source   string
	date     string
	context  int // largest number of tokens of a request
}

const (
	qwen25   = "Qwen2.5 technical report, base model"
	qwen3    = "Qwen3 technical report, base model"
	contexts = 16384
)

var llms = []llm{
	{"qwen2.5-0.5b", 0.494, 47.5, qwen25, "2024", contexts},
	{"qwen3-0.6b", 0.596, 52.81, qwen3, "2025", contexts},
	{"qwen2.5-1.5b", 1.54, 60.9, qwen25, "2024", contexts},
	{"llama-3.2-3b", 3.21, 63.4, "Meta, model card of Llama 3.2 3B Instruct", "2024", contexts},
	{"llama-3.1-8b", 8.03, 69.4, "Meta, model card of Llama 3.1 8B Instruct", "2024", contexts},
	{"qwen3-8b", 8.19, 76.89, qwen3, "2025", contexts},
	{"qwen3-14b", 14.77, 81.05, qwen3, "2025", contexts},
	{"qwen3-32b", 32.76, 83.61, qwen3, "2025", contexts},
	{"llama-2-70b", 68.975, 68.9, "Touvron and others 2023, Llama 2", "2023", 4096},
	{"llama-3.1-70b", 70.55, 83.6, "Meta, model card of Llama 3.1 70B Instruct", "2024", contexts},
	{"qwen3-30b-a3b", 30.53, 81.38, qwen3, "2025", contexts},
	{"mixtral-8x7b", 46.7, 70.6, "Jiang and others 2024, Mixtral of Experts", "2024", contexts},
}

// board is a kind of GPU on which LLMs are served.
type board struct {
	name   string
	memory int    // GiB that an engine can use
	link   string // to the other GPUs, in one direction; empty: a replica has only one GPU
	small  bool   // its hosts have little memory
}

var boards = []board{
	{"h100", 80, "450GB/s", false},
	{"a100", 40, "300GB/s", false},
	{"l40s", 44, "32GB/s", true},
	{"a10g", 22, "32GB/s", true},
	{"l4", 22, "32GB/s", true},
	{"t4", 15, "", true},
	{"a100-80", 80, "300GB/s", false},
	{"h200", 140, "450GB/s", false},
	{"b200", 179, "900GB/s", false},
}

// unchanged are LLMs that keep the roofline that they always had, so that the results of scenarios
// do not change. The shipped model of this name is up to a fifth slower in steps with prompts; a
// scenario can name it.
var unchanged = []string{"llama-3.1-8b/l40s/1"}

const llmsHead = `# Large language models. Architectures and sizes are as published, and weights have 16 bits. The host resources
# that a replica takes are an assumption. An LLM is listed on every kind of GPU on which its weights and one
# request of the greatest length fit. Step-time models that are given by name were fitted to measurements of
# engines or of kernels (wavetank list step-times). Rooflines follow from data sheets under the assumptions of
# docs/step-times.md.
# This file is written by: go test ./scenarios/builtin -run LLMsFollow -update
models:
`

// TestShippedLLMsFollowFromTheirLists compares llms.yaml with the lists above.
func TestShippedLLMsFollowFromTheirLists(t *testing.T) {
	shipped, err := StepTimes()
	if err != nil {
		t.Fatal(err)
	}
	shapes, err := Architectures()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString(llmsHead)
	anchors := anchored{}
	for _, m := range llms {
		i := slices.IndexFunc(shapes, func(a Named) bool { return a.Name == m.name })
		if i < 0 {
			t.Fatalf("no shape of %s", m.name)
		}
		m.write(&b, shapes[i].Architecture, shipped, anchors)
	}
	golden.Check(t, "llms.yaml", b.String())
}

// anchored writes a text with an anchor the first time, and then an alias for it.
type anchored map[string]bool

func (a anchored) text(name, text string) string {
	if a[name] {
		return "*" + name
	}
	a[name] = true
	return "&" + name + " " + text
}

// write appends the YAML of an LLM to b.
func (m llm) write(b *strings.Builder, a Architecture, shipped []StepTimeFile, anchors anchored) {
	fmt.Fprintf(b, "  - name: %s\n    task: text generation\n    measure: \"MMLU 5-shot, percent\"\n    source: %q\n    date: %q\n    notes:\n", m.name, m.source, m.date)
	fmt.Fprintf(b, "      - %s\n", anchors.text("host", `"cores and host memory: assumption"`))
	fmt.Fprintf(b, "      - %s\n", anchors.text("gpu-memory", `"gpu-memory: all of the GPU that an engine can use; memory-utilization and reserve say what of it serves the KV cache"`))
	fmt.Fprintf(b, "    variants:\n      - name: %s\n        accuracy: %v\n        weights: %.0fMB\n        source: \"%v billion parameters of 2 bytes\"\n        devices:\n",
		m.name, m.accuracy, m.megabytes(), math.Round(m.billions*100)/100)
	for _, g := range boards {
		for _, n := range m.sizes(g, a) {
			m.writeProfile(b, g, n, a, shipped, anchors)
		}
	}
}

func (m llm) megabytes() float64 { return 2000 * m.billions }

// sizes returns the numbers of GPUs with which the LLM is listed. The smallest one holds the
// weights and a request of the greatest length. A small LLM is listed with this number, a larger
// one also with more.
func (m llm) sizes(g board, a Architecture) []int {
	most := 8
	switch {
	case g.link == "" || m.billions < 10:
		most = 1
	case m.billions < 30:
		most = 2
	}
	var list []int
	for n := 1; n <= min(8, a.KVHeads); n *= 2 {
		room := float64(n)*(0.9*float64(g.memory)-2)*(1<<30) - m.megabytes()*1e6
		if room >= float64(m.context)*a.TokenBytes() && (n <= most || len(list) == 0 && g.link != "") {
			list = append(list, n)
		}
	}
	return list
}

// hostMemory returns the host memory of a replica, in GiB.
func (m llm) hostMemory(g board) float64 {
	weights := m.megabytes() * 1e6 / (1 << 30)
	large := 8 * math.Ceil((1.2*weights+5)/8)
	if !g.small {
		return large
	}
	return min(large, max(12, 2*math.Ceil(weights/2/2)))
}

// writeProfile appends the YAML of an LLM on a number of GPUs.
func (m llm) writeProfile(b *strings.Builder, g board, n int, a Architecture, shipped []StepTimeFile, anchors anchored) {
	cores := 4
	if m.billions > 20 {
		cores = 8
	}
	fmt.Fprintf(b, "          - {device: %s, cores: %d, memory: %.0fGiB, ", g.name, cores, m.hostMemory(g))
	if n > 1 {
		fmt.Fprintf(b, "gpus: %d, ", n)
	}
	name, source := fmt.Sprintf("%s/%s/%d", m.name, g.name, n), anchors.text
	step, from := "{roofline: {}}", ""
	if n > 1 && g.link != "450GB/s" {
		step = fmt.Sprintf("{roofline: {link-bandwidth: %s}}", g.link)
	}
	i := slices.IndexFunc(shipped, func(f StepTimeFile) bool { return f.Name == name })
	switch {
	case i < 0 || slices.Contains(unchanged, name):
		from = source("derived", `"derived: roofline of the data sheet"`)
	case shipped[i].Basis == Kernels:
		step, from = name, source("kernels", `"computed from measured kernels: the step-time file of that name says which"`)
	default:
		step, from = name, source("fitted", `"fitted to measurements: the step-time file of that name says which"`)
	}
	shape := anchors.text("shape-"+strings.ReplaceAll(m.name, ".", "-"), flow(a))
	fmt.Fprintf(b, "gpu-memory: %dGiB, tokens: {step-time: %s, max-model-len: %d, architecture: %s}, source: %s}\n", g.memory, step, m.context, shape, from)
}

// flow writes a shape in one line of YAML.
func flow(a Architecture) string {
	text := fmt.Sprintf("{layers: %d, hidden-size: %d, heads: %d, kv-heads: %d", a.Layers, a.Hidden, a.Heads, a.KVHeads)
	if a.HeadDim > 0 {
		text += fmt.Sprintf(", head-dim: %d", a.HeadDim)
	}
	text += fmt.Sprintf(", intermediate-size: %d, vocab-size: %d", a.FFN, a.Vocabulary)
	if a.Experts > 1 {
		text += fmt.Sprintf(", experts: %d, experts-per-token: %d", a.Experts, a.ActiveExperts)
	}
	if a.Tied {
		text += ", tie-word-embeddings: true"
	}
	return text + "}"
}

// TestEveryLLMIsListedWhereItFits compares the profiles of each LLM with the machines. A machine on
// which its weights and the longest request fit has a profile, unless the GPUs are T4s, which are
// used one by one.
func TestEveryLLMIsListedWhereItFits(t *testing.T) {
	machines, models := load(t)
	for _, m := range models {
		v := m.Variants[0]
		if v.Devices[0].Tokens == nil {
			continue
		}
		a := *v.Devices[0].Tokens.Architecture
		longest := a.TokenBytes() * float64(v.Devices[0].Tokens.Context)
		for _, machine := range machines {
			if machine.GPU == "" {
				continue
			}
			gpus := machine.GPUs
			if machine.GPU == "t4" {
				gpus = 1
			}
			usable := min(float64(machine.GPUMemory), 179<<30)
			if machine.GPU == "t4" {
				usable = 15 << 30
			}
			fits := float64(gpus)*(0.9*math.Floor(usable/(1<<30))*(1<<30)-2<<30)-float64(v.Weights) >= longest && gpus <= a.KVHeads
			listed := slices.ContainsFunc(v.Devices, func(p Profile) bool { return p.Device == machine.GPU && max(1, p.GPUs) <= machine.GPUs })
			if fits && !listed {
				t.Errorf("%s fits on %s, and has no profile for it", m.Name, machine.Name)
			}
		}
		for _, p := range v.Devices {
			if all := quantity.Bytes(max(1, p.GPUs)) * p.GPUMemory; v.Weights >= all {
				t.Errorf("%s on %s: %v of weights in %v", m.Name, p.shape(), v.Weights, all)
			}
		}
	}
}

// TestStepTimesOfTheCatalogueBelongToTheirProfiles compares a profile with the step-time model that
// it names: the network, the kind of GPU and the number of GPUs.
func TestStepTimesOfTheCatalogueBelongToTheirProfiles(t *testing.T) {
	_, models := load(t)
	seen := map[Basis]int{}
	for _, m := range models {
		for _, v := range m.Variants {
			for _, p := range v.Devices {
				basis, err := p.RestsOn(nil)
				if seen[basis]++; err != nil || basis == Given {
					t.Errorf("%s on %s: %q %v", v.Name, p.shape(), basis, err)
				}
				if p.Tokens == nil || p.Tokens.StepTime.Name == "" {
					continue
				}
				f, err := FindStepTime(p.Tokens.StepTime.Name, nil)
				if err != nil {
					t.Fatal(err)
				}
				known, err := FindArchitecture(strings.TrimSuffix(strings.Fields(f.Model)[0], ","))
				if err != nil || known.Architecture != *p.Tokens.Architecture || f.GPU != p.Device || f.GPUs != max(1, p.GPUs) {
					t.Errorf("%s on %s has the step-time model %s of %s on %d × %s (%v)", v.Name, p.shape(), f.Name, f.Model, f.GPUs, f.GPU, err)
				}
			}
		}
	}
	if diff := cmp.Diff(true, seen[Measured] > 0 && seen[Kernels] > 0 && seen[Derived] > 0); diff != "" {
		t.Errorf("bases: %v", seen)
	}
}
