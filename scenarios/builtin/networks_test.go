package builtin

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"wavetank/sim/quantity"
)

// network is one variant whose latencies are derived.
type network struct {
	name     string
	accuracy float64
	source   string
	layers   float64 // with weights
	timing   timing
	decoder  *decoder           // nil: none
	measured map[string]float64 // seconds per request on devices that were measured; nil: derived
}

// family is one model whose variants are derived.
type family struct {
	name, task, measure, source, date, note string
	variants                                []network
}

// diffusion returns Stable Diffusion XL with the medians of the submissions to MLPerf.
func diffusion(t *testing.T) network {
	rows := published(t, "mlperf-v4.1", "summary.csv")
	median := func(division, accelerator string) float64 {
		var rates []float64
		for _, r := range rows {
			if r["benchmark"] == "stable-diffusion-xl" && r["Scenario"] == "Offline" && r["division"] == division && r["accelerator"] == accelerator {
				rates = append(rates, number(t, r, "Samples per second")/number(t, r, "accelerators_per_node"))
			}
		}
		if len(rates) == 0 {
			t.Fatalf("no submission on %s", accelerator)
		}
		slices.Sort(rates)
		return 2 / (rates[(len(rates)-1)/2] + rates[len(rates)/2])
	}
	return network{
		name: "sdxl-base", accuracy: 31.69, source: "rules of MLPerf Inference v4.1: the lowest score that counts; 3.47 billion parameters of 2 bytes",
		timing: timing{parameters: 3470},
		measured: map[string]float64{
			"l4": median("open", "NVIDIA L4"), "l40s": median("closed", "NVIDIA L40S"), "h100": median("closed", "NVIDIA H100-SXM-80GB"), "h200": median("closed", "NVIDIA H200-SXM-141GB"),
		},
	}
}

