package characterize

import (
	"errors"
	"math"
	"sort"
	"strings"
	"testing"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/tokens"
	"wavetank/workload"

	"pgregory.net/rapid"
)

// must returns v, and panics on an error.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// list is a source of given requests.
type list struct {
	requests []fleet.Request
	err      error
	closed   bool
}

func (l *list) Next(r *fleet.Request) bool {
	if len(l.requests) == 0 {
		return false
	}
	*r, l.requests = l.requests[0], l.requests[1:]
	return true
}
func (l *list) Err() error   { return l.err }
func (l *list) Close() error { l.closed = true; return nil }

// lane returns a lane of one model.
func lane() workload.Lane {
	return workload.Lane{Name: "a", Seed: 3, Models: must(workload.Only(0))}
}

// arriving returns the requests of a process in a number of seconds.
func arriving(p workload.Process, seconds float64) []fleet.Request {
	src := must(lane().Synthetic(p))
	var all []fleet.Request
	for r := new(fleet.Request); src.Next(r) && r.Arrival.Seconds() < seconds; {
		all = append(all, *r)
	}
	return all
}

func of(t testing.TB, requests []fleet.Request) *Characteristics {
	t.Helper()
	p, err := Of(opening(requests), plainly)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// opening opens given requests.
func opening(requests []fleet.Request) Open {
	return func() (workload.Source, error) { return &list{requests: requests}, nil }
}

// plainly is the Reading of a whole stream.
var plainly = Reading{Block: 16, Until: kernel.Never}

// TestCharacteristicsAgreeWithPlainSums compares the characteristics of a stream with the same
// numbers computed from a list.
func TestCharacteristicsAgreeWithPlainSums(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		gaps := rapid.SliceOfN(rapid.SampledFrom([]int64{0, 1, 63, 64, 65, 1e6, 999_999_999, 3e9, 61e9, 7200e9}), 3, 60).Draw(r, "gaps")
		var all []fleet.Request
		at := kernel.Time(rapid.Int64Range(0, 1e12).Draw(r, "start"))
		minutes := map[int64]int64{}
		var lengths []int
		for _, g := range gaps {
			at += kernel.Time(g)
			q := fleet.Request{Arrival: at, Input: rapid.Int32Range(0, 5000).Draw(r, "input"), Output: 7}
			all = append(all, q)
			minutes[int64(at-all[0].Arrival)/60e9]++
			lengths = append(lengths, int(q.Input))
		}
		p := of(t, all)
		sum, most := 0.0, int64(0)
		for i := range all[1:] {
			sum += (all[i+1].Arrival - all[i].Arrival).Seconds()
		}
		for _, n := range minutes {
			most = max(most, n)
		}
		if p.Requests != int64(len(all)) || math.Abs(sum-p.Gaps.sum) > 1e-6 || p.Minute.most != most {
			r.Fatalf("%d requests, gaps of %g s, %d in a minute; want %d, %g, %d", p.Requests, p.Gaps.sum, p.Minute.most, len(all), sum, most)
		}
		counted := int64(0)
		for _, n := range p.Curve.Counts {
			counted += n
		}
		if counted != p.Requests || len(p.Curve.Counts) > mostWindows {
			r.Fatalf("%d requests in %d windows", counted, len(p.Curve.Counts))
		}
		sort.Ints(lengths)
		for _, share := range []float64{0, 0.1, 0.5, 0.99, 1} {
			rank := max(1, int(math.Ceil(share*float64(len(lengths))-1e-9)))
			if got := p.Input.Quantile(share); got != lengths[rank-1] {
				r.Fatalf("quantile %g is %d, want %d of %v", share, got, lengths[rank-1], lengths)
			}
		}
	})
}

func TestPoissonArrivalsHaveUnitDispersion(t *testing.T) {
	p := of(t, arriving(must(workload.Poisson(50)), 4000))
	for name, v := range map[string]float64{"gaps": p.Gaps.Variation(), "per second": p.Second.Dispersion(), "rate": p.Rate() / 50} {
		if math.Abs(v-1) > 0.06 {
			t.Errorf("%s: %g, want 1", name, v)
		}
	}
	if step, rates := p.Rates(100); step != time.Minute || len(rates) != 67 {
		t.Errorf("%d windows of %v", len(rates), step)
	}
	burst := of(t, arriving(must(workload.GammaRenewal(50, 3)), 4000))
	if v := burst.Gaps.Variation(); math.Abs(v-3) > 0.15 || math.Abs(burst.Second.Dispersion()-9) > 1.5 {
		t.Errorf("cv %g, dispersion %g; want 3 and about 9", v, burst.Second.Dispersion())
	}
	for _, cv := range []float64{0.4, 1, 1.6} {
		steps := of(t, arriving(must(workload.NewStepRates(500*time.Second, []float64{20, 0, 80}, cv)), 4000))
		if v := steps.Gaps.Local(); math.Abs(v-cv) > 0.08*cv || steps.Gaps.Variation() < 5 {
			t.Errorf("gaps with cv %[2]g under a rate that changes: local variation %[1]g, variation %[3]g", v, cv, steps.Gaps.Variation())
		}
	}
	if d := p.Gaps.Distance(&burst.Gaps); d < 0.2 || p.Gaps.Distance(&p.Gaps) != 0 {
		t.Errorf("distance %g", d)
	}
}

