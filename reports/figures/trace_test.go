package figures

import (
	"bytes"
	"image/png"
	"strings"
	"testing"
)

func TestPictureOfATraceIsDrawnWhateverTheTrace(t *testing.T) {
	many := make([]float64, 300)
	for i := range many {
		many[i] = float64(i % 7)
	}
	var bars []Bar
	for low := 1.0; low < 1e6; low *= 2 {
		bars = append(bars, Bar{low, 2 * low, 0.05})
	}
	for name, p := range map[string]TracePicture{
		"rates alone":    {Title: "a", TraceShape: TraceShape{Step: 60, Rates: many}},
		"lengths":        {Title: "a", TraceShape: TraceShape{Step: 0.001, Rates: many, Input: bars, Output: bars}},
		"no arrivals":    {Title: "a", TraceShape: TraceShape{Step: 1, Rates: []float64{0}}},
		"one length":     {Title: "a", TraceShape: TraceShape{Step: 1, Rates: []float64{3}, Input: []Bar{{128, 129, 1}}, Output: []Bar{{1, 2, 1}}}},
		"no tokens":      {Title: "a", TraceShape: TraceShape{Step: 1, Rates: []float64{3}, Input: []Bar{{0, 1, 1}}, Output: []Bar{{0, 1, 0.5}, {1, 2, 0.5}}}},
		"years":          {Title: "a", TraceShape: TraceShape{Step: 1e6, Rates: many}},
		"narrow lengths": {Title: "a", TraceShape: TraceShape{Step: 1, Rates: many, Input: []Bar{{21073, 21080, 0.9}, {21080, 21202, 0.1}}, Output: bars}},
		"a likeness": {Title: "a", TraceShape: TraceShape{Step: 1, Rates: many, Input: bars, Output: bars, Found: []Found{{1e3, 0.1}, {1e6, 0.4}}},
			Like: &TraceShape{Step: 2, Rates: many, Input: bars, Output: bars, Found: []Found{{1e3, 0.1}, {2e6, 0.5}}}},
		"a likeness of nothing": {Title: "a", TraceShape: TraceShape{Step: 1, Rates: many, Found: []Found{{1e3, 0}, {2e3, 0}}}, Like: &TraceShape{}},
		"short lengths":         {Title: "a", TraceShape: TraceShape{Step: 1, Rates: many, Input: []Bar{{500, 501, 0.5}, {501, 900, 0.5}}, Output: bars[:3]}},
	} {
		image, err := p.Encode("svg")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if text := string(image); strings.Contains(text, "NaN") || strings.Contains(text, "Inf") || !strings.Contains(text, "Requests per second") {
			t.Errorf("%s: a coordinate is not a number, or the axis has no name", name)
		}
		if err := wellFormed(image); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if tall := strings.Contains(string(image), "Output tokens"); tall != (len(p.Output) > 0) {
			t.Errorf("%s: lengths are drawn: %v", name, tall)
		}
		if told := strings.Contains(string(image), "synthetic workload"); told != (p.Like != nil) {
			t.Errorf("%s: the legend names the synthetic stream: %v", name, told)
		}
		if found := strings.Contains(string(image), "prefix cache"); found != (len(p.Found) > 0) {
			t.Errorf("%s: caches are drawn: %v", name, found)
		}
		image, err = p.Encode("png")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if picture, err := png.DecodeConfig(bytes.NewReader(image)); err != nil || picture.Width != 9*resolution {
			t.Errorf("%s: %d pixels wide, %v", name, picture.Width, err)
		}
	}
	for _, p := range []TracePicture{{}, {TraceShape: TraceShape{Rates: many}}} {
		if _, err := p.Encode("svg"); err == nil {
			t.Error("a picture without data was drawn")
		}
	}
	if _, err := (TracePicture{TraceShape: TraceShape{Step: 1, Rates: many}}).Encode("gif"); err == nil {
		t.Error("a gif was drawn")
	}
}
