package figures

import (
	"bytes"
	"testing"
)

// TestParityShowsWhatWasHeldBack checks the texts of the legend, and that a second drawing has the
// same bytes.
func TestParityShowsWhatWasHeldBack(t *testing.T) {
	q := ParityItem{Name: "TTFT", Seconds: true, Measured: []float64{0.1, 0.2, 0.4}, Predicted: []float64{0.11, 0.19, 0.42}, HeldOut: []bool{false, true, false}}
	draw := func(q ParityItem) []byte {
		data, err := Parity("one run", "simulated", []ParityItem{q, q}, "svg")
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	one := draw(q)
	if !bytes.Equal(one, draw(q)) {
		t.Error("a second drawing differs")
	}
	if !bytes.Contains(one, []byte("held out")) {
		t.Error("the legend does not say what was held out")
	}
	q.HeldOut = make([]bool, 3)
	if all := draw(q); bytes.Contains(all, []byte("held out")) || bytes.Contains(all, []byte("fitted to")) {
		t.Error("the legend tells kinds of items apart where there is one")
	}
	q.Load, q.Loads = "clients", []float64{3, 1, 2}
	if loads := draw(q); !bytes.Contains(loads, []byte("TTFT by clients")) || bytes.Contains(one, []byte("by clients")) {
		t.Error("items that were measured at loads are not drawn by their loads")
	}
	if _, err := Parity("", "", nil, "bmp"); err == nil {
		t.Error("an unknown format is drawn")
	}
}
