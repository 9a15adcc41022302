package workload

import (
	"fmt"
	"math"
	"sort"
	"testing"

	"gonum.org/v1/gonum/stat"

	"wavetank/sim/fleet"
	"wavetank/workload/distribution"
)

// chat returns lengths of chat requests with a correlation.
func chat(correlation float64) Lengths {
	return Lengths{Input: must(distribution.LognormalCount(400, 600, anyTokens)), Output: must(distribution.NormalCount(300, 50, anyTokens)), Correlation: correlation}
}

// lengthy returns requests at 100/s with the lengths.
func lengthy(t testing.TB, lengths Lengths, n int) []fleet.Request {
	l := lane("lengths")
	l.Work = distribution.Exponential()
	return take(t, must(l.Lengthen(must(l.Synthetic(must(Poisson(100)))), lengths)), n)
}

func TestLengthsMoveNoArrivals(t *testing.T) {
	const n = 2000
	l := lane("lengths")
	l.Work = distribution.Exponential()
	plain := take(t, must(l.Synthetic(must(Poisson(100)))), n)
	shared := chat(0.4)
	shared.System = []SystemPrompt{{Tokens: 500, Variants: 3}}
	with, without := lengthy(t, shared, n), lengthy(t, chat(0.4), n)
	for i, r := range with {
		if r.Input != without[i].Input+500 || r.Output != without[i].Output {
			t.Fatalf("request %d has %d and %d tokens, without system prompt %d and %d", i, r.Input, r.Output, without[i].Input, without[i].Output)
		}
		r.Input, r.Output, r.Content = 0, 0, nil
		if r != plain[i] {
			t.Fatalf("request %d is %+v, without lengths %+v", i, r, plain[i])
		}
	}
}

// ranks returns the ranks of values. Equal values have the mean of their ranks.
func ranks(x []float64) []float64 {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	sort.Slice(order, func(a, b int) bool { return x[order[a]] < x[order[b]] })
	r := make([]float64, len(x))
	for from := 0; from < len(x); {
		upto := from
		for upto < len(x) && x[order[upto]] == x[order[from]] {
			upto++
		}
		for _, i := range order[from:upto] {
			r[i] = float64(from+upto-1) / 2
		}
		from = upto
	}
	return r
}

func TestLengthsAreCorrelatedByRank(t *testing.T) {
	const n = 20_000
	for _, correlation := range []float64{-1, -0.5, 0, 0.4, 0.9, 1} {
		var in, out []float64
		for _, r := range lengthy(t, chat(correlation), n) {
			in, out = append(in, float64(r.Input)), append(out, float64(r.Output))
		}
		got, want := stat.Correlation(ranks(in), ranks(out), nil), 6/math.Pi*math.Asin(correlation/2)
		if math.Abs(got-want) > 4.5*(1-want*want)/math.Sqrt(n)+2e-3 { // 2e-3 for equal lengths
			t.Errorf("at the correlation %g the ranks have %g, want %g", correlation, got, want)
		}
		if mean, deviation := moments(in); math.Abs(mean-400) > 4.5*600/math.Sqrt(n) || math.Abs(deviation-600) > 100 {
			t.Errorf("at the correlation %g inputs have the mean %g and the deviation %g", correlation, mean, deviation)
		}
	}
}

func TestSystemPromptsAreShared(t *testing.T) {
	lengths := chat(0)
	lengths.System = []SystemPrompt{{Tokens: 500, Variants: 3}}
	seen := map[uint64]float64{}
	const n = 30_000
	for _, r := range lengthy(t, lengths, n) {
		if r.Content == nil || len(r.Content.Prefix) != 1 || r.Content.Prefix[0].Tokens != 500 || r.Content.Reply != 0 || r.Input <= 500 {
			t.Fatalf("a request of %d tokens has the content %+v", r.Input, r.Content)
		}
		seen[r.Content.Prefix[0].Content]++
	}
	if len(seen) != 3 {
		t.Errorf("there are %d system prompts, want 3", len(seen))
	}
	for name, times := range seen {
		if name == 0 || math.Abs(times/n-1.0/3) > 4.5*math.Sqrt(2.0/9/n) {
			t.Errorf("the system prompt %x has %g of %d requests", name, times, n)
		}
	}
}

