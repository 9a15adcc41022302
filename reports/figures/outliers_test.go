package figures

import (
	"bytes"
	"testing"
)

func TestOneOutlierDoesNotScaleTheResiduals(t *testing.T) {
	for _, c := range []struct {
		off  []float64
		most float64
	}{
		{[]float64{1, -2, 3}, 10},
		{[]float64{20, -25, 29}, 29},
		{[]float64{20, -25, 400}, 37.5},
		{[]float64{1, 2, -400}, 15},
		{[]float64{300, -400}, 400},
		{[]float64{1, 500, -400}, 500},
	} {
		if most := residualAxis(c.off); most != c.most {
			t.Errorf("%v: the axis ends at %v, not %v", c.off, most, c.most)
		}
	}
	q := ParityItem{Name: "TTFT", Seconds: true, Measured: []float64{1, 2, 4, 8}, Predicted: []float64{1.01, 1.99, 4, 40}}
	drawn, err := Parity("one run", "simulated", []ParityItem{q}, "svg")
	if err != nil || !bytes.Contains(drawn, []byte("1 beyond, to +400 %")) {
		t.Errorf("the item beyond the axis is not told: %v", err)
	}
}
