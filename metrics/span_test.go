package metrics

import (
	"math"
	"testing"
	"time"

	"wavetank/sim/kernel"
)

func TestPercentHasNoMoreThanAWhole(t *testing.T) {
	for part, want := range map[float64]float64{0: 0, 5: 50, 10: 100, 10 + 1e-12: 100, 11: 110} {
		if got := percent(part, 10); got != want {
			t.Errorf("%v of 10: got %v %%, want %v", part, got, want)
		}
	}
	if got := percent(0, 0); !math.IsNaN(got) {
		t.Errorf("0 of 0: got %v %%, want NaN", got)
	}
}

// TestPartsThatAreTakenAwayLeaveNothing: 0.3 - 0.1 - 0.2 is below 0 in floating-point numbers, but
// the level must be 0. So it is with large rates, too.
func TestPartsThatAreTakenAwayLeaveNothing(t *testing.T) {
	span, second := MeasuredSpan{Until: kernel.Time(time.Hour)}, kernel.Time(time.Second)
	for _, scale := range []float64{1, 1e9 / 3.} {
		var i integral
		s := integralSeries{cells: make([]float64, 10)}
		g := grid{step: time.Second, until: 10 * second}
		for n, change := range []float64{0.3 * scale, -0.1 * scale, -0.2 * scale} {
			i.add(span, kernel.Time(n)*second, change)
			s.add(g, kernel.Time(n)*second, change)
		}
		i.advance(span, 10*second)
		s.advance(g, 10*second)
		if i.level != 0 || i.total != 0.3*scale+(0.3*scale-0.1*scale) || s.level != 0 || s.cells[5] != 0 {
			t.Errorf("scale %g: %+v, %+v", scale, i, s)
		}
	}
}
