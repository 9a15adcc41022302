package figures

import (
	"image/color"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/recorder"
	"pgregory.net/rapid"

	"wavetank/metrics/compare"
	"wavetank/metrics/rows"
	"wavetank/reports/reportstest"
	"wavetank/reports/store"
	"wavetank/reports/wording"
)

// sheetOfSeries returns a sheet of synthetic time series. Each value has a policy, metric, scope,
// replication and step. A step is ten seconds long.
func sheetOfSeries(t *testing.T, put func(add func(policy, metric, scope string, replication, step int, value float64))) *sheet {
	t.Helper()
	r := store.Archive{Manifest: store.Manifest{Scenario: "day", Replications: 2}}
	type run struct {
		policy      string
		replication int
	}
	seen := map[run]bool{}
	put(func(policy, metric, scope string, replication, step int, value float64) {
		row := rows.Row{Scenario: "day", Policy: policy, Replication: replication, Measurement: rows.Measurement{Scope: scope, Metric: metric, Unit: "1", Value: value}}
		reportstest.AddSample(&r, row, float64(step+1)*10)
		if at := (run{policy, replication}); !seen[at] {
			seen[at] = true
			row.Measurement = rows.Measurement{Scope: rows.All, Metric: "throughput", Unit: "1/s", Value: 1}
			r.Rows = append(r.Rows, row)
		}
	})
	s := sheetFor(t, r)
	return s
}

