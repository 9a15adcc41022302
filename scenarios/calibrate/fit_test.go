package calibrate

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"wavetank/sim/profile"
)

// TestLeastSquaresHaveNoBetterNeighbour holds the conditions of Karush, Kuhn and Tucker.
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
		x := nonnegative(rows, b)
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

// TestFitFindsTheLawThatMadeTheLog fits to half of a log made with a known law, and predicts the other half, and another load.
func TestFitFindsTheLawThatMadeTheLog(t *testing.T) {
	for _, noise := range []float64{0, 0.05} {
		c := engine(t)
		c.Before = 15 * time.Millisecond
		list := []Experiment{measured(t, c, draws(300, 4, 1), noise)}
		Hold(list, 2, 0)
		blank := c
		blank.Law, blank.Before = profile.Step{}, 0
		fit, err := FitLaw(Options{Config: blank}, list)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range Compare(list, fit.Outcomes, func(held bool) bool { return held }) {
			if off := m.Simulated/m.Measured - 1; m.Rows < 140 || math.Abs(off) > 0.02+noise/3 {
				t.Errorf("noise %v: %s of %d rows held back is off by %.2f %%", noise, m.Name, m.Rows, 100*off)
			}
		}
		for i, p := range fit.Parameters {
			if fit.Values[i] < 0 || fit.Low[i] > fit.Values[i] || fit.High[i] < fit.Values[i] {
				t.Errorf("%s = %v is not in [%v, %v]", p.Name, fit.Values[i], fit.Low[i], fit.High[i])
			}
		}
		busy := []Experiment{measured(t, c, draws(300, 9, 2), 0)}
		blank.Law, blank.Before = fit.Law, fit.Before
		outcomes, err := busy[0].Run(&blank)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range Compare(busy, [][]Outcome{outcomes}, func(bool) bool { return true }) {
			if off := m.Simulated/m.Measured - 1; m.Name == "TPOT" && math.Abs(off) > 0.08 {
				t.Errorf("noise %v: under twice the load %s is off by %.2f %%", noise, m.Name, 100*off)
			}
		}
	}
}

// TestTheTrueLawIsKept begins a fit at the law that made the log.
func TestTheTrueLawIsKept(t *testing.T) {
	c := engine(t)
	list := []Experiment{measured(t, c, draws(200, 5, 1), 0)}
	fit, err := FitLaw(Options{Config: c, Shape: "roofline", Fixed: true}, list)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range Compare(list, fit.Outcomes, func(bool) bool { return true }) {
		if m.Off > 1e-4 {
			t.Errorf("%s is off by %v", m.Name, m.Off)
		}
	}
}

func TestPointsOfAClosedLoopAreFitted(t *testing.T) {
	text := "isl,osl,concurrency,ttft_ms,tpot_ms\n"
	c := engine(t)
	at := read(t, text+"200,100,1,1,1\n200,100,4,1,1\n200,100,16,1,1\n800,50,1,1,1\n800,50,8,1,1\n800,50,32,1,1\n")
	points, err := ReadPoints(at, 0)
	if err != nil {
		t.Fatal(err)
	}
	list := Experiments(points, Load{Spread: 0.1})
	for i := range list {
		o, err := list[i].Run(&c)
		if err != nil {
			t.Fatal(err)
		}
		list[i].Rows[0].TTFT, list[i].Rows[0].E2E, list[i].Rows[0].Throughput = o[0].TTFT, o[0].E2E, o[0].Throughput
	}
	Hold(list, 0, 5)
	blank := c
	blank.Law = profile.Step{}
	fit, err := FitLaw(Options{Config: blank}, list)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range Quantities(list, fit.Outcomes) {
		for i := range q.Measured {
			if off := q.Simulated[i]/q.Measured[i] - 1; math.Abs(off) > 0.2 || !q.Held[i] && math.Abs(off) > 0.15 {
				t.Errorf("point %d: %s is off by %.1f %%", i, q.Name, 100*off)
			}
		}
	}
}

func TestKernelsGiveTheirLawBack(t *testing.T) {
	dense, attention, sequence := "layer,tokens,time_us\n", "prefill_chunk,kv_prefill,n_decode,kv_decode,time_us\n", "layer,sequences,time_us\n"
	line := func(v ...float64) string {
		var b strings.Builder
		for i, x := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(strings.TrimSpace(formatted(x)))
		}
		return b.String() + "\n"
	}
	for _, n := range []float64{1, 8, 64, 128, 256, 512, 1024} {
		dense += "mlp," + line(n, max(100, 10+0.5*n))
		sequence += "head," + line(min(n, 64), 50+2*min(n, 64))
		for _, before := range []float64{0, 512, 2048} {
			attention += line(n, before, 0, 0, 5+0.01*n+1e-4*n*(before+n/2))
			attention += line(0, 0, min(n, 64), 16+before, 5+0.1*min(n, 64)+2e-3*min(n, 64)*(16+before))
		}
	}
	c := engine(t)
	c.Blocks = 100_000
	timer, err := Kernels{Dense: read(t, dense), Attention: read(t, attention), Sequence: read(t, sequence), Layers: 10}.Timer()
	if err != nil {
		t.Fatal(err)
	}
	f, err := FitSteps(timer, &c, Lengths{512, 256})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range f.Parts {
		if n, off := p.Error(true); off > 0.03 || n == 0 {
			t.Errorf("%s is off by %.1f %% in %d steps", p.Name, 100*off, n)
		}
	}
	got, err := f.Step()
	if err != nil {
		t.Fatal(err)
	}
	o := got.Overhead.Coefficients()
	for name, pair := range map[string][2]float64{
		"attention": {o.Attention, 10 * 1e-4 * 1e-6}, "context": {o.Context, 10 * 2e-3 * 1e-6}, "compute": {got.Compute.Coefficients().Prefill, 10 * 0.51e-6},
		"what a step takes at least": {got.Memory.Coefficients().Constant, 10*105e-6 + 50e-6},
	} {
		if math.Abs(pair[0]/pair[1]-1) > 0.05 {
			t.Errorf("%s is %v, made with %v", name, pair[0], pair[1])
		}
	}
	for i, v := range f.Values {
		if v < f.Low[i] || v > f.High[i] {
			t.Errorf("%s is %v, outside of its interval, %v to %v", f.Parameters[i].Name, v, f.Low[i], f.High[i])
		}
	}
}
