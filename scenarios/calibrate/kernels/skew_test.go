package kernels

import (
	"math"
	"testing"

	"wavetank/scenarios/calibrate/calibratetest"
	"wavetank/scenarios/calibrate/measured"
)

// TestContextsThatDifferInRealRuns predicts the measured runs without and with the factors of
// skew.csv. The errors of the mean E2E are those in docs/step-times.md, within 0.3 %.
func TestContextsThatDifferInRealRuns(t *testing.T) {
	no, yes := false, true
	for i, want := range [][2]float64{{1.0, 4.7}, {-4.3, -1.8}, {-3.7, -1.5}} {
		for j, skew := range []*bool{&no, &yes} {
			if off := realRuns[i].predict(t, skew)["E2E"]; math.Abs(off-want[j]) > 0.3 {
				t.Errorf("%s, factors %v: E2E is off by %.2f %%, want %.1f %%", realRuns[i].run, *skew, off, want[j])
			}
		}
	}
}

// TestFewSequencesShowHowSlowTheTablesAre compares tokens per second in the seconds in which at
// most 24 sequences decode and no prompt is computed. Then contexts that differ hardly matter, so
// the rest of the tables is tested. The tables of the RTX 4090 are about 4 % too slow, which is as
// much as the factors of skew.csv add to its run. Those of the RTX PRO 6000 are not too slow.
func TestFewSequencesShowHowSlowTheTablesAre(t *testing.T) {
	no, yes := false, true
	for i, want := range [][2]float64{{-6, -3}, {0, 4}} {
		r := realRuns[i]
		without, seconds := r.decoded(t, &no)
		with, _ := r.decoded(t, &yes)
		t.Logf("%s, %d seconds: tokens per second %+.1f %% without the factors, %+.1f %% with them", r.run, seconds, without, with)
		if seconds < 2 || without < want[0] || without > want[1] {
			t.Errorf("%s, %d seconds: tokens per second are off by %.1f %%, want %v", r.run, seconds, without, want)
		}
		if math.Abs(with-without) > 1 {
			t.Errorf("%s: the factors change tokens per second by %.1f %%", r.run, with-without)
		}
	}
}

// decoded returns by how many percent the tables are off in tokens per second, over the seconds at
// whose end 8 to 24 sequences decode, no request waits, and no prompt was computed in them or in
// the second before. It also returns the number of seconds.
func (r realRun) decoded(t *testing.T, skew *bool) (off float64, seconds int) {
	t.Helper()
	rows := calibratetest.Shared(t, "llmservingsim", r.run, "vllm", "timeseries.csv")
	column := func(name string) []float64 {
		list, err := rows.Numbers(0, name)
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	end, prompts, tokens, running, waiting := column("t"), column("prompt_throughput"), column("gen_throughput"), column("running"), column("waiting")
	s, log := r.kernels(t, skew), r.log(t)
	const parts = 20
	counted, predicted := 0.0, 0.0
	for i := range end {
		if i == 0 || running[i] < 8 || running[i] > 24 || prompts[i]+prompts[i-1]+waiting[i] > 0 {
			continue
		}
		seconds++
		counted += tokens[i]
		for part := range parts {
			step := decodesAt(log, end[i]-(float64(part)+0.5)/parts)
			predicted += step.Decodes / s.Time(step) / parts
		}
	}
	return 100 * (predicted/counted - 1), seconds
}

// decodesAt returns the sequences that decode at an instant, if the tokens of a request come at
// equal intervals.
func decodesAt(log []measured.LoggedRequest, at float64) (s StepShape) {
	for _, q := range log {
		if q.First <= at && at < q.Last {
			s.Decodes++
			s.Context += float64(q.Input) + float64(q.Output)*(at-q.First)/(q.Last-q.First)
		}
	}
	s.Context /= s.Decodes
	return s
}
