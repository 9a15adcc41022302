package figures

import (
	"bytes"
	"encoding/xml"
	"image/png"
	"io"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/image/font/sfnt"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"pgregory.net/rapid"

	"wavetank/metrics/rows"
	"wavetank/reports/analysis"
	"wavetank/reports/reportstest"
	"wavetank/reports/store"
)

// shape is the size of synthetic results.
type shape struct {
	policies              []string
	replications, samples int
}

func TestEveryFigureIsDrawnWhateverTheResults(t *testing.T) {
	set := func(metric string, value float64) func(*store.Archive) {
		return func(r *store.Archive) {
			for i := range r.Rows {
				if r.Rows[i].Metric == metric {
					r.Rows[i].Value = value
				}
			}
		}
	}
	three := shape{reportstest.Eight[:3], 3, 6}
	for name, c := range map[string]struct {
		shape  shape
		change func(*store.Archive)
		absent int // number of figures that are left out
	}{
		"one policy":          {shape{reportstest.Eight[:1], 3, 6}, func(*store.Archive) {}, 5},
		"one replication":     {shape{reportstest.Eight[:3], 1, 6}, func(*store.Archive) {}, 0},
		"twelve policies":     {shape{reportstest.Names(12), 2, 4}, func(*store.Archive) {}, 0},
		"one sample":          {shape{reportstest.Eight[:2], 2, 1}, func(*store.Archive) {}, 0},
		"infinite p99":        {three, set("latency_p99", math.Inf(1)), 0},
		"undefined p99":       {three, set("latency_p99", math.NaN()), 0},
		"zero cost":           {three, set("cost", 0), 0},
		"infinite cost":       {three, set("cost", math.Inf(1)), 1},
		"constant attainment": {three, set("slo_attainment", 100), 0},
		"no series":           {three, func(r *store.Archive) { r.Series = nil }, 6},
		"zero series":         {three, func(r *store.Archive) { zero(r.Series) }, 6},
		"infinite series":     {three, func(r *store.Archive) { r.Series[3].Values[0] = math.Inf(1) }, 0},
		"no quantiles":        {three, func(r *store.Archive) { r.Quantiles = nil }, 4},
		"no rows":             {three, func(r *store.Archive) { r.Rows = nil }, len(figures)},
		"infinite TTFT":       {three, set("ttft_p95", math.Inf(1)), 0},
		"baseline missing":    {three, func(r *store.Archive) { r.Manifest.Baseline = "lost" }, 0},
	} {
		r := reportstest.WithFleet(reportstest.WithTokens(reportstest.Synthetic(c.shape.policies, c.shape.replications, c.shape.samples)))
		c.change(&r)
		s := sheetFor(t, r)
		absent := 0
		for _, f := range figures {
			p := f.of(s)
			if p == nil {
				absent++
				continue
			}
			image, err := p.Encode("svg")
			if err != nil {
				t.Errorf("%s: %s: %v", name, f.name, err)
			}
			if strings.Contains(string(image), "NaN") || strings.Contains(string(image), "Inf") {
				t.Errorf("%s: %s has a coordinate that is not a number", name, f.name)
			}
			if err := wellFormed(image); err != nil {
				t.Errorf("%s: %s: %v", name, f.name, err)
			}
			if p.Caption == "" {
				t.Errorf("%s: %s has no caption", name, f.name)
			}
		}
		if absent != c.absent {
			t.Errorf("%s: %d figures absent, want %d", name, absent, c.absent)
		}
	}
}

func TestRunsWithoutLLMsHaveNoFiguresOfTokens(t *testing.T) {
	s := sheetFor(t, reportstest.WithFleet(reportstest.Small()))
	for _, f := range figures {
		if of := slices.Contains([]string{"ttft-cdf", "tpot-cdf", "itl-cdf", "kv-occupancy", "running-requests"}, f.name); of == (f.of(s) != nil) {
			t.Errorf("%s is there: %v", f.name, !of)
		}
	}
}

