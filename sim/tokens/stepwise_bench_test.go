//go:build unix

package tokens_test

import (
	"testing"

	"wavetank/sim/kernel"
	"wavetank/sim/tokens"
	"wavetank/sim/tokens/stepwise"
)

// BenchmarkStepwiseEngine simulates every step one by one, with about 15 sequences.
func BenchmarkStepwiseEngine(b *testing.B) {
	w := stepwise.New(tokens.Config14B())
	for i := range int32(15) {
		w.Enqueue(i, tokens.EngineRequest{Prompt: 256, Output: 10000, Ordinal: int64(i)})
	}
	at := w.Wake(0)
	b.ResetTimer()
	before := tokens.Processor()
	for range b.N {
		if at == kernel.Never {
			b.Fatal("the step-by-step engine has nothing to do")
		}
		now := at
		w.Step(now)
		at = w.Next()
		if w.Running() == 0 {
			for i := range int32(15) {
				w.Enqueue(i, tokens.EngineRequest{Prompt: 256, Output: 10000, Ordinal: int64(i)})
			}
			at = w.Wake(now)
		}
	}
	b.ReportMetric(float64(b.N)/(tokens.Processor()-before).Seconds()/1e6, "M-steps/cpu-s")
}