// families lists the models of models.yaml.
func families(t *testing.T) []family {
	of := timings(t)
	images := published(t, "timm", "results-imagenet.csv")
	vision := func(name, recipe, size string, layers float64) network {
		for _, row := range images {
			if row["model"] == name+"."+recipe && row["img_size"] == size {
				return network{strings.ReplaceAll(strings.TrimSuffix(name, "_patch16_224"), "_", "-"), number(t, row, "top1"),
					fmt.Sprintf("timm results-imagenet, %s.%s at %s pixels; 2 bytes per parameter", name, recipe, size), layers, of(name, size), nil, nil}
			}
		}
		t.Fatalf("timm has no accuracy of %s.%s at %s", name, recipe, size)
		return network{}
	}
	nearest := func(width float64) timing {
		switch {
		case width <= 256:
			return of("vit_tiny_patch16_224", "224")
		case width <= 512:
			return of("vit_small_patch16_224", "224")
		case width <= 768:
			return of("vit_base_patch16_224", "224")
		}
		return of("vit_large_patch16_224", "224")
	}
	const tokens = 128
	bert := func(name string, layers, width, accuracy float64, source string) network {
		return network{name, accuracy, source + ", as reported there; 2 bytes per parameter", 6 * layers,
			nearest(width).scaled(encoderGMACs(layers, width, tokens), bertParameters(layers, width)), nil, nil}
	}
	speech := func(name string, layers, width, parameters, accuracy float64) network {
		return network{name, accuracy, "100 − word error rate of the model card of facebook/" + name + ", as reported there; 2 bytes per parameter", 6*layers + 7,
			nearest(width).scaled(speechGMACs(layers, width), parameters), nil, nil}
	}
	whisper := func(name string, layers, width, parameters, accuracy float64) network {
		d := decoder{layers, width, 51865, 100}
		return network{name: name, accuracy: accuracy, source: "100 − word error rate of greedy decoding, Radford et al. 2022, as reported there; 2 bytes per parameter", layers: 6*layers + 2,
			timing: nearest(width).scaled(whisperGMACs(layers, width)+d.gmacs(), parameters), decoder: &d}
	}
	const timm = "timm (PyTorch Image Models), results-imagenet and the inference benchmarks of PyTorch 2.4"
	const measured = "latency derived from timm’s own measurements of this network"
	const scaled = "latency derived from timm’s vision transformer of the nearest width, scaled by multiply-accumulates; assumption: "
	const miniatures, paper = "google-research/bert, GLUE test table of the miniatures", "Devlin et al., BERT, 2019, table 1"
	const sbert = "Sentence-Transformers, MS MARCO cross-encoder table"
	return []family{
		{"resnet", "image classification", "ImageNet-1k top-1, percent", timm, "2024", measured, []network{
			vision("resnet18", "a1_in1k", "224", 18), vision("resnet34", "a1_in1k", "224", 34), vision("resnet50", "a1_in1k", "224", 50),
			vision("resnet101", "a1_in1k", "224", 101), vision("resnet152", "a1_in1k", "224", 152)}},
		{"efficientnet", "image classification", "ImageNet-1k top-1, percent", timm, "2024", measured, []network{
			vision("efficientnet_b0", "ra_in1k", "224", 82), vision("efficientnet_b2", "ra_in1k", "256", 116), vision("efficientnet_b4", "ra2_in1k", "320", 161)}},
		{"vit", "image classification", "ImageNet-1k top-1, percent", timm, "2024", measured, []network{
			vision("vit_tiny_patch16_224", "augreg_in21k_ft_in1k", "224", 72), vision("vit_small_patch16_224", "augreg_in21k_ft_in1k", "224", 72),
			vision("vit_base_patch16_224", "augreg_in21k_ft_in1k", "224", 72), vision("vit_large_patch16_224", "augreg_in21k_ft_in1k", "224", 144)}},
		{"bert", "text classification", "MNLI matched accuracy, percent", miniatures + "; " + paper, "2020", scaled + "128 tokens per request", []network{
			bert("bert-mini", 4, 256, 74.8, miniatures), bert("bert-medium", 8, 512, 80.0, miniatures),
			bert("bert-base", 12, 768, 84.6, paper), bert("bert-large", 24, 1024, 86.7, paper)}},
		{"minilm", "text ranking", "NDCG@10 on TREC Deep Learning 2019, percent", sbert, "2021", scaled + "one pair of 128 tokens per request", []network{
			bert("minilm-l2", 2, 384, 71.01, sbert), bert("minilm-l4", 4, 384, 73.04, sbert), bert("minilm-l6", 6, 384, 74.30, sbert), bert("minilm-l12", 12, 384, 74.31, sbert)}},
		{"wav2vec2", "speech recognition", "100 − word error rate on LibriSpeech test-clean, percent", "model cards of wav2vec 2.0 (Baevski et al., 2020)", "2020", scaled + "10 s of sound per request; the convolutions count as encoder work", []network{
			speech("wav2vec2-base-960h", 12, 768, 94.4, 96.6), speech("wav2vec2-large-960h-lv60-self", 24, 1024, 315.5, 98.1)}},
		{"whisper", "speech recognition", "100 − word error rate on LibriSpeech test-clean, percent", "Radford et al., Robust Speech Recognition via Large-Scale Weak Supervision, 2022", "2022",
			scaled + "30 s of sound and 100 tokens of text per request; each token reads the decoder’s weights at the card’s share of its bandwidth, and launches eight weight layers per layer; not listed on CPUs, where no measurement shows this", []network{
				whisper("whisper-tiny", 4, 384, 39, 92.4), whisper("whisper-base", 6, 512, 74, 95.0), whisper("whisper-small", 12, 768, 244, 96.6),
				whisper("whisper-medium", 24, 1024, 769, 97.1), whisper("whisper-large-v2", 32, 1280, 1550, 97.3)}},
		{"sdxl", "image generation", "CLIP score on captions of COCO 2014, times 100", "MLPerf Inference v4.1, Offline, as parsed from the submissions", "2024",
			"latency measured: medians of submissions for an image of 1024 × 1024 pixels in 20 steps (TensorRT, 8 bits; on the L4 PyTorch); assumption: a batch of n takes n times as long as one image", []network{diffusion(t)}},
	}
}

// largestBatch returns the largest batch of a network on a GPU and on a CPU.
func (n network) largestBatch() (gpu, cpu float64) {
	switch {
	case n.timing.gmacs <= 5:
		return 64, 8
	case n.timing.gmacs <= 20:
		return 32, 4
	}
	return 16, 4
}