func TestPoliciesOfOneCostStandSideBySide(t *testing.T) {
	r := reportstest.Small()
	for i := range r.Rows {
		if r.Rows[i].Metric == "cost" {
			r.Rows[i].Value = 8.25
		}
	}
	s := sheetFor(t, r)
	p := figures[0].of(s)
	image, err := p.Encode("svg")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(image), ">All cost the same: 8.25 $<") || !strings.Contains(p.Caption, "order of the tables") {
		t.Error("all policies have the same cost, and the figure does not say so")
	}
}

func zero(series []rows.TimeSeries) {
	for _, s := range series {
		clear(s.Values)
	}
}

func wellFormed(image []byte) error {
	d := xml.NewDecoder(bytes.NewReader(image))
	for {
		if _, err := d.Token(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func TestFiguresNameEveryPolicyAndUnit(t *testing.T) {
	s := sheetFor(t, reportstest.WithFleet(reportstest.WithTokens(reportstest.Synthetic(reportstest.Eight[:7], 2, 12))))
	for _, f := range figures {
		image, err := f.of(s).Encode("svg")
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range s.Policies {
			if !strings.Contains(string(image), p) {
				t.Errorf("%s does not name %s", f.name, p)
			}
		}
		if !regexp.MustCompile(`\(%\)|per second|>(Running requests|Machines|Replicas)<`).Match(image) {
			t.Errorf("%s has no unit", f.name)
		}
	}
}

func TestPicturesHaveTheirSize(t *testing.T) {
	s := sheetFor(t, reportstest.Small())
	image, err := figures[0].of(s).Encode("png")
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.DecodeConfig(bytes.NewReader(image))
	if err != nil {
		t.Fatal(err)
	}
	if picture.Width != 9*resolution || picture.Height != int(math.Round(float64(5*vg.Inch+headHeight)/72*resolution)) {
		t.Errorf("%d × %d pixels", picture.Width, picture.Height)
	}
	if _, err := figures[0].of(s).Encode("gif"); err == nil {
		t.Error("a gif was drawn")
	}
}

func TestFontHasEverySign(t *testing.T) {
	face := font.DefaultCache.Lookup(lettering(8).Font, 8)
	var b sfnt.Buffer
	for _, r := range "±∞–−…µ%$()" {
		if index, err := face.Face.GlyphIndex(&b, r); err != nil || index == 0 {
			t.Errorf("no glyph for %q", r)
		}
	}
}

func TestPoliciesLookDifferent(t *testing.T) {
	type visible struct {
		colour any
		dashes int
	}
	lines, dots := map[visible]bool{}, map[visible]bool{}
	for i := range 24 {
		l := lookOf(i)
		lines[visible{l.colour, len(l.line.Dashes)*100 + int(sum(l.line.Dashes))}] = true
		dots[visible{l.colour, (i + i/len(palette)) % len(glyphs)}] = true
	}
	if len(lines) != 24 || len(dots) != 24 {
		t.Errorf("%d different lines and %d different dots for 24 policies", len(lines), len(dots))
	}
}

func sum(lengths []vg.Length) vg.Length {
	total := vg.Length(0)
	for _, l := range lengths {
		total += l
	}
	return total
}

func TestLabelsDoNotOverlap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := labelling{within: vg.Rectangle{Max: vg.Point{X: 560, Y: 300}}}
		for range rapid.IntRange(1, 12).Draw(t, "labels") {
			at := vg.Point{X: vg.Length(rapid.Float64Range(200, 360).Draw(t, "x")), Y: vg.Length(rapid.Float64Range(50, 250).Draw(t, "y"))}
			l.add("name", at, vg.Length(rapid.Float64Range(10, 140).Draw(t, "width")), 9)
		}
		l.place()
		for i, a := range l.labels {
			if overlap(a.box, l.within) < area(a.box)*0.99 {
				t.Fatalf("%v reaches beyond the figure", a.box)
			}
			for _, b := range l.labels[i+1:] {
				if overlap(a.box, b.box) > 0.05*min(area(a.box), area(b.box)) {
					t.Fatalf("%v overlaps %v", a.box, b.box)
				}
			}
		}
	})
}

