package workload

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"

	"pgregory.net/rapid"
	"wavetank/workload/distribution"
)

func TestMergeIsAStableSort(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lanes := rapid.SliceOfN(rapid.SliceOfN(rapid.Int64Range(0, 20), 0, 30), 0, 8).Draw(t, "lanes")
		var sources []Source
		var want []fleet.Request
		for i, at := range lanes {
			slices.Sort(at)
			l := &list{}
			for _, a := range at {
				l.requests = append(l.requests, fleet.Request{Arrival: kernel.Time(a), Model: fleet.ModelID(i)})
			}
			sources = append(sources, l)
			want = append(want, l.requests...)
		}
		slices.SortStableFunc(want, func(a, b fleet.Request) int { return int(a.Arrival - b.Arrival) })
		merged := Merge(sources...)
		for i := range want {
			want[i].Ordinal = int64(i)
			var got fleet.Request
			if !merged.Next(&got) || got != want[i] {
				t.Fatalf("request %d is %+v, want %+v", i, got, want[i])
			}
		}
		if merged.Next(&fleet.Request{}) || merged.Next(&fleet.Request{}) {
			t.Fatal("there is a request after the last")
		}
	})
}

// broken is a source that ends with an error.
type broken struct {
	list
	err error
}

func (b *broken) Err() error {
	if len(b.requests) == 0 {
		return b.err
	}
	return nil
}
func (b *broken) Close() error { return b.err }

func TestMergeEndsAtTheFirstError(t *testing.T) {
	bad := errors.New("line 7")
	merged := Merge(must(lane("a").Synthetic(must(Poisson(1)))), &broken{*instants(0, 5), bad})
	n := 0
	for r := (fleet.Request{}); merged.Next(&r); n++ {
	}
	if n != 2 || !errors.Is(merged.Err(), bad) || !errors.Is(merged.Close(), bad) {
		t.Errorf("%d requests, then %v", n, merged.Err())
	}
	back := Merge(instants(5, 4))
	for r := (fleet.Request{}); back.Next(&r); {
	}
	mentions(t, back.Err(), "lane 0", "goes back")
}

func TestAnotherLaneChangesNothing(t *testing.T) {
	mix := must(Zipf([]fleet.ModelID{0, 1, 2}, 1))
	build := func(names ...string) Source {
		var sources []Source
		for i, name := range names {
			l := Lane{Name: name, Seed: 3, Models: mix, Work: must(distribution.Gamma(2))}
			sources = append(sources, must(l.Synthetic(must(GammaRenewal(float64(10*(i+1)), 2)))))
		}
		return Merge(sources...)
	}
	alone := take(t, build("a"), 2000)
	both := take(t, build("a", "b"), 10_000)
	other := take(t, build("b"), 10_000)
	found := 0
	for _, r := range both {
		r.Ordinal = alone[found].Ordinal
		if found < len(alone)-1 && r == alone[found] {
			found++
		}
	}
	if found < len(alone)-1 {
		t.Errorf("only the first %d of %d requests of lane a are there beside lane b", found, len(alone))
	}
	if other[0].Arrival == alone[0].Arrival || other[0].Work == alone[0].Work {
		t.Error("lanes a and b draw the same numbers")
	}
}

func TestOneSeedOneStream(t *testing.T) {
	build := func(seed uint64, replication int) []fleet.Request {
		l := Lane{Name: "a", Seed: seed, Replication: replication, Models: must(Zipf([]fleet.ModelID{0, 1}, 1)), Work: distribution.Exponential()}
		src := must(l.Superpose(must(l.Thin(must(l.Synthetic(spiky(2))), 0.5)), 3, 1e9))
		return take(t, Merge(src), 5000)
	}
	first := build(1, 0)
	if !slices.Equal(first, build(1, 0)) {
		t.Error("a second run differs")
	}
	if slices.Equal(first, build(2, 0)) || slices.Equal(first, build(1, 1)) {
		t.Error("another seed or replication gives the same requests")
	}
}

func TestMixGivesEachModelItsShare(t *testing.T) {
	models := []fleet.ModelID{7, 3, 5, 9, 1}
	for name, m := range map[string]*Mix{
		"zipf":   must(Zipf(models, 1.2)),
		"shares": must(Shares(models, []float64{0, 5, 0, 1, 0})),
	} {
		l := lane(name)
		l.Models = m
		src := must(l.Synthetic(must(Poisson(1))))
		const n = 100_000
		got := map[fleet.ModelID]float64{}
		for _, r := range take(t, src, n) {
			got[r.Model]++
		}
		for i, model := range models {
			share := m.Share(i)
			if band := 4*math.Sqrt(share*(1-share)*n) + 1e-9; math.Abs(got[model]-share*n) > band {
				t.Errorf("%s: model %d has %g requests, want %g ± %g", name, model, got[model], share*n, band)
			}
		}
	}
	if z := must(Zipf(models, 2)); math.Abs(z.Share(1)/z.Share(0)-0.25) > 1e-12 || math.Abs(z.Share(2)/z.Share(0)-1.0/9) > 1e-12 {
		t.Error("zipf shares are not 1/rank²")
	}
	mentions(t, second(Shares(nil, nil)), "models")
	mentions(t, second(Shares(models, []float64{1})), "shares: 1 given for 5")
	mentions(t, second(Shares(models[:2], []float64{math.NaN(), -1})), "shares[0]", "shares[1]")
	mentions(t, second(Shares(models[:1], []float64{0})), "zero")
	mentions(t, second(Shares([]fleet.ModelID{-1}, []float64{1})), "models[0]")
	mentions(t, second(Zipf(models, -1)), "zipf")
}

func BenchmarkMergedPoisson(b *testing.B) {
	for _, k := range []int{1, 4, 50, 500} {
		b.Run(fmt.Sprint(k), func(b *testing.B) {
			var sources []Source
			for i := range k {
				sources = append(sources, must(lane(fmt.Sprint(i)).Synthetic(must(Poisson(100)))))
			}
			drain(b, Merge(sources...))
		})
	}
}
