package fit

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"wavetank/scenarios/calibrate/calibratetest"
	"wavetank/scenarios/calibrate/measured"
	"wavetank/scenarios/calibrate/replay"
	"wavetank/sim/profile"
)

// TestLeastSquaresHaveNoBetterNeighbour checks that the solutions meet the conditions of Karush,
// Kuhn and Tucker.
func TestLeastSquaresHaveNoBetterNeighbour(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		g := rand.New(rand.NewPCG(rapid.Uint64().Draw(r, "seed"), 1))
		n := rapid.IntRange(1, 7).Draw(r, "columns")
		var rows [][]float64
		var b []float64
		for range rapid.IntRange(n, 40).Draw(r, "rows") {
			row := make([]float64, n)
			for j := range row {
				row[j] = g.NormFloat64() * math.Pow10(2*j)
			}
			rows, b = append(rows, row), append(b, g.NormFloat64())
		}
		x := NonnegativeLeastSquares(rows, b)
		for j := range n {
			gradient, size := 0.0, 0.0
			for i, row := range rows {
				rest := -b[i]
				for k, v := range row {
					rest += v * x[k]
				}
				gradient += rest * row[j]
				size += math.Abs(row[j])
			}
			if x[j] < 0 || gradient < -1e-6*size || x[j] > 0 && gradient > 1e-6*size {
				r.Errorf("x[%d] = %v with gradient %v of %v", j, x[j], gradient, size)
			}
		}
	})
}

// TestFitFindsTheModelThatMadeTheLog fits a model to half of a log that was made with a known
// step-time model. The fitted model must predict the other half of the log and a second load.
func TestFitFindsTheModelThatMadeTheLog(t *testing.T) {
	for _, noise := range []float64{0, 0.05} {
		c := calibratetest.Engine(t)
		c.Before = 15 * time.Millisecond
		list := []replay.MeasuredLoad{calibratetest.Logged(t, c, calibratetest.Draws(300, 4, 1), noise)}
		replay.HoldOut(list, 2, 0)
		blank := c
		blank.StepTime, blank.Before = profile.StepTime{}, 0
		fit, err := ToMeasurements(FitOptions{Config: blank}, list)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range replay.Compare(list, fit.Simulated, func(held bool) bool { return held }) {
			if off := m.Simulated/m.Measured - 1; m.Rows < 140 || math.Abs(off) > 0.02+noise/3 {
				t.Errorf("noise %v: %s of %d rows held out is off by %.2f %%", noise, m.Name, m.Rows, 100*off)
			}
		}
		for i, p := range fit.Parameters {
			if fit.Values[i] < 0 || fit.Low[i] > fit.Values[i] || fit.High[i] < fit.Values[i] {
				t.Errorf("%s = %v is not in [%v, %v]", p.Name, fit.Values[i], fit.Low[i], fit.High[i])
			}
		}
		busy := []replay.MeasuredLoad{calibratetest.Logged(t, c, calibratetest.Draws(300, 9, 2), 0)}
		blank.StepTime, blank.Before = fit.StepTime, fit.Before
		simulated, err := busy[0].Simulate(&blank)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range replay.Compare(busy, [][]replay.SimulatedRow{simulated}, func(bool) bool { return true }) {
			if off := m.Simulated/m.Measured - 1; m.Name == "TPOT" && math.Abs(off) > 0.08 {
				t.Errorf("noise %v: under twice the load %s is off by %.2f %%", noise, m.Name, 100*off)
			}
		}
	}
}

// TestTheTrueModelIsKept starts a fit from the step-time model with which the log was made.
func TestTheTrueModelIsKept(t *testing.T) {
	c := calibratetest.Engine(t)
	list := []replay.MeasuredLoad{calibratetest.Logged(t, c, calibratetest.Draws(200, 5, 1), 0)}
	fit, err := ToMeasurements(FitOptions{Config: c, Shape: "roofline", BeforeKnown: true}, list)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range replay.Compare(list, fit.Simulated, func(bool) bool { return true }) {
		if m.MeanAbsolute > 1e-4 {
			t.Errorf("%s is off by %v", m.Name, m.MeanAbsolute)
		}
	}
}

func TestPointsOfAClosedLoopAreFitted(t *testing.T) {
	text := "isl,osl,concurrency,ttft_ms,tpot_ms\n"
	c := calibratetest.Engine(t)
	at := calibratetest.Read(t, text+"200,100,1,1,1\n200,100,4,1,1\n200,100,16,1,1\n800,50,1,1,1\n800,50,8,1,1\n800,50,32,1,1\n")
	points, err := measured.ReadPoints(at, 0)
	if err != nil {
		t.Fatal(err)
	}
	list := replay.OfPoints(points, replay.LoadShape{Spread: 0.1})
	for i := range list {
		o, err := list[i].Simulate(&c)
		if err != nil {
			t.Fatal(err)
		}
		list[i].Rows[0].TTFT, list[i].Rows[0].E2E, list[i].Rows[0].Throughput = o[0].TTFT, o[0].E2E, o[0].Throughput
	}
	replay.HoldOut(list, 0, 5)
	blank := c
	blank.StepTime = profile.StepTime{}
	fit, err := ToMeasurements(FitOptions{Config: blank}, list)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range replay.Quantities(list, fit.Simulated) {
		for i := range q.Measured {
			if off := q.Simulated[i]/q.Measured[i] - 1; math.Abs(off) > 0.2 || !q.HeldOut[i] && math.Abs(off) > 0.15 {
				t.Errorf("point %d: %s is off by %.1f %%", i, q.Name, 100*off)
			}
		}
	}
}