func TestColoursBelongToNames(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		listed := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z]{1,6}`), 1, 40, rapid.ID).Draw(t, "listed")
		all := looksOf(listed, nil)
		seen, hues := map[color.NRGBA]bool{}, map[int]bool{}
		for i, name := range slices.Sorted(slices.Values(listed)) {
			seen[all[name].colour] = true
			hues[kin[slices.Index(palette[:], all[name].colour)]] = true
			if i < len(palette) && len(seen) != i+1 || i < 5 && len(hues) != i+1 {
				t.Fatalf("%s has the colour of another", name)
			}
		}
		some := rapid.Permutation(listed).Draw(t, "order")
		some = some[:rapid.IntRange(1, len(some)).Draw(t, "chosen")]
		for name, l := range looksOf(rapid.Permutation(listed).Draw(t, "listed anew"), append(some, "added by --policy")) {
			if name != "added by --policy" && l.colour != all[name].colour {
				t.Fatalf("%s changes its colour when %v take part", name, some)
			}
		}
	})
}

func TestBandsHoldTheReplications(t *testing.T) {
	rapid.Check(t, func(t2 *rapid.T) {
		low, high := rapid.SampledFrom([][2]float64{{0, 3}, {0, 100}, {99, 100}}).Draw(t2, "range")[0], 100.0
		var values []float64
		s := sheetOfSeries(t, func(add func(string, string, string, int, int, float64)) {
			for replication := range rapid.IntRange(1, 4).Draw(t2, "replications") {
				for step := range rapid.IntRange(1, 900).Draw(t2, "steps") {
					v := rapid.SampledFrom([]float64{low, high, (low + high) / 2, math.Inf(1), math.NaN()}).Draw(t2, "value")
					add("p", "kv_occupancy", "m", replication, step, v)
					if finite(v) {
						values = append(values, v)
					}
				}
			}
		})
		c := s.course(s.StepsOf("kv_occupancy", mostSteps), "p", "kv_occupancy", "m")
		if len(c.Mean) > mostSteps {
			t2.Fatalf("%d steps", len(c.Mean))
		}
		for i, v := range c.Mean {
			if !finite(v) {
				continue
			}
			if !(slices.Min(values) <= c.Low[i] && c.Low[i] <= v && v <= c.High[i] && c.High[i] <= slices.Max(values)) {
				t2.Fatalf("step %d: %v in [%v, %v]", i, v, c.Low[i], c.High[i])
			}
		}
	})
}

func TestALineIsInterruptedWhereThereIsNothing(t *testing.T) {
	s := sheetOfSeries(t, func(add func(string, string, string, int, int, float64)) {
		for step := range 9 {
			add("whole", "utilization", "cpu", 0, step, 50)
			if step < 2 || step > 5 {
				add("holed", "utilization", "cpu", 0, step, 70)
			}
		}
	})
	c := s.course(s.StepsOf("utilization", mostSteps), "holed", "utilization", "cpu")
	for _, v := range c.stairs(c.Mean) {
		if finite(v.Y) && v.X > 20 && v.X < 60 {
			t.Errorf("a line at %v s", v.X)
		}
	}
	if areas := c.areas(c.Low, c.High); len(areas) != 2 {
		t.Errorf("%d areas, want 2", len(areas))
	}
}

func TestEqualPoliciesAreTold(t *testing.T) {
	s := sheetOfSeries(t, func(add func(string, string, string, int, int, float64)) {
		for step := range 9 {
			for policy, value := range map[string]int{"greedy": step, "lp": step, "hpa": 2 * step} {
				for replication := range 2 {
					add(policy, "machines", "machine:g5.xlarge", replication, step, float64(value+replication))
				}
			}
		}
	})
	image, err := machineCourse.figure("machines", "Machines").of(s).Encode("svg")
	if err != nil {
		t.Fatal(err)
	}
	if text := string(image); !strings.Contains(text, ">greedy, lp (same)<") && !strings.Contains(text, ">lp, greedy (same)<") || !strings.Contains(text, ">hpa<") {
		t.Error("the legend does not say which policies are the same")
	}
	if !strings.Contains(string(image), "mean over 10 s and over 2 replications") {
		t.Error("the figure does not say what a step is")
	}
}

func TestLinesThatCoincideTakeTurns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 7).Draw(t, "lines")
		// less than a point: the axis shows values to 100 on 300 points
		shift := rapid.Float64Range(0, 0.3).Draw(t, "shift")
		var lines strands
		for i := range n {
			points := plotter.XYs{}
			for k := range 20 {
				at := float64(k * 5)
				points = append(points, plotter.XY{X: at, Y: float64(k%3)*30 + shift*float64(i%2)}, plotter.XY{X: at + 5, Y: float64(k%3)*30 + shift*float64(i%2)})
			}
			lines = append(lines, strand{points, draw.LineStyle{Color: palette[i], Width: 1}})
		}
		p := plot.New()
		p.X.Min, p.Y.Min, p.X.Max, p.Y.Max = 0, 0, 100, 100
		var canvas recorder.Canvas
		lines.Plot(draw.NewCanvas(&canvas, 300, 300), p)
		for i, seen := range visible(&canvas) {
			if seen < 20 {
				t.Fatalf("line %v of %d is seen on %d places", i, n, seen)
			}
		}
		through := newCrowd(vg.Rectangle{Max: vg.Point{X: 200, Y: 200}})
		for i := range n {
			through.add(place{100, 100}, i)
		}
		turns := 0
		for i := range n {
			if through.hasTurn(i, place{100, 100}) {
				turns++
			}
		}
		if turns != 1 {
			t.Fatalf("%d lines have their turn at once", turns)
		}
	})
}

// visible counts the places in which each colour lies on top.
func visible(canvas *recorder.Canvas) map[color.Color]int {
	top := map[place]color.Color{}
	var colour color.Color
	counts := map[color.Color]int{}
	for _, action := range canvas.Actions {
		switch a := action.(type) {
		case *recorder.SetColor:
			colour = a.Color
			counts[colour] = 0
		case *recorder.Stroke:
			var path []vg.Point
			for _, part := range a.Path {
				path = append(path, part.Pos)
			}
			walk([][]vg.Point{path}, func(a, b vg.Point) { top[placeOf(a, b)] = colour })
		}
	}
	for _, c := range top {
		counts[c]++
	}
	return counts
}

func TestNoCurveStandsInTwoPanels(t *testing.T) {
	s := sheetOfSeries(t, func(add func(string, string, string, int, int, float64)) {
		for step := range 5 {
			for _, scope := range []string{rows.All, "llama", "class:gold"} {
				add("p", "running", scope, 0, step, float64(step))
			}
		}
	})
	if scopes := runningCourse.scopes(s); len(scopes) != 1 || scopes[0] != "llama" {
		t.Errorf("panels of %v, want the model alone", scopes)
	}
}

func TestNoPictureShowsTheImpossible(t *testing.T) {
	r := reportstest.Synthetic(reportstest.Eight[:3], 2, 6)
	for i, row := range r.Rows { // make intervals wider than the possible values
		switch row.Metric {
		case "slo_attainment", "utilization":
			r.Rows[i].Value = 99 + float64(row.Replication)
		case "cost":
			r.Rows[i].Value = 0.1 + 5*float64(row.Replication)
		}
		if row.Policy == reportstest.Eight[1] && row.Metric == "slo_attainment" {
			r.Rows[i].Value = float64(row.Replication)
		}
	}
	s := sheetFor(t, r)
	dots, _ := s.dots()
	if got := (scatter{dots}).clusters(); len(got) != 2 || got[0].name() != "static-peak, hpa (same)" {
		t.Errorf("dots in one place are not told: %d places, the first named %s", len(got), got[0].name())
	}
	if _, high := possible("%", compare.Interval{Mean: 99, Low: 90, High: 105, N: 2}); high != 100 {
		t.Errorf("an interval of a share up to %v", high)
	}
	if x0, _, y0, y1 := extent(dots); x0 < 0 || y0 < 0 || y1 > 100 {
		t.Errorf("costs from %v, attainment in [%v, %v]", x0, y0, y1)
	}
	for _, f := range figures[:2] {
		image, err := f.of(s).Encode("svg")
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(image), ">−") {
			t.Errorf("%s has a negative number", f.name)
		}
	}
}

func TestCountsHaveWholeTicks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		high := rapid.Float64Range(0.1, 5000).Draw(t, "high")
		for _, tick := range (evenTicks{most: 5, whole: true}).Ticks(0, high) {
			if tick.Value != math.Trunc(tick.Value) || strings.Contains(tick.Label, ".") {
				t.Fatalf("%v is marked as %q", tick.Value, tick.Label)
			}
		}
	})
}

// TestBarsStayInTheirPanel checks that a bar and its interval end in the panel. This also holds for
// an infinite interval.
func TestBarsStayInTheirPanel(t *testing.T) {
	c := draw.NewCanvas(new(recorder.Canvas), 400, 200)
	intervals := []compare.Interval{
		{Mean: 4, Low: 3, High: math.Inf(1), N: 3}, {Mean: 0.1, Low: 0.05, High: 0.2, N: 3}, {Mean: math.Inf(1), Low: math.NaN(), High: math.NaN(), N: 3},
	}
	x := barAxis(c, wording.FormatOf("latency_mean", "s", intervals), intervals)
	for _, v := range []float64{0, 0.2, 4} {
		if at := x(v); at < c.Min.X || at > c.Max.X {
			t.Errorf("%v lies at %v, outside %v to %v", v, at, c.Min.X, c.Max.X)
		}
	}
	if at := x(math.Inf(1)); at < c.Max.X || math.IsInf(float64(at), 0) {
		t.Errorf("an open end lies at %v", at)
	}
}

// TestHardlyAnyDifferenceIsNotDrawnAsALargeOne checks that the vertical axis in the plane of cost
// and attainment has a smallest range, and that the names of policies show their findings.
func TestHardlyAnyDifferenceIsNotDrawnAsALargeOne(t *testing.T) {
	r := reportstest.Verdicts([]rows.Objective{{Scope: "all", Name: "a", Percent: 99}}, map[string]map[string][]float64{
		"p": {"all": {100, 100, 100}, "$": {1, 1, 1}}, "q": {"all": {100, 100, 100}, "$": {2, 2, 2}},
	})
	r.Manifest.Clairvoyant = []string{"q"}
	s := sheetFor(t, r)
	image, err := figures[slices.IndexFunc(figures, func(f figure) bool { return f.name == "cost-attainment" })].of(s).Encode("svg")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{">p (met)<", ">q † (met)<", ">99.90<"} {
		if !strings.Contains(string(image), want) {
			t.Errorf("no %s in %s", want, image)
		}
	}
}
