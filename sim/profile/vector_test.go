package profile

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// TestAVectorSaysWhatItsModelSays compares a vector with the model in whole grains, term by term.
func TestAVectorSaysWhatItsModelSays(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var v Vector
		for i := range v {
			v[i] = rapid.Float64Range(0, 1e-3).Draw(r, CoefficientName(i))
			if at := CoefficientIndex(CoefficientName(i)); at != i {
				r.Errorf("%s is found at %d, stands at %d", CoefficientName(i), at, i)
			}
		}
		s, err := v.StepTime(Mixture{Count: 8, Active: 2})
		if err != nil {
			r.Fatal(err)
		}
		count := func(name string) int64 { return rapid.Int64Range(0, 1000).Draw(r, name) }
		w := Work{Sequences: count("sequences"), Prefill: count("prefill"), Attention: count("attention"), Decode: count("decode"), Context: count("context")}
		features, back := w.Features(&s.Experts), s.Vector()
		seconds, memory := back.Time(&features)
		if want := float64(s.Time(w)) / (1e9 * Grains); math.Abs(seconds-want) > 1e-9*want+1e-9 {
			r.Errorf("%+v takes %v s by the vector, %v s by the model", w, seconds, want)
		}
		bound := features.BoundBy(memory)
		if got := back.Dot(&bound); math.Abs(got-seconds) > 1e-12*seconds {
			r.Errorf("the features that count give %v s, all %v s", got, seconds)
		}
	})
}
