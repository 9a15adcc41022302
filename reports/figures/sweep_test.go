package figures

import (
	"bytes"
	"encoding/xml"
	"image/png"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"wavetank/reports/analysis"
	"wavetank/reports/reportstest"
	"wavetank/reports/store"
)

// TestEverySweepIsDrawn draws sweeps of many shapes. Every figure that is not left out is a picture
// with its title in both formats.
func TestEverySweepIsDrawn(t *testing.T) {
	change := func(r store.Archive, metric string, value float64) store.Archive {
		for i := range r.Settings {
			for j := range r.Settings[i].Rows {
				if r.Settings[i].Rows[j].Metric == metric {
					r.Settings[i].Rows[j].Value = value
				}
			}
		}
		return r
	}
	many := make([]float64, 60)
	for i := range many {
		many[i] = float64(i)
	}
	for name, c := range map[string]struct {
		r      store.Archive
		absent []string
	}{
		"grid":              {reportstest.Sweep([]float64{2, 4, 8}, "p2c", "random"), nil},
		"one setting":       {reportstest.Sweep([]float64{2}, "p2c"), []string{}},
		"sixty numbers":     {reportstest.Sweep(many, "p2c", "a-router-with-quite-a-long-name-that-does-not-fit-anywhere"), nil},
		"equal costs":       {change(reportstest.Sweep([]float64{2, 4}, "p2c"), "cost_rate", 3), nil},
		"no cost":           {change(reportstest.Sweep([]float64{2, 4}, "p2c"), "cost_rate", math.Inf(1)), []string{"frontier"}},
		"nothing is finite": {change(change(reportstest.Sweep([]float64{2, 4}, "p2c"), "cost_rate", math.NaN()), "slo_attainment", math.NaN()), []string{"frontier", "effects", "heat-map", "interaction"}},
	} {
		s, err := analysis.SweepOf(c.r)
		if err != nil {
			t.Fatal(name, err)
		}
		var names []string
		for _, p := range OfSweep(s) {
			names = append(names, p.Name)
			image, err := p.Encode("png")
			if err == nil {
				_, err = png.Decode(bytes.NewReader(image))
			}
			if err != nil {
				t.Errorf("%s: %s: %v", name, p.Name, err)
			}
			drawing, err := p.Encode("svg")
			if err != nil || !strings.Contains(string(drawing), p.Title) || !strings.Contains(string(drawing), "made, means over") || strings.Contains(string(drawing), "NaN") {
				t.Errorf("%s: %s: the drawing lacks its title, or has no numbers: %v", name, p.Name, err)
			}
			for d := xml.NewDecoder(bytes.NewReader(drawing)); ; {
				if _, err := d.Token(); err == io.EOF {
					break
				} else if err != nil {
					t.Errorf("%s: %s: %v", name, p.Name, err)
					break
				}
			}
		}
		for _, f := range sweepFigures {
			if slices.Contains(names, f.name) == slices.Contains(c.absent, f.name) {
				t.Errorf("%s: %s is drawn: %v", name, f.name, slices.Contains(names, f.name))
			}
		}
	}
}
