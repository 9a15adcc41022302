package builtin

import (
	"encoding/csv"
	"math"
	"strconv"
	"testing"

	"wavetank/sim/simtest/shared"
)

// The batch latencies in models.yaml are derived with these formulas. They were not measured on the
// devices for which they are given:
//
//	GPU: each = memory/(bandwidth·bandwidthShare) + compute/(peak·peakShare),
//	     fixed = 1 ms + 15 µs per weight layer
//	CPU: each = measured·(14/4)^0.8, fixed = 2 ms
//
// memory and compute are computed from the throughputs that timm measured (large batches, mixed
// precision) on two GeForce cards whose ratios of bandwidth to peak differ. For encoders that timm
// has not measured, the times are those of the vision transformer of the nearest width, scaled by
// the number of multiply-accumulates. The CPU times were measured on a 14-core Core i9-10940X
// (batch 1, fp32) and are converted to 4 physical cores, which are 8 virtual ones.
const (
	fixedGPU     = 1e-3  // s per batch: request handling and copies; assumption
	launchGPU    = 15e-6 // s per weight layer: three kernels of 5 µs; assumption
	fixedCPU     = 2e-3  // s per batch; assumption
	measuredOn   = 14.   // cores of the measured CPU
	replicaCores = 4.    // physical cores of a CPU replica
	speedup      = 0.8   // work scales with cores to this power; assumption
)

// card is a GPU as described in its data sheet: memory bandwidth in GB/s and dense fp16 tensor peak
// with fp32 accumulation in TFLOP/s. Two shares say how much of both a serving stack achieves,
// compared with the large-batch runs on GeForce cards.
type card struct {
	name                      string
	bandwidth, peak           float64
	bandwidthShare, peakShare float64
}

var (
	rtx3090 = card{"rtx3090", 936, 71, 1, 1}
	rtx4090 = card{"rtx4090", 1008, 165.2, 1, 1}
	cards   = []card{
		{"t4", 320, 65, 0.8, 0.5},  // the limit of 70 W slows the tensor cores
		{"l4", 300, 121, 0.8, 0.5}, // the limit of 72 W slows the tensor cores
		{"a10g", 600, 70, 0.8, 0.7},
		{"l40s", 864, 362, 0.8, 0.6},
		{"a100", 1555, 312, 0.6, 0.6},    // eager kernels cannot keep up with the larger memory
		{"a100-80", 2039, 312, 0.6, 0.6}, // as the card with 40 GB
		{"h100", 3350, 989, 0.5, 0.4},    // nor with the even larger one of this card
	}
)

// timing has the known figures of one network per request. Times are in seconds.
type timing struct {
	onRTX3090, onRTX4090, onCPU float64
	parameters                  float64 // in millions
	gmacs, macts                float64 // 10⁹ multiply-accumulates, 10⁶ activations
}

// scaled returns the timing of a network of the same kind with a different amount of work.
func (t timing) scaled(gmacs, parameters float64) timing {
	r := gmacs / t.gmacs
	return timing{t.onRTX3090 * r, t.onRTX4090 * r, t.onCPU * r, parameters, gmacs, t.macts * r}
}

// eachOn derives the time per request on a GPU.
func (t timing) eachOn(c card) float64 {
	determinant := 1/(rtx3090.bandwidth*rtx4090.peak) - 1/(rtx3090.peak*rtx4090.bandwidth)
	memory := (t.onRTX3090/rtx4090.peak - t.onRTX4090/rtx3090.peak) / determinant
	compute := (t.onRTX4090/rtx3090.bandwidth - t.onRTX3090/rtx4090.bandwidth) / determinant
	return memory/(c.bandwidth*c.bandwidthShare) + compute/(c.peak*c.peakShare)
}

// eachOnCPU derives the time per request on the cores of a CPU replica.
func (t timing) eachOnCPU() float64 {
	return t.onCPU * math.Pow(measuredOn/replicaCores, speedup)
}

// encoderGMACs returns the work of a transformer encoder on a sequence, which consists of
// projections, feed-forward networks and attention.
func encoderGMACs(layers, width, tokens float64) float64 {
	return tokens * layers * (12*width*width + 2*tokens*width) / 1e9
}

// bertParameters returns the number of parameters of a BERT encoder with its embeddings and pooler,
// in millions.
func bertParameters(layers, width float64) float64 {
	const vocabulary, positions, segments = 30522, 512, 2
	return ((vocabulary+positions+segments)*width + layers*(12*width*width+13*width) + width*width + 3*width) / 1e6
}