func TestCopulaIsThatOfTheDraws(t *testing.T) {
	s := kernel.NewStream(1, 0, "pairs", 0)
	normal := func() float64 { return math.Sqrt2 * math.Erfinv(2*s.Float64()-1) }
	var all []fleet.Request
	for range 50_000 {
		x := normal()
		y := 0.6*x + 0.8*normal()
		all = append(all, fleet.Request{Input: int32(1 + math.Exp(6+x)), Output: int32(1 + math.Exp(4+2*y))})
	}
	p := of(t, all)
	if got := p.Joint.Copula(); math.Abs(got-0.6) > 0.015 {
		t.Errorf("normal scores correlate by %g, want 0.6", got)
	}
	constant := of(t, []fleet.Request{{Input: 1, Output: 5}, {Input: 2, Output: 5}})
	if !math.IsNaN(constant.Joint.Correlation()) || !math.IsNaN(constant.Joint.Copula()) {
		t.Error("constant outputs have a correlation with inputs")
	}
}

func TestClassesOfLengthsAreInOrder(t *testing.T) {
	last := 0
	for v := int32(0); v < 1<<30; v += 1 + v/97 {
		if c := class(v); c < last || c > last+1 || c >= classes {
			t.Fatalf("%d is of class %d, after %d", v, c, last)
		}
		last = class(v)
	}
	place := 0
	for v := uint64(0); v < 1<<62; v += 1 + v/997 {
		if b := bin(v); b < place || b > place+1 {
			t.Fatalf("%d is in bin %d, after %d", v, b, place)
		}
		place = bin(v)
	}
	if bin(math.MaxUint64) >= 64*fine || class(math.MaxInt32) >= classes {
		t.Error("the largest number is outside the bins or classes")
	}
}

// prompt is a request with a prefix.
func prompt(input int32, segments ...tokens.Segment) fleet.Request {
	return fleet.Request{Input: input, Output: 10, Content: &tokens.Content{Prefix: segments}}
}

func TestPrefixesAreFoundAgain(t *testing.T) {
	a, b, c := tokens.Segment{Content: 1, Tokens: 64}, tokens.Segment{Content: 2, Tokens: 40}, tokens.Segment{Content: 3, Tokens: 40}
	for _, k := range []struct {
		name     string
		requests []fleet.Request
		hit      int64
	}{
		{"nothing before", []fleet.Request{prompt(104, a, b)}, 0},
		{"all again, but for the block of the last token", []fleet.Request{prompt(64, a), prompt(64, a)}, 48},
		{"the first segment", []fleet.Request{prompt(104, a, b), prompt(104, a, c)}, 64},
		{"both, in whole blocks", []fleet.Request{prompt(104, a, b), prompt(200, a, b)}, 96},
		{"another order", []fleet.Request{prompt(104, a, b), prompt(104, b, a)}, 0},
		{"the beginning of a longer one", []fleet.Request{prompt(64, a), prompt(200, tokens.Segment{Content: 1, Tokens: 33})}, 32},
		{"a longer one than before", []fleet.Request{prompt(33, tokens.Segment{Content: 1, Tokens: 33}), prompt(64, a)}, 32},
		{"no content", []fleet.Request{{Input: 64}, {Input: 64}}, 0},
	} {
		p := of(t, k.requests)
		if p.Prefix.Hit != k.hit {
			t.Errorf("%s: %d tokens, want %d", k.name, p.Prefix.Hit, k.hit)
		}
	}
	first := prompt(64, a)
	first.Content.Reply = 9
	if p := of(t, []fleet.Request{first, prompt(100, a, tokens.Segment{Content: 9, Tokens: 10}, b)}); p.Prefix.Hit != 64 {
		t.Errorf("%d tokens of a prompt and its reply", p.Prefix.Hit)
	}
}

func TestBadStreamsHaveNoCharacteristics(t *testing.T) {
	for want, src := range map[string]*list{"no request": {}, "broken": {requests: make([]fleet.Request, 3), err: errors.New("broken")}} {
		if _, err := Of(func() (workload.Source, error) { return src, nil }, plainly); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if _, err := Of(opening(nil), Reading{Until: kernel.Never}); err == nil {
		t.Error("blocks of 0 tokens are accepted")
	}
	if _, _, err := Fit(opening(make([]fleet.Request, 9)), plainly); err == nil {
		t.Error("a stream of one instant was fitted")
	}
}

func TestAddingARequestAllocatesNothing(t *testing.T) {
	r := fleet.Request{Input: 900, Output: 40}
	p := of(t, []fleet.Request{r})
	if n := testing.AllocsPerRun(10_000, func() { r.Arrival += 1000; p.add(&r) }); n != 0 {
		t.Errorf("%g allocations per request", n)
	}
}

func BenchmarkCharacteristics(b *testing.B) {
	r := fleet.Request{Input: 900, Output: 40}
	p := of(b, []fleet.Request{r})
	for b.Loop() {
		r.Arrival += 10_000_000
		p.add(&r)
	}
}
