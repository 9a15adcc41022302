package kernel

import (
	"math"
	"runtime"
	"testing"
)

// TestLogarithm compares with math.Log, which differs on other processors by a unit in the last
// place at most. The arguments are uniform, near 0, near 1, and the limits of the reduction.
func TestLogarithm(t *testing.T) {
	s := NewStream(5, 0, "logarithm", 0)
	var list []float64
	for i := range 300_000 {
		u := s.Float64()
		list = append(list, 1-u, 1-math.Ldexp(u, -i%53), math.Ldexp(1-u, -i%1000))
	}
	for _, x := range []float64{1, 0.5, 2, math.Sqrt2, math.Sqrt2 / 2, math.MaxFloat64, 0x1p-1022} {
		list = append(list, x, math.Nextafter(x, 0), math.Nextafter(x, math.Inf(1)))
	}
	for _, x := range list {
		if math.IsInf(x, 0) || x < 0x1p-1022 {
			continue
		}
		got, want := logarithm(x), math.Log(x)
		if got == want || runtime.GOARCH != "amd64" && math.Abs(got-want) <= math.Abs(want)*0x1p-52 {
			continue
		}
		t.Fatalf("the logarithm of %v is %v, want %v", x, got, want)
	}
}
