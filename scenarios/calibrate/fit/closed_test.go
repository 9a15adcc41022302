package fit

import (
	"math"
	"slices"
	"testing"

	"wavetank/scenarios/builtin"
	"wavetank/scenarios/calibrate/calibratetest"
	"wavetank/scenarios/calibrate/measured"
	"wavetank/scenarios/calibrate/replay"
	"wavetank/sim/profile"
	"wavetank/sim/tokens"
)

// busyPoints returns points of an engine under many clients, and points under few clients or with
// other lengths. Its step-time model is a roofline whose parts are off by the given factors.
func busyPoints(t *testing.T, factors map[string]float64) (config tokens.Config, roofline profile.StepTime, busy, others []replay.MeasuredLoad) {
	t.Helper()
	network, err := builtin.FindArchitecture("llama-3.1-8b")
	if err != nil {
		t.Fatal(err)
	}
	var r builtin.Roofline
	r.SetDefaults()
	if roofline, err = r.StepTime(network.Architecture, "h100", 1); err != nil {
		t.Fatal(err)
	}
	v := roofline.Vector()
	for name, factor := range factors {
		v[profile.CoefficientIndex(name)] *= factor
	}
	v[profile.CoefficientIndex("overhead.sequence")] = 50e-6
	config = tokens.Config{MaxSequences: 256, MaxTokens: 2048, Chunked: true, Block: 16, Blocks: 1 << 20, Context: 32768}
	truth := config
	if truth.StepTime, err = v.StepTime(profile.Mixture{}); err != nil {
		t.Fatal(err)
	}
	var points []measured.LoadPoint
	for _, p := range []struct{ clients, input, output int }{{128, 1024, 256}, {96, 1024, 512}, {4, 1024, 256}, {8, 4096, 128}, {64, 300, 400}} {
		points = append(points, measured.LoadPoint{
			Clients: p.clients, Input: measured.LengthSummary{Mean: float64(p.input)}, Output: measured.LengthSummary{Mean: float64(p.output)}, TTFT: 1, E2E: 2,
		})
	}
	shape := replay.LoadShape{Spread: 0.2, Waves: 3}
	list := replay.OfPoints(points, shape)
	for i := range list {
		rows, err := list[i].Simulate(&truth)
		if err != nil {
			t.Fatal(err)
		}
		points[i].TTFT, points[i].E2E = rows[0].TTFT, rows[0].E2E
	}
	list = replay.OfPoints(points, shape)
	return config, roofline, list[:2], list[2:]
}

// TestBusyPointsPredictLightLoads fits a model to two points under about a hundred clients each,
// whose steps never hold a single sequence. With a known network and GPU, it predicts loads of few
// clients and of other lengths. With the ratios alone, it is 13 % off.
func TestBusyPointsPredictLightLoads(t *testing.T) {
	config, roofline, busy, others := busyPoints(t, map[string]float64{"compute.prefill": 1.2, "compute.decode": 1.2, "compute.attention": 1.3, "memory.context": 1.2, "memory.constant": 1.3})
	fit, err := ToMeasurements(FitOptions{Config: config, Physics: PhysicsOf(roofline, profile.Mixture{})}, busy)
	if err != nil {
		t.Fatal(err)
	}
	config.StepTime, config.Before = fit.StepTime, fit.Before
	for _, other := range others {
		if off := wholeTimeError(t, other, &config); off > 0.1 {
			t.Errorf("E2E of %d clients is off by %.1f %%", other.Demand.Cap, 100*off)
		}
	}
}

// TestTheGPUReplacesRatios checks the beliefs of a fit: with a known GPU they are those of its
// roofline, and a busy point with clients does not make the shortest step long.
func TestTheGPUReplacesRatios(t *testing.T) {
	config, roofline, busy, _ := busyPoints(t, nil)
	f, err := newFitter(FitOptions{Config: config, Physics: PhysicsOf(roofline, profile.Mixture{})}, busy)
	if err != nil {
		t.Fatal(err)
	}
	if memory := roofline.Memory.Coefficients(); f.lone > 0.8*f.quickest || f.lone < memory.Constant/2 {
		t.Errorf("the time per token of one sequence is taken for %v s; the measured one is %v s, and the weights take %v s", f.lone, f.quickest, memory.Constant)
	}
	token := roofline.Compute.Coefficients().Prefill
	if !f.believes("compute.prefill", token) {
		t.Errorf("no belief says that a token takes %v s", token)
	}
	if !f.believes("before", 0.05) {
		t.Error("no belief says how soon requests can be scheduled")
	}
	log := calibratetest.Logged(t, calibratetest.Engine(t), calibratetest.Draws(30, 2, 1), 0)
	if f, err = newFitter(FitOptions{Config: config}, []replay.MeasuredLoad{log}); err != nil {
		t.Fatal(err)
	}
	if f.lone != f.quickest || f.believes("before", 0.05) || f.usualMeans() != 0 {
		t.Error("a log is taken for a point with clients")
	}
	if ratios := RatiosOf(roofline); ratios.Token != 0 || ratios.Pair != 0 || ratios.Cache != 0 {
		t.Errorf("ratios alone have times: %+v", ratios)
	}
}

// believes reports whether a belief says that a parameter has a value, if all others are 0.
func (f *fitter) believes(name string, value float64) bool {
	at, values := f.at(name), make([]float64, len(f.shape.Parameters))
	values[at] = value
	return slices.ContainsFunc(f.beliefs(values), func(b belief) bool { return b.factors[at] != 0 && math.Abs(b.deviation(values)) < 1e-6 })
}

// TestOneSequenceReadsTheWeights estimates the time per token of one sequence from points whose
// further sequences, contexts and prompts take all the time that was measured, and from one that
// has a single client.
func TestOneSequenceReadsTheWeights(t *testing.T) {
	p := Physics{RidgeTokens: 200, Token: 30e-6, Cache: 20e-9, Weights: 6e-3}
	peak := usualMemoryEfficiency * p.Weights
	for _, c := range []struct {
		measured, clients, input, output float64
		others                           bool
		want                             float64
	}{
		{8e-3, 1, 0, 100, true, 8e-3 - 50*20e-9},
		{40e-3, 128, 4096, 128, true, peak},
		{40e-3, 128, 0, 2, false, (40e-3 - 128*20e-9) / (1 + 127*sequencePerStep)},
	} {
		if got := p.loneTime(c.measured, c.clients, c.input, c.output, c.others); math.Abs(got/c.want-1) > 1e-9 {
			t.Errorf("%v clients: %v s, not %v s", c.clients, got, c.want)
		}
	}
}

// TestFewMeansAreDoubtedOnAverage compares the doubt of a fit to two points with that of a fit that
// has as many draws, but more measurements.
func TestFewMeansAreDoubtedOnAverage(t *testing.T) {
	config, roofline, busy, _ := busyPoints(t, nil)
	fit, err := ToMeasurements(FitOptions{Config: config, Physics: PhysicsOf(roofline, profile.Mixture{})}, busy)
	if err != nil {
		t.Fatal(err)
	}
	most, few, err := fit.Uncertain(config)
	if err != nil || !fit.FewMeans || !(few > 0) || few >= most.Share {
		t.Errorf("%v, few means: %v, doubt %v, %v", most, fit.FewMeans, few, err)
	}
	fit.FewMeans = false
	if _, many, err := fit.Uncertain(config); err != nil || many != most.Share {
		t.Errorf("doubt %v, most uncertain %v, %v", many, most.Share, err)
	}
}
