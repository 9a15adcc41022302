package fit

import (
	"flag"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"wavetank/scenarios/builtin"
	"wavetank/scenarios/calibrate/calibratetest"
	"wavetank/scenarios/calibrate/measured"
	"wavetank/scenarios/calibrate/replay"
	"wavetank/sim/tokens"
	"wavetank/workload/table"
)

var cellSeed = flag.Uint64("cell-seed", 57, "seed of the choice of pairs of measured points")

var cells = flag.Int("cells", 3, "pairs of measured points of real engines to which models are fitted, to predict the other points")

// measuredEngine is an engine that was measured at several loads and lengths: the rows of a shared
// table, and how their requests were made.
type measuredEngine struct {
	path    []string
	keep    [][2]string // columns, and their values in the rows of the engine
	rename  [][3]string // columns, what they are, and their units
	load    replay.LoadShape
	batched int // most tokens in a step

	network builtin.Architecture
	gpu     string
	gpus    int
}

// silicon is an engine of aiconfigurator's measurements.
func silicon(backend, version, model, system string, gpus int, network builtin.Architecture) measuredEngine {
	return measuredEngine{
		network: network, gpu: system, gpus: gpus,
		path:   []string{"aiconfigurator", "silicon_sample.csv.gz"},
		keep:   [][2]string{{"backend", backend}, {"backend_version", version}, {"model_path", model}, {"system", system}, {"mode", "agg"}, {"tp_size", strconv.Itoa(gpus)}},
		rename: [][3]string{{"silicon_ttft_ms", "ttft", "ms"}, {"silicon_tpot_ms", "tpot", "ms"}},
		load:   replay.LoadShape{Spread: 0.2}, batched: 8192,
	}
}

// splitwise is an engine of Splitwise's measurements: batches whose requests come together.
func splitwise(model, hardware string, gpus int, network builtin.Architecture) measuredEngine {
	return measuredEngine{
		network: network, gpu: hardware, gpus: gpus,
		path: []string{"splitwise-sim", "perf_model.csv"},
		keep: [][2]string{{"model", model}, {"hardware", hardware}, {"tensor_parallel", strconv.Itoa(gpus)}},
		rename: [][3]string{
			{"prompt_size", "input", ""}, {"token_size", "output", ""}, {"batch_size", "concurrency", ""}, {"prompt_time", "ttft", "ms"}, {"token_time", "tpot", "ms"},
		},
		load: replay.LoadShape{Waves: 1}, batched: 1 << 17,
	}
}

// points returns the measured points. Repetitions of a point count once, with their means.
func (e *measuredEngine) points(t *testing.T) []measured.LoadPoint {
	t.Helper()
	rows := calibratetest.Shared(t, e.path...)
	for _, k := range e.keep {
		if err := rows.Keep(k[0], k[1]); err != nil {
			t.Fatal(err)
		}
	}
	var faults []error
	for _, r := range e.rename {
		faults = append(faults, rows.Rename(r[0], r[1], r[2]))
	}
	all, err := measured.ReadPoints(rows, 0)
	if err := table.Join(append(faults, err)...); err != nil {
		t.Fatal(err)
	}
	var list []measured.LoadPoint
	var repeated []float64
	for _, p := range all {
		at := slices.IndexFunc(list, func(q measured.LoadPoint) bool {
			return q.Clients == p.Clients && q.Input.Mean == p.Input.Mean && q.Output.Mean == p.Output.Mean
		})
		if at < 0 {
			list, repeated = append(list, p), append(repeated, 1)
			continue
		}
		repeated[at]++
		list[at].TTFT += (p.TTFT - list[at].TTFT) / repeated[at]
		list[at].E2E += (p.E2E - list[at].E2E) / repeated[at]
	}
	return list
}

// physics returns what the network and the data sheet of the GPU say.
func (e *measuredEngine) physics(t *testing.T) Physics {
	t.Helper()
	var r builtin.Roofline
	r.SetDefaults()
	device, known := builtin.FindSheet(e.gpu)
	step, err := r.StepTime(e.network, device, e.gpus)
	if err != nil || !known {
		t.Fatal(device, err)
	}
	return PhysicsOf(step, e.network.Mixture(step))
}