// write appends the YAML of a family to b.
func (f family) write(b *strings.Builder, first bool) {
	anchor := func(name, text string) string {
		if first {
			return fmt.Sprintf("&%s %q", name, text)
		}
		return "*" + name
	}
	fmt.Fprintf(b, "  - name: %s\n    task: %s\n    measure: %q\n    source: %q\n    date: %q\n    notes:\n", f.name, f.task, f.measure, f.source, f.date)
	fmt.Fprintf(b, "      - %q\n", f.note)
	fmt.Fprintf(b, "      - %s\n", anchor("memory", "memory: assumption, 768 MiB for the GPU’s context, the weights, and a quarter of a full batch’s activations; host memory and cores are assumptions"))
	if f.variants[0].measured != nil {
		b.WriteString("    variants:\n")
	} else {
		fmt.Fprintf(b, "      - %s\n    variants:\n", anchor("latency", "latency: assumption, fixed is 1 ms plus 15 µs per layer with weights on a GPU and 2 ms on a CPU; each is derived as the head of this file says"))
	}
	for i, n := range f.variants {
		fmt.Fprintf(b, "      - name: %s\n        accuracy: %v\n        weights: %s\n        source: %q\n        devices:\n",
			n.name, n.accuracy, kilobytes(2*n.timing.parameters), n.source)
		n.write(b, func(name, text string) string {
			if first && i == 0 {
				return fmt.Sprintf("&%s %q", name, text)
			}
			return "*" + name
		})
	}
}

// write appends the YAML of a network's devices to b.
func (n network) write(b *strings.Builder, anchor func(name, text string) string) {
	if n.measured != nil {
		n.writeMeasured(b)
		return
	}
	onGPU, onCPU := n.largestBatch()
	source := anchor("gpu", "derived: timm on RTX 3090 and RTX 4090, 2024, taken to this card by bandwidth and peak")
	for _, c := range cards {
		fixed := fixedGPU + launchGPU*n.layers
		if n.decoder != nil {
			fixed += n.decoder.fixedOn(c)
		}
		fmt.Fprintf(b, "          - {device: %s, cores: 2, memory: 3GiB, gpu-memory: %s, latency: {fixed: %s, each: %s, max: %v}, source: %s, basis: derived}\n",
			c.name, mebibytes(768, 64, 2*n.timing.parameters*1e6+onGPU*n.timing.macts*1e6*2/4), digits(fixed), digits(n.timing.eachOn(c)), onGPU, source)
		source = "*gpu"
	}
	if n.decoder != nil {
		return
	}
	fmt.Fprintf(b, "          - {device: cpu, cores: 8, memory: %s, weights: %s, latency: {fixed: %s, each: %s, max: %v}, source: %s, basis: derived}\n",
		mebibytes(1024, 256, 8*n.timing.parameters*1e6+onCPU*n.timing.macts*1e6*4/4), kilobytes(4*n.timing.parameters),
		digits(fixedCPU), digits(n.timing.eachOnCPU()), onCPU,
		anchor("cpu", "derived: timm on Core i9-10940X, fp32, batch 1, 2024, taken to 4 of its cores"))
}

// writeMeasured appends the YAML of the devices of a network that was measured on them. A batch has
// at most four requests, for which a replica takes 16 GiB.
func (n network) writeMeasured(b *strings.Builder) {
	for _, name := range slices.Sorted(maps.Keys(n.measured)) {
		fmt.Fprintf(b, "          - {device: %s, cores: 2, memory: 10GiB, gpu-memory: 16GiB, latency: {each: %s, max: 4}, source: \"measured: MLPerf Inference v4.1, Offline, median of the submissions\", basis: measured}\n",
			name, digits(n.measured[name]))
	}
}

// digits formats a number of seconds with three digits.
func digits(seconds float64) string {
	us := seconds * 1e6
	step := math.Pow(10, math.Floor(math.Log10(us))-2)
	return quantity.Duration(math.Round(math.Round(us/step) * step * 1e3)).String()
}

// kilobytes formats a number of megabytes as kilobytes, rounded to the nearest one.
func kilobytes(megabytes float64) string { return fmt.Sprintf("%.0fkB", megabytes*1e3) }

// mebibytes formats the sum of base, in MiB, and bytes. The sum is rounded up to a multiple of
// step, in MiB.
func mebibytes(base, step, bytes float64) string {
	return fmt.Sprintf("%.0fMiB", base+math.Ceil(bytes/(step*(1<<20)))*step)
}