func TestAxesHaveAFewRoundNumbers(t *testing.T) {
	labelled := func(ticks []plot.Tick, low, high float64) (n int, distinct bool) {
		seen := map[string]bool{}
		for _, k := range ticks {
			if k.Label != "" && k.Value >= low && k.Value <= high {
				n++
				seen[k.Label] = true
			}
		}
		return n, len(seen) == n
	}
	rapid.Check(t, func(t *rapid.T) {
		low := math.Pow(10, rapid.Float64Range(-5, 5).Draw(t, "low"))
		high := low * math.Pow(10, rapid.Float64Range(0.02, 7).Draw(t, "decades"))
		for name, ticks := range map[string][]plot.Tick{
			"even":    evenTicks{most: 8}.Ticks(low, high),
			"latency": latencyTicks{most: 12}.Ticks(low, high),
			"clock":   clockFor(high, 10).Ticks(0, high),
		} {
			from := low
			if name == "clock" {
				from = 0
			}
			if n, distinct := labelled(ticks, from, high); n < 2 && (name != "clock" || high > 2) || n > 14 || !distinct {
				t.Fatalf("%s: %d numbers from %v to %v, distinct %v", name, n, from, high, distinct)
			}
		}
	})
}

func TestTicksReadAsWritten(t *testing.T) {
	labels := func(ticks []plot.Tick) string {
		var list []string
		for _, k := range ticks {
			if k.Label != "" {
				list = append(list, k.Label)
			}
		}
		return strings.Join(list, " ")
	}
	for want, ticks := range map[string][]plot.Tick{
		"0 250 500 750 1,000":                     evenTicks{most: 4}.Ticks(0, 1000),
		"−1.0 −0.5 0.0 0.5":                       evenTicks{most: 4}.Ticks(-1, 0.9),
		"0 3 6 9 12 15 18 21 24":                  clockFor(86400, 8).Ticks(0, 86400),
		"40 ms 42 ms 44 ms 46 ms 48 ms 50 ms":     latencyTicks{most: 12}.Ticks(0.04, 0.0501),
		"0 15 30 45 60":                           clockFor(3600, 5).Ticks(0, 3600),
		"1 ms 2 ms 5 ms 10 ms 20 ms 50 ms 100 ms": latencyTicks{most: 12}.Ticks(0.001, 0.1),
		"0 80 90 95 98 99 99.5 99.8 99.9 99.95":   ninesTicks{}.Ticks(70, 99.96),
	} {
		if got := labels(ticks); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestLongSeriesAreAveraged(t *testing.T) {
	r := store.Archive{Manifest: store.Manifest{Scenario: "day"}}
	for i := range 4000 {
		for replication := range 2 {
			reportstest.AddSample(&r, rows.Row{Scenario: "day", Policy: "p", Replication: replication,
				Measurement: rows.Measurement{Scope: "m", Metric: "demand", Value: float64(i % 2 * 2)}}, float64(i+1)*10)
		}
	}
	s := sheetFor(t, r)
	c := s.course(s.StepsOf("demand", mostSteps), "p", "demand", "m")
	if len(c.Mean) != mostSteps || c.Start != 0 || c.End() != 40000 || c.Length != 100 {
		t.Fatalf("%d steps of %v s from %v to %v", len(c.Mean), c.Length, c.Start, c.End())
	}
	for i, v := range c.Mean {
		if v != 1 || c.Low[i] != 1 || c.High[i] != 1 {
			t.Fatalf("step %d: %v in [%v, %v]", i, v, c.Low[i], c.High[i])
		}
	}
}

func BenchmarkFigures(b *testing.B) {
	s := sheetFor(b, reportstest.Synthetic(reportstest.Eight, 10, 288))
	for _, f := range figures {
		if f.of(s) == nil {
			continue
		}
		b.Run(f.name, func(b *testing.B) {
			for b.Loop() {
				if _, err := f.of(s).Encode("png"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func sheetFor(t testing.TB, r store.Archive) *sheet {
	t.Helper()
	a, err := analysis.Of(r)
	if err != nil {
		t.Fatal(err)
	}
	return sheetOf(a)
}