// speechGMACs returns the work of a wav2vec 2.0 network on ten seconds of 16 kHz sound. The network
// consists of seven convolutions of 512 channels (kernels 10, 3, 3, 3, 3, 2, 2, strides 5, 2, 2, 2,
// 2, 2, 2) and of an encoder that works on the resulting frames.
func speechGMACs(layers, width float64) float64 {
	samples, channels, total := 160000., 1., 0.
	for i, kernel := range []float64{10, 3, 3, 3, 3, 2, 2} {
		stride := 2.
		if i == 0 {
			stride = 5
		}
		samples = math.Floor((samples-kernel)/stride) + 1
		total += samples * kernel * channels * 512
		channels = 512
	}
	return total/1e9 + encoderGMACs(layers, width, samples)
}

// whisperGMACs returns the work of the encoder of a Whisper network on 30 seconds of sound: two
// convolutions (kernel 3, 80 bands, the second with stride 2), and an encoder that works on 1,500
// frames.
func whisperGMACs(layers, width float64) float64 {
	return (3000*3*80*width+1500*3*width*width)/1e9 + encoderGMACs(layers, width, 1500)
}

// decoder writes text token by token. Each token passes its layers and the vocabulary, whose
// weights are read once for a batch.
type decoder struct {
	layers, width, vocabulary, tokens float64
}

// weights returns the weights that a token passes: in each layer those of self-attention,
// cross-attention without the keys and values of the sound, and the feed-forward network.
func (d decoder) weights() float64 { return 14*d.layers*d.width*d.width + d.vocabulary*d.width }

// gmacs returns the work for a request: the weights for each token, attention to 1,500 frames, and
// once the keys and values of these frames.
func (d decoder) gmacs() float64 {
	return (d.tokens*(d.weights()+2*1500*d.layers*d.width) + 2*1500*d.layers*d.width*d.width) / 1e9
}

// fixedOn returns the time of a batch that does not depend on its size: each token launches eight
// weight layers per layer, and reads the weights.
func (d decoder) fixedOn(c card) float64 {
	return d.tokens * (launchGPU*8*d.layers + 2*d.weights()/(c.bandwidth*1e9*c.bandwidthShare))
}

// published returns the rows of a CSV file of the published data as maps from column names to
// cells. It skips the test if the file is absent.
func published(t *testing.T, path ...string) []map[string]string {
	t.Helper()
	reader := csv.NewReader(shared.Open(t, append([]string{"data"}, path...)...))
	reader.FieldsPerRecord = -1 // the last columns of some rows are absent
	lines, err := reader.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, line := range lines[1:] {
		row := map[string]string{}
		for i := range min(len(line), len(lines[0])) {
			row[lines[0][i]] = line[i]
		}
		rows = append(rows, row)
	}
	return rows
}

// number reads a number in a column of a row.
func number(t *testing.T, row map[string]string, key string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(row[key], 64)
	if err != nil {
		t.Fatalf("%s: %v", key, err)
	}
	return v
}

// timings returns a function that finds what timm measured for a network and an image size.
func timings(t *testing.T) func(model, size string) timing {
	gpu3090 := published(t, "timm", "benchmark-infer-amp-nchw-pt240-cu124-rtx3090.csv")
	gpu4090 := published(t, "timm", "benchmark-infer-amp-nchw-pt240-cu124-rtx4090.csv")
	cpu := published(t, "timm", "benchmark-infer-fp32-nchw-pt240-cpu-i9_10940x-dynamo.csv")
	return func(model, size string) timing {
		row := func(rows []map[string]string) map[string]string {
			for _, r := range rows {
				if r["model"] == model && r["infer_img_size"] == size {
					return r
				}
			}
			t.Fatalf("timm has not measured %s at %s", model, size)
			return nil
		}
		first := row(gpu3090)
		return timing{
			1 / number(t, first, "infer_samples_per_sec"), 1 / number(t, row(gpu4090), "infer_samples_per_sec"),
			1 / number(t, row(cpu), "infer_samples_per_sec"),
			number(t, first, "param_count"), number(t, first, "infer_gmacs"), number(t, first, "infer_macts"),
		}
	}
}

func TestDerivationGivesBackTheCardsItComesFrom(t *testing.T) {
	one := timing{onRTX3090: 311e-6, onRTX4090: 237e-6}
	for _, c := range []struct {
		card card
		want float64
	}{{rtx3090, 311e-6}, {rtx4090, 237e-6}} {
		if got := one.eachOn(c.card); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%s: got %g, want %g", c.card.name, got, c.want)
		}
	}
}

func TestWorkOfKnownNetworks(t *testing.T) {
	for _, c := range []struct {
		name              string
		got, want, within float64
	}{
		{"ViT-B/16 at 197 tokens has 17.58 GMACs with its patch embedding", encoderGMACs(12, 768, 197), 17.58, 0.2},
		{"BERT-base has 109.5 M parameters", bertParameters(12, 768), 109.5, 0.1},
		{"BERT-large has 335.1 M parameters", bertParameters(24, 1024), 335.1, 0.2},
	} {
		if math.Abs(c.got-c.want) > c.within {
			t.Errorf("%s: got %g", c.name, c.got)
		}
	}
}
