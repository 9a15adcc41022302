package figures

import (
	"bytes"
	"strings"
	"testing"

	"wavetank/metrics/compare"
)

// TestTheFigureOfRatesShowsTheObjective: its line, and every fleet in the legend. Points after the
// first one below the edge are left out.
func TestTheFigureOfRatesShowsTheObjective(t *testing.T) {
	at := func(rate, margin float64) RatePoint {
		return RatePoint{Rate: rate, Margin: compare.Interval{Mean: margin, Low: margin - 1, High: margin + 1}, Kept: margin > 1}
	}
	f := RateFigure{Title: "s", Asked: 95, Policies: []string{"hpa", "p"}, Curves: []RateCurve{{Name: "2 × box", Points: []RatePoint{at(10, 4), at(20, -50)}}}}
	short, err := f.Encode("svg")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"asked: 95 %", "2 × box", "Requests per second", "In time, worst objective (%)"} {
		if !strings.Contains(string(short), want) {
			t.Errorf("%q is missing", want)
		}
	}
	f.Curves[0].Points = append(f.Curves[0].Points, at(400, -80))
	if long, err := f.Encode("svg"); err != nil || !bytes.Equal(short, long) {
		t.Errorf("a point far below the edge changes the figure (%v)", err)
	}
	f.Curves[0].Policy = "hpa"
	if got, want := f.looks()[f.Curves[0].coloured()].colour, StylesOf(f.Policies, nil)["hpa"].Colour; got != want {
		t.Errorf("hpa is drawn in %v, and in %v in the figures of a run", got, want)
	}
	f.Asked = 0
	if other, err := f.Encode("svg"); err != nil || !strings.Contains(string(other), "In time minus what is asked") {
		t.Errorf("no margins without a common objective (%v)", err)
	}
	if _, err := (RateFigure{}).Encode("png"); err == nil {
		t.Error("an empty figure is drawn")
	}
}

// TestTheFigureOfDevicesNamesReferencesAndPolicies also checks the unit of time.
func TestTheFigureOfDevicesNamesReferencesAndPolicies(t *testing.T) {
	f := DeviceFigure{Title: "s", Step: 3600, Policies: []string{"other", "hpa"}}
	for i, name := range []string{"oracle", "static-best", "hpa"} {
		f.Lines = append(f.Lines, DeviceCourse{Name: name, Reference: i < 2, Seconds: []float64{0, 3600, 7200, 10800}, Devices: []float64{1, 2, 3, float64(i)}})
	}
	image, err := f.Encode("svg")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"oracle", "static-best", "hpa", "Time (h)", "Devices"} {
		if !strings.Contains(string(image), want) {
			t.Errorf("%q is missing", want)
		}
	}
	looks := f.looks()
	if got, want := f.style(2, looks).Color, StylesOf(f.Policies, nil)["hpa"].Colour; got != want {
		t.Errorf("hpa is drawn in %v, and in %v in the figures of a run", got, want)
	}
	if a, b := f.style(0, looks), f.style(1, looks); a.Color == b.Color || a.Width <= b.Width {
		t.Errorf("the first line is not told from the second: %v and %v", a, b)
	}
	if _, err := (DeviceFigure{}).Encode("png"); err == nil {
		t.Error("an empty figure is drawn")
	}
}
