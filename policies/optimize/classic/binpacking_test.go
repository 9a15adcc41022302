package classic

import (
	"context"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"wavetank/policies/optimize/optimizetest"
)

// checkPacked checks that a packing has every item once, that no bin is too full, and that its
// bound is not above the number of bins.
func checkPacked(t *testing.T, p BinPacking, o Packed) {
	t.Helper()
	seen := make([]bool, len(p.Sizes))
	count := 0
	for _, bin := range o.Bins {
		sum := 0
		for _, i := range bin {
			if seen[i] {
				t.Fatalf("item %d is packed twice", i)
			}
			seen[i] = true
			sum += p.Sizes[i]
			count++
		}
		if sum > p.Capacity || len(bin) == 0 {
			t.Fatalf("a bin holds %d of %d in %d items", sum, p.Capacity, len(bin))
		}
	}
	if count != len(p.Sizes) || o.Bound > len(o.Bins) {
		t.Fatalf("%d of %d items are packed in %d bins, with bound %d", count, len(p.Sizes), len(o.Bins), o.Bound)
	}
}

// fewest returns the smallest number of bins. It tries every way to pack the items from index i on.
func fewest(p BinPacking, i int, room []int, best int) int {
	if len(room) >= best {
		return best
	}
	if i == len(p.Sizes) {
		return len(room)
	}
	for k := range room {
		if room[k] >= p.Sizes[i] {
			room[k] -= p.Sizes[i]
			best = fewest(p, i+1, room, best)
			room[k] += p.Sizes[i]
		}
	}
	return fewest(p, i+1, append(room[:len(room):len(room)], p.Capacity-p.Sizes[i]), best)
}

func TestSmallPackingsAreBest(t *testing.T) {
	proved := 0
	const cases = 300
	for seed := range uint64(cases) {
		r := rand.New(rand.NewPCG(seed, 7))
		p := BinPacking{Capacity: 10 + r.IntN(40)}
		for range 1 + r.IntN(9) {
			p.Sizes = append(p.Sizes, 1+r.IntN(p.Capacity*(1+r.IntN(3))/3))
		}
		o, err := p.Solve(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		checkPacked(t, p, o)
		best := fewest(p, 0, nil, len(p.Sizes)+1)
		if len(o.Bins) != best || o.Bound > best {
			t.Fatalf("%+v: %d bins with bound %d, the fewest are %d", p, len(o.Bins), o.Bound, best)
		}
		if o.Bound == best {
			proved++
		}
	}
	if proved < cases*95/100 {
		t.Errorf("only %d of %d packings are proved", proved, cases)
	}
}

// TestFullBinsAreFound packs items that were cut from full bins, three from each. So the best
// packing leaves no room free.
func TestFullBinsAreFound(t *testing.T) {
	for seed := range uint64(10) {
		r := rand.New(rand.NewPCG(seed, 8))
		const bins = 20
		p := BinPacking{Capacity: 1000}
		for range bins {
			a := 260 + r.IntN(200)
			b := 260 + r.IntN(min(200, 740-a-260))
			p.Sizes = append(p.Sizes, a, b, 1000-a-b)
		}
		r.Shuffle(len(p.Sizes), func(i, k int) { p.Sizes[i], p.Sizes[k] = p.Sizes[k], p.Sizes[i] })
		o, err := p.Solve(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		checkPacked(t, p, o)
		if o.Bound != bins || len(o.Bins) > bins+1 {
			t.Errorf("case %d: %d bins with bound %d, the fewest are %d", seed, len(o.Bins), o.Bound, bins)
		}
		if again, _ := p.Solve(context.Background()); !reflect.DeepEqual(o, again) {
			t.Errorf("case %d: a second run packs otherwise", seed)
		}
	}
}

func TestFalkenauersUniformItemsAreInTheFewestBins(t *testing.T) {
	for _, c := range optimizetest.Falkenauer(t) {
		p := BinPacking{c.Capacity, c.Sizes}
		o, err := p.Solve(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		checkPacked(t, p, o)
		if len(o.Bins) != c.Fewest || o.Bound != c.Fewest {
			t.Errorf("%s: %d bins with bound %d, the fewest are %d", c.Name, len(o.Bins), o.Bound, c.Fewest)
		}
	}
}

func TestFaultsOfItemsAreToldTogether(t *testing.T) {
	_, err := BinPacking{10, []int{3, 0, 11}}.Solve(context.Background())
	for _, want := range []string{"item 1 has size 0", "item 2 has size 11"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func TestPackingsWithoutASearch(t *testing.T) {
	if o, err := (BinPacking{Capacity: 5}).Solve(context.Background()); err != nil || len(o.Bins) != 0 || o.Bound != 0 {
		t.Errorf("no items: %+v, %v", o, err)
	}
	p := BinPacking{Capacity: 1_000_000_000}
	for i := range 50 {
		p.Sizes = append(p.Sizes, 300_000_000+i*7_000_000)
	}
	o, err := p.Solve(context.Background())
	if err != nil || o.Bound < 16 {
		t.Errorf("a large capacity: %d bins with bound %d, %v", len(o.Bins), o.Bound, err)
	}
	checkPacked(t, p, o)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, c := range optimizetest.Falkenauer(t) {
		o, err := BinPacking{c.Capacity, c.Sizes}.Solve(ctx)
		if err != nil || o.Bound > c.Fewest || len(o.Bins) < c.Fewest {
			t.Errorf("%s, cancelled: %+v, %v", c.Name, o, err)
		}
	}
}

func BenchmarkBinPacking(b *testing.B) {
	all := optimizetest.Falkenauer(b)
	for b.Loop() {
		for _, c := range all {
			p := BinPacking{c.Capacity, c.Sizes}
			if o, _ := p.Solve(context.Background()); len(o.Bins) != c.Fewest {
				b.Fatal(c.Name, len(o.Bins))
			}
		}
	}
}