// TestKindsOfSystemPromptsComeInTheirShares has several kinds, one of them without a system prompt.
func TestKindsOfSystemPromptsComeInTheirShares(t *testing.T) {
	lengths := chat(0)
	lengths.System = []SystemPrompt{{Tokens: 500, Variants: 2, Share: 5}, {Tokens: 80, Variants: 1, Share: 3}, {Tokens: 0, Variants: 1, Share: 2}}
	seen := map[int32]float64{}
	const n = 30_000
	for _, r := range lengthy(t, lengths, n) {
		tokens := int32(0)
		if r.Content != nil {
			tokens = r.Content.Prefix[0].Tokens
		}
		if r.Input <= tokens {
			t.Fatalf("a system prompt of %d tokens in an input of %d", tokens, r.Input)
		}
		seen[tokens]++
	}
	for tokens, share := range map[int32]float64{500: 0.5, 80: 0.3, 0: 0.2} {
		if math.Abs(seen[tokens]/n-share) > 4.5*math.Sqrt(share*(1-share)/n) {
			t.Errorf("system prompts of %d tokens have %g of the requests, want %g", tokens, seen[tokens]/n, share)
		}
	}
	lengths.System[1].Share = -1
	mentions(t, second(lane("x").Lengthen(instants(), lengths)), "system-prompt: share")
}

func TestLengthsReplaceThoseOfATrace(t *testing.T) {
	recorded := &list{[]fleet.Request{{Input: 4808, Output: 10}, {Arrival: 1e9, Input: 12, Output: 13}}}
	l := lane("trace")
	got := take(t, must(l.Lengthen(recorded, Lengths{Input: must(distribution.FixedCount(5)), Output: must(distribution.FixedCount(6))})), 9)
	if s := fmt.Sprint(got[0].Input, got[0].Output, got[1].Input, got[1].Output); len(got) != 2 || s != "5 6 5 6" {
		t.Errorf("lengths are %s", s)
	}
}

func TestLengthsAllocateNothing(t *testing.T) {
	lengths := chat(0.4)
	lengths.System = []SystemPrompt{{Tokens: 500, Variants: 3}}
	l := lane("lengths")
	src := must(l.Lengthen(must(l.Synthetic(must(Poisson(100)))), lengths))
	var r fleet.Request
	if n := testing.AllocsPerRun(1000, func() { src.Next(&r) }); n != 0 {
		t.Errorf("a request allocates %v times", n)
	}
}

func TestBadLengthsAreRefused(t *testing.T) {
	_, err := lane("x").Lengthen(instants(), Lengths{Correlation: 2, System: []SystemPrompt{{Tokens: -1}}})
	mentions(t, err, "input and output need a distribution", "correlation: 2", "system-prompt: tokens: -1", "system-prompt: count: 0")
}

// BenchmarkLengths reports the time that lengths add to a request.
func BenchmarkLengths(b *testing.B) {
	for _, c := range []struct {
		name    string
		lengths *Lengths
	}{{"none", nil}, {"normal", &Lengths{Input: must(distribution.NormalCount(256, 100, anyTokens)), Output: must(distribution.NormalCount(256, 100, anyTokens))}}, {"lognormal", &Lengths{Input: must(distribution.LognormalCount(400, 600, anyTokens)), Output: must(distribution.LognormalCount(300, 300, anyTokens)), Correlation: 0.4}}} {
		b.Run(c.name, func(b *testing.B) {
			l := lane("lengths")
			src := must(l.Synthetic(must(Poisson(100))))
			if c.lengths != nil {
				src = must(l.Lengthen(src, *c.lengths))
			}
			b.ReportAllocs()
			var r fleet.Request
			for b.Loop() {
				src.Next(&r)
			}
		})
	}
}
