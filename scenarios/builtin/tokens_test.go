package builtin

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"wavetank/scenarios/strict"
	"wavetank/sim/profile"
	"wavetank/sim/quantity"
)

// llama8B is the shape of Llama 3.1 8B.
var llama8B = Architecture{Layers: 32, Hidden: 4096, Heads: 32, KVHeads: 8, FFN: 14336, Vocabulary: 128256, Experts: 1, ActiveExperts: 1, Bytes: 2, KVBytes: 2}

// device reads the profile of one device.
func device(t *testing.T, text string) (Profile, strict.Faults) {
	t.Helper()
	doc, err := strict.Parse("device.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var p Profile
	return p, doc.Decode(&p)
}

const served = "device: h100\ncores: 4\nmemory: 24GiB\ngpu-memory: 80GiB\n"

func TestArchitectureHasThePublishedSizes(t *testing.T) {
	if got := llama8B.WeightBytes(); math.Abs(got/16.06e9-1) > 0.002 {
		t.Errorf("Llama 3.1 8B has %.3g bytes of weights", got)
	}
	if got := llama8B.TokenBytes(); got != 128<<10 {
		t.Errorf("a token of Llama 3.1 8B takes %v bytes of KV cache", got)
	}
	mixtral := Architecture{Layers: 32, Hidden: 4096, Heads: 32, KVHeads: 8, FFN: 14336, Vocabulary: 32000, Experts: 8, ActiveExperts: 2, Bytes: 2, KVBytes: 2}
	if all, active := mixtral.WeightBytes()/2, mixtral.layers(2)+2*mixtral.output(); math.Abs(all/46.7e9-1) > 0.01 || math.Abs(active/12.9e9-1) > 0.01 {
		t.Errorf("Mixtral 8x7B has %.3g parameters, %.3g active", all, active)
	}
}

// TestExpertsAreReadInTheirPartOfTheTime takes the experts of Mixtral 8x7B out of its roofline.
// What is left takes as long as the other weights (Jiang and others 2024: 46.7e9 parameters, of
// them 45.1e9 in experts). A dense network has no experts.
func TestExpertsAreReadInTheirPartOfTheTime(t *testing.T) {
	mixtral := Architecture{Layers: 32, Hidden: 4096, Heads: 32, KVHeads: 8, FFN: 14336, Vocabulary: 32000, Experts: 8, ActiveExperts: 2, Bytes: 2, KVBytes: 2}
	r := Roofline{ComputeEfficiency: 1, MemoryEfficiency: 1, Link: 450e9}
	model, err := r.StepTime(mixtral, "h100", 1)
	if err != nil {
		t.Fatal(err)
	}
	m := mixtral.Mixture(model)
	if want := 45.1e9 / 8 * 2 / 3350e9; m.Count != 8 || m.Active != 2 || math.Abs(float64(m.Each)/(1e9*profile.Grains)/want-1) > 0.01 {
		t.Errorf("%+v; an expert takes %v s", m, want)
	}
	if rest, want := float64(model.Memory.Constant-8*m.Each)/(1e9*profile.Grains), 1.47e9*2/3350e9; math.Abs(rest/want-1) > 0.02 {
		t.Errorf("other weights take %v s, not %v s", rest, want)
	}
	if m := llama8B.Mixture(model); m != (profile.Mixture{}) {
		t.Errorf("a dense network has %+v", m)
	}
}

// TestRooflineIsBoundByTheDataSheet compares the roofline model with simple calculations at its two
// extremes: one bound by the memory bandwidth, and one by the computing speed.
func TestRooflineIsBoundByTheDataSheet(t *testing.T) {
	r := Roofline{ComputeEfficiency: 1, MemoryEfficiency: 1, Link: 450e9}
	model, err := r.StepTime(llama8B, "h100", 1)
	if err != nil {
		t.Fatal(err)
	}
	seconds := func(w profile.Work) float64 { return float64(model.Time(w)) / (1e9 * profile.Grains) }
	weights := 7.5e9 * 2 / 3350e9 // all weights except the input embedding
	if got := seconds(profile.Work{Sequences: 1, Decode: 1}); math.Abs(got/weights-1) > 0.01 {
		t.Errorf("one token takes %.4g s, reading the weights %.4g s", got, weights)
	}
	compute := 2 * 6.98e9 * 8192 / 989e12 // layers
	if got := seconds(profile.Work{Sequences: 1, Prefill: 8192}); math.Abs(got/compute-1) > 0.01 {
		t.Errorf("8192 tokens take %.4g s, their operations %.4g s", got, compute)
	}
	two, err := r.StepTime(llama8B, "h100", 2)
	if err != nil {
		t.Fatal(err)
	}
	if w := (profile.Work{Sequences: 1, Decode: 1, Context: 1000}); two.Time(w) >= model.Time(w) || 2*two.Time(w) < model.Time(w) {
		t.Errorf("on two GPUs %d grains, on one %d", two.Time(w), model.Time(w))
	}
	if _, err := r.StepTime(llama8B, "abacus", 1); err == nil {
		t.Error("an unknown device has a roofline")
	}
}

func TestKVBlocksAreWhatTheMemoryLeaves(t *testing.T) {
	p, faults := device(t, served+"tokens: {step-time: {roofline: {}}, max-model-len: 4096, reserve: 0B, architecture: {layers: 32, hidden-size: 4096, heads: 32, kv-heads: 8, intermediate-size: 14336, vocab-size: 128256}}")
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	v := Variant{Weights: 16 << 30}
	c, err := p.Engine(v, nil)
	if want := int((0.9*80 - 16) * (1 << 30) / (16 * 128 << 10)); err != nil || c.Blocks != want {
		t.Errorf("%d blocks, want %d: %v", c.Blocks, want, err)
	}
	p.Tokens.KVBlocks = 77
	if c, _ = p.Engine(v, nil); c.Blocks != 77 {
		t.Errorf("%d blocks were made of 77", c.Blocks)
	}
	p.Tokens.KVBlocks, v.Weights = 0, 73<<30
	if _, err = p.Engine(v, nil); err == nil || !strings.Contains(err.Error(), "kv-blocks") {
		t.Errorf("weights larger than the memory: %v", err)
	}
}

func TestEngineOfDefaultsIsThatOfVLLM(t *testing.T) {
	p, faults := device(t, served+"tokens: {step-time: {compute: {constant: 1ms, context: 12ps}}, max-model-len: 4096, kv-blocks: 100}")
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	c, err := p.Engine(Variant{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.MaxSequences != 256 || c.MaxTokens != 2048 || !c.Chunked || c.Block != 16 || !c.PrefixCache || c.Priority || c.LongPrefill != 0 {
		t.Errorf("%+v", c)
	}
	p.Tokens.Ahead, p.Tokens.WholePrompt = true, true
	if other, err := p.Engine(Variant{}, nil); err != nil || c.Ahead || c.WholePrompt || !other.Ahead || !other.WholePrompt {
		t.Errorf("%+v %v", other, err)
	}
	if got := c.StepTime.Compute.Coefficients(); got.Constant != 1e-3 || math.Abs(got.Context/12e-12-1) > 1e-3 {
		t.Errorf("%+v", got)
	}
}

func TestStepTimeIsFoundByNameAndInFiles(t *testing.T) {
	models, err := StepTimes()
	if err != nil {
		t.Fatal(err)
	}
	if len(models) < 6 {
		t.Errorf("%d step-time models are shipped", len(models))
	}
	for _, l := range models {
		if found, err := FindStepTime(l.Name, nil); err != nil || found.Name != l.Name {
			t.Errorf("%s: %v", l.Name, err)
		}
		if _, err := stepTimeFiles.ReadFile(shippedFile(l.Name)); err != nil {
			t.Errorf("the file of %s has another name: %v", l.Name, err)
		}
		text, err := strict.Encode(l)
		if err != nil {
			t.Fatal(err)
		}
		again, err := FindStepTime("again.yaml", func(string) ([]byte, error) { return text, nil })
		if diff := cmp.Diff(l, again); err != nil || diff != "" {
			t.Errorf("%s: %v %s", l.Name, err, diff)
		}
		step, err := l.StepTime.StepTime()
		if err != nil {
			t.Fatal(err)
		}
		if one := float64(step.Time(profile.Work{Sequences: 1, Decode: 1, Context: 1000})) / (1e9 * profile.Grains); one < 1e-3 || one > 0.1 {
			t.Errorf("%s: a step of one sequence takes %.3g s", l.Name, one)
		}
	}
	if f, err := FindStepTime("llama-3.1-8b-l40s-1", nil); err == nil {
		t.Errorf("the name of a file stands for the model %s", f.Name)
	}
	if _, err := FindStepTime("llama-3.1-8b/h10", nil); err == nil || !strings.Contains(err.Error(), "did you mean") {
		t.Errorf("unknown step-time model: %v", err)
	}
	none := errors.New("no such file")
	if _, err := FindStepTime("absent.yaml", func(string) ([]byte, error) { return nil, none }); !errors.Is(err, none) {
		t.Errorf("absent file: %v", err)
	}
}

func TestEveryLLMOfTheCatalogueCanBeServed(t *testing.T) {
	_, models := load(t)
	served := 0
	for _, m := range models {
		for _, v := range m.Variants {
			for _, p := range v.Devices {
				if p.Tokens == nil {
					continue
				}
				served++
				c, err := p.Engine(v, nil)
				if err != nil {
					t.Errorf("%s on %s: %v", v.Name, p.shape(), err)
				} else if c.Blocks*c.Block < 2*2048 {
					t.Errorf("%s on %s: only %d blocks", v.Name, p.shape(), c.Blocks)
				}
			}
		}
	}
	if served < 10 {
		t.Errorf("%d profiles serve tokens", served)
	}
}

func TestMistakesInTokensAreToldWithTheirPlace(t *testing.T) {
	const arch = "architecture: {layers: 2, hidden-size: 64, heads: 4, kv-heads: 2, intermediate-size: 128, vocab-size: 100}"
	for text, want := range map[string]string{
		"latency: {each: 1ms, max: 4}\ntokens: {step-time: {compute: {constant: 1ms}}, max-model-len: 10, kv-blocks: 9}":               "latency or tokens",
		"tokens: {step-time: {compute: {constant: 1}}, max-model-len: 10, kv-blocks: 9}":                                               "tokens.step-time.compute.constant",
		"tokens: {step-time: {compute: {constant: -1ms}}, max-model-len: 10, kv-blocks: 9}":                                            "not between 0 and an hour",
		"tokens: {step-time: {compute: {constant: 1ms}, experts: {count: 0, active: 9, each: -1ms}}, max-model-len: 10, kv-blocks: 9}": "tokens.step-time.experts.count",
		"tokens: {step-time: {compute: {constant: 1ms}, experts: {count: 8, active: 9, each: 1ms}}, max-model-len: 10, kv-blocks: 9}":  "not between 1 and the 8 that there are",
		"tokens: {step-time: {compute: {constant: 1ms}, experts: {count: 8, active: 2}}, max-model-len: 10, kv-blocks: 9}":             "each",
		"tokens: {step-time: {compute: {speed: 1ms}}, max-model-len: 10, kv-blocks: 9}":                                                "unknown key",
		"tokens: {step-time: {roofline: {}, other: 1}, max-model-len: 10, " + arch + "}":                                               "tokens.step-time.other",
		"tokens: {step-time: {roofline: {compute-efficiency: 2}}, max-model-len: 10, " + arch + "}":                                    "compute-efficiency",
		"tokens: {step-time: {roofline: {}}, max-model-len: 10, kv-blocks: 9}":                                                         "needs the architecture",
		"tokens: {step-time: x, max-model-len: 10}":                                                                                    "kv-blocks",
		"tokens: {step-time: [x], max-model-len: 10, kv-blocks: 9}":                                                                    "a list",
		"tokens: {step-time: x, kv-blocks: 9}":                                                                                         "max-model-len",
		"tokens: {step-time: x, max-model-len: 10, gpu-memory-utilization: 1.5, kv-blocks: 9}":                                         "gpu-memory-utilization",
		"slots: 2\ntokens: {step-time: x, max-model-len: 10, kv-blocks: 9}":                                                            "no slots",
		"cores: 4": "needs latency",
	} {
		begin := served
		if text == "cores: 4" {
			begin = strings.Replace(served, "cores: 4\n", "", 1)
		}
		if _, faults := device(t, begin+text); !strings.Contains(faults.Error(), want) || !strings.Contains(faults.Error(), "device.yaml:") {
			t.Errorf("%s\ngot %v\nwant %s", text, faults, want)
		}
	}
}

func TestStepTimeSurvivesWritingAndReading(t *testing.T) {
	for _, text := range []string{"llama-3.1-8b/h100/1", "{compute: {constant: 1ms}, memory: {context: 3.25ns}}", "{compute: {constant: 1ms}, experts: {count: 8, active: 2, each: 1.5ms}}", "{roofline: {overhead: 2ms, peak-flops: 1PFLOP/s}}"} {
		p, faults := device(t, served+"tokens: {step-time: "+text+", max-model-len: 4096, kv-blocks: 9, architecture: {layers: 2, hidden-size: 64, heads: 4, kv-heads: 2, intermediate-size: 128, vocab-size: 100}}")
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		data, err := strict.Encode(p)
		if err != nil {
			t.Fatal(err)
		}
		again, faults := device(t, string(data))
		if diff := cmp.Diff(p, again, cmpopts.IgnoreUnexported(Tokens{})); len(faults) > 0 || diff != "" {
			t.Errorf("%s: %v %s", text, faults, diff)
		}
	}
	model := Coefficients{Compute: Form{Constant: 1e-3}, Experts: Experts{Count: 8, Active: 2, Each: 1.5e-3}}
	if s, err := model.StepTime(); err != nil || CoefficientsOf(s) != model {
		t.Errorf("%+v is %+v (%v)", model, CoefficientsOf(s), err)
	}
	if got := quantity.Span(31.5e-6).String(); got != "31.5µs" {
		t.Errorf("31.5 µs is written %s", got)
	}
}
