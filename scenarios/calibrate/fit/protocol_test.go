package fit

import (
	"flag"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"wavetank/scenarios/calibrate/calibratetest"
	"wavetank/scenarios/calibrate/replay"
	"wavetank/sim/tokens"
)

var pairs = flag.Int("pairs", 3, "pairs of simulated runs to which models are fitted, to predict sixteen others each")

var pairSeed = flag.Uint64("pair-seed", 0, "added to the seeds of the simulated engines")

// TestTwoRunsPredictTheOthers fits models to pairs of simulated runs of unequal load and lengths,
// and predicts the E2E of sixteen other runs. The physics of the engine is unlike the shapes of
// models. Of each pair the mean of the sixteen errors counts: the median of all pairs is at most
// 3 %. Pairs with more than 10 % are warned of, and few with less than 5 %.
func TestTwoRunsPredictTheOthers(t *testing.T) {
	const runs, perEngine, requests = 18, 5, 200
	var means []float64
	wrong := 0
	for k := range *pairs {
		engine := k % max(1, *pairs/perEngine)
		config, list := calibratetest.SimulatedRuns(*pairSeed+uint64(engine), runs, requests)
		g := rand.New(rand.NewPCG(uint64(k), 31))
		a := g.IntN(runs)
		b := (a + 1 + g.IntN(runs-1)) % runs
		fit, err := ToMeasurements(FitOptions{Config: config}, []replay.MeasuredLoad{list[a].Load, list[b].Load})
		if err != nil {
			t.Fatal(err)
		}
		c := config
		c.StepTime, c.Before = fit.StepTime, fit.Before
		sum, worst, at := 0.0, 0.0, ""
		for i := range list {
			if i == a || i == b {
				continue
			}
			off := wholeTimeError(t, list[i].Load, &c)
			sum += off
			if off > worst {
				worst, at = off, list[i].Name
			}
		}
		mean := sum / (runs - 2)
		means = append(means, mean)
		_, doubt, err := fit.Uncertain(config)
		if err != nil {
			t.Fatal(err)
		}
		switch warned := doubt > Doubtful; {
		case mean > 0.1 && !warned:
			t.Errorf("the mean error of pair %d is %.2f %%, without a warning", k, 100*mean)
		case mean < 0.05 && warned:
			wrong++
		}
		t.Logf("engine %d, %s and %s: mean %.2f %%, worst %.2f %% of %s", engine, list[a].Name, list[b].Name, 100*sum/(runs-2), 100*worst, at)
	}
	slices.Sort(means)
	median, worst := means[len(means)/2], means[len(means)-1]
	t.Logf("median %.2f %%, worst %.2f %%, %d warned of without need", 100*median, 100*worst, wrong)
	if median > 0.03 {
		t.Errorf("the median error is %.2f %%", 100*median)
	}
	if *pairs >= 10 && wrong > *pairs/5 {
		t.Errorf("%d of %d pairs are warned of without need", wrong, *pairs)
	}
}

// wholeTimeError returns the relative error of the simulated mean E2E of a load.
func wholeTimeError(t testing.TB, load replay.MeasuredLoad, c *tokens.Config) float64 {
	simulated, err := load.Simulate(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range replay.Compare([]replay.MeasuredLoad{load}, [][]replay.SimulatedRow{simulated}, func(bool) bool { return true }) {
		if m.Name == "E2E" {
			return math.Abs(m.Simulated/m.Measured - 1)
		}
	}
	t.Fatal("there is no E2E")
	return 0
}
