package fit

import (
	"math"
	"strings"
	"testing"

	"wavetank/scenarios/builtin"
	"wavetank/scenarios/calibrate/measured"
	"wavetank/scenarios/calibrate/replay"
	"wavetank/sim/profile"
	"wavetank/sim/tokens"
)

// mixturePoints returns points of an engine whose network has experts: 1, 2, 4, 8, 16 and 48
// clients. Its times are those of a roofline of Mixtral 8x7B, but the weights outside of the
// experts and the experts are read in times of their own.
func mixturePoints(t *testing.T, expertFactor float64) (config tokens.Config, known Physics, list []replay.MeasuredLoad) {
	t.Helper()
	network, err := builtin.FindArchitecture("mixtral-8x7b")
	if err != nil {
		t.Fatal(err)
	}
	var r builtin.Roofline
	r.SetDefaults()
	roofline, err := r.StepTime(network.Architecture, "h100", 2)
	if err != nil {
		t.Fatal(err)
	}
	known = PhysicsOf(roofline, network.Architecture.Mixture(roofline))
	truth := roofline
	truth.Experts = known.Experts
	truth.Memory.Constant -= known.Experts.Count * known.Experts.Each
	truth.Experts.Each = int64(expertFactor * float64(truth.Experts.Each))
	config = tokens.Config{MaxSequences: 256, MaxTokens: 2048, Chunked: true, Block: 16, Blocks: 1 << 20, Context: 32768}
	engine := config
	engine.StepTime = truth
	var points []measured.LoadPoint
	for _, clients := range []int{1, 2, 4, 8, 16, 48} {
		points = append(points, measured.LoadPoint{Clients: clients, Input: measured.LengthSummary{Mean: 300}, Output: measured.LengthSummary{Mean: 200}, TTFT: 1, E2E: 2})
	}
	shape := replay.LoadShape{Spread: 0.2, Waves: 3}
	list = replay.OfPoints(points, shape)
	for i := range list {
		rows, err := list[i].Simulate(&engine)
		if err != nil {
			t.Fatal(err)
		}
		points[i].TTFT, points[i].E2E = rows[0].TTFT, rows[0].E2E
	}
	return config, known, replay.OfPoints(points, shape)
}

// TestFitsFindTheTimeOfExperts fits models to points of an engine whose experts take 1.4 times as
// long as the data sheet says. The fits find this time, and a model that starts from theirs keeps
// the experts. Two points without experts in the model predict the points between them worse.
func TestFitsFindTheTimeOfExperts(t *testing.T) {
	const factor = 1.4
	config, known, list := mixturePoints(t, factor)
	fit, err := ToMeasurements(FitOptions{Config: config, Physics: known}, list)
	if err != nil {
		t.Fatal(err)
	}
	each := fit.StepTime.Vector()[profile.CoefficientIndex(eachExpert)]
	if want := factor * known.expert(); math.Abs(each/want-1) > 0.1 {
		t.Errorf("an expert takes %.4g s, not %.4g s", each, want)
	}
	again := config
	again.StepTime = fit.StepTime
	if fit, err = ToMeasurements(FitOptions{Config: again}, list[:2]); err != nil {
		t.Fatal(err)
	}
	if e := fit.StepTime.Experts; e.Count != known.Experts.Count || e.Active != known.Experts.Active || e.Each == 0 {
		t.Errorf("a start has %+v, and its fit %+v", again.StepTime.Experts, e)
	}
	worst := func(p Physics) (worst float64) {
		fit, err := ToMeasurements(FitOptions{Config: config, Physics: p}, []replay.MeasuredLoad{list[0], list[5]})
		if err != nil {
			t.Fatal(err)
		}
		c := config
		c.StepTime, c.Before = fit.StepTime, fit.Before
		for _, between := range list[1:5] {
			worst = max(worst, wholeTimeError(t, between, &c))
		}
		return worst
	}
	dense := known
	dense.Experts = profile.Mixture{}
	if with, without := worst(known), worst(dense); with > 0.05 || without < 2*with {
		t.Errorf("points between are off by %.1f %% with experts, and by %.1f %% without", 100*with, 100*without)
	}
}

// TestOnlyOneShapeHasExperts fits another shape, starting from a model with experts.
func TestOnlyOneShapeHasExperts(t *testing.T) {
	config, known, list := mixturePoints(t, 1)
	config.StepTime.Experts = known.Experts
	if _, err := ToMeasurements(FitOptions{Config: config, Shape: "ridge"}, list); err == nil || !strings.Contains(err.Error(), "only the shape physical has them") {
		t.Errorf("%v", err)
	}
}
