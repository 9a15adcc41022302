package quantity

import (
	"math"
	"testing"
)

func TestSpanKeepsWhatIsFarBelowANanosecond(t *testing.T) {
	for text, want := range map[string]float64{"31.5µs": 31.5e-6, "0.35ns": 0.35e-9, "12ps": 12e-12, "7fs": 7e-15, "2s": 2, "0": 0, "1.5e3us": 1.5e-3} {
		var s, again Span
		if err := s.UnmarshalText([]byte(text)); err != nil || math.Abs(float64(s)-want) > 1e-12*want {
			t.Errorf("%s: %v, %v", text, float64(s), err)
		}
		if err := again.UnmarshalText([]byte(s.String())); err != nil || again != s {
			t.Errorf("%s is written %s: %v", text, s, err)
		}
	}
	for _, text := range []string{"", "5", "5 apples", "ms", "1e400s"} {
		var s Span
		if s.UnmarshalText([]byte(text)) == nil {
			t.Errorf("%q was read as %v", text, s)
		}
	}
	var v Speed
	if err := v.UnmarshalText([]byte("1.5PFLOP/s")); err != nil || v != 1.5e15 || v.String() != "1500TFLOP/s" {
		t.Errorf("%v %v", v, err)
	}
}