// The networks of the measured engines, as their publishers describe them. Bloom's feed-forward
// network has two matrices instead of three, so its width counts two thirds.
var (
	llama70  = builtin.Architecture{Layers: 80, Hidden: 8192, Heads: 64, KVHeads: 8, FFN: 28672, Vocabulary: 32000, Experts: 1, ActiveExperts: 1, Bytes: 2, KVBytes: 2}
	bloom176 = builtin.Architecture{Layers: 70, Hidden: 14336, Heads: 112, KVHeads: 112, FFN: 38229, Vocabulary: 250880, Experts: 1, ActiveExperts: 1, Bytes: 2, KVBytes: 2}
	qwen32   = builtin.Architecture{Layers: 64, Hidden: 5120, Heads: 64, KVHeads: 8, HeadDim: 128, FFN: 25600, Vocabulary: 151936, Experts: 1, ActiveExperts: 1, Bytes: 2, KVBytes: 2}
	minimax  = builtin.Architecture{Layers: 62, Hidden: 3072, Heads: 48, KVHeads: 8, HeadDim: 128, FFN: 1536, Vocabulary: 200064, Experts: 256, ActiveExperts: 8, Bytes: 1, KVBytes: 2}
	llama8   = builtin.Architecture{Layers: 32, Hidden: 4096, Heads: 32, KVHeads: 8, FFN: 14336, Vocabulary: 128256, Experts: 1, ActiveExperts: 1, Bytes: 2, KVBytes: 2}
)

// measuredEngines are engines with many measured points.
var measuredEngines = []measuredEngine{
	splitwise("llama2-70b", "a100-80gb", 4, llama70),
	splitwise("bloom-176b", "a100-80gb", 8, bloom176),
	splitwise("llama2-70b", "h100-80gb", 8, llama70),
	silicon("vllm", "0.12.0", "Qwen/Qwen3-32B", "h100_sxm", 4, qwen32),
	silicon("vllm", "0.12.0", "Qwen/Qwen3-32B", "h100_sxm", 8, qwen32),
	silicon("vllm", "0.18.0", "MiniMaxAI/MiniMax-M2.5", "h200_sxm", 8, minimax),
	silicon("sglang", "0.5.1.post1", "Qwen/Qwen3-32B", "h100_sxm", 8, qwen32),
	silicon("trtllm", "1.0.0rc3", "meta-llama/Llama-3.1-8B-Instruct", "h100_sxm", 1, llama8),
}

// TestTwoMeasuredPointsPredictTheOthers fits models to pairs of points of real engines, of unequal
// load or lengths, and predicts the E2E of the other points. Of each pair the mean error counts.
// Pairs with more than 10 % are warned of.
func TestTwoMeasuredPointsPredictTheOthers(t *testing.T) {
	var means, single []float64
	wide, needless := 0, 0
	for k := range *cells {
		e := measuredEngines[k%len(measuredEngines)]
		g := rand.New(rand.NewPCG(uint64(k), *cellSeed))
		config := tokens.Config{MaxSequences: 256, MaxTokens: e.batched, Chunked: true, Block: 16, Blocks: 1 << 20, Context: 32768}
		list := replay.OfPoints(e.points(t), e.load)
		a := g.IntN(len(list))
		b := (a + 1 + g.IntN(len(list)-1)) % len(list)
		fit, err := ToMeasurements(FitOptions{Config: config, Physics: e.physics(t)}, []replay.MeasuredLoad{list[a], list[b]})
		if err != nil {
			t.Fatal(err)
		}
		_, doubt, err := fit.Uncertain(config)
		if err != nil {
			t.Fatal(err)
		}
		config.StepTime, config.Before = fit.StepTime, fit.Before
		sum, warned := 0.0, doubt > Doubtful
		for i := range list {
			if i != a && i != b {
				off := wholeTimeError(t, list[i], &config)
				sum += off
				single = append(single, off)
			}
		}
		mean := sum / float64(len(list)-2)
		means = append(means, mean)
		switch {
		case mean > 0.1 && !warned:
			t.Errorf("the mean error of pair %d is %.2f %%, without a warning", k, 100*mean)
		case mean > 0.1:
			wide++
		case mean < 0.05 && warned:
			needless++
		}
		t.Logf("%v, %s and %s: mean %.2f %%, uncertain by %.1f %%", e.keep, list[a].Name, list[b].Name, 100*mean, 100*doubt)
	}
	slices.Sort(means)
	slices.Sort(single)
	t.Logf("pairs: median %.2f %%, p90 %.2f %%, worst %.2f %%; points: median %.2f %%, p99 %.2f %%; %d pairs above 10 %% are warned of, and %d below 5 %%",
		100*means[len(means)/2], 100*means[len(means)*9/10], 100*means[len(means)-1], 100*single[len(single)/2], 100*single[len(single)*99/100], wide, needless)
	if median := means[len(means)/2]; *cells <= 3 && median > 0.08 {
		t.Errorf("the median error of a few points of whole batches is %.2f %%", 100*median)
	}
}
