package kernel

import (
	"math"
	"testing"
)

// Known answers of Random123 for Philox4x32-10 (Salmon et al., SC 2011).
func TestPhiloxKnownAnswers(t *testing.T) {
	for _, c := range []struct {
		counter [4]uint32
		key     [2]uint32
		want    [4]uint32
	}{
		{[4]uint32{}, [2]uint32{}, [4]uint32{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
		{
			[4]uint32{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, [2]uint32{0xffffffff, 0xffffffff},
			[4]uint32{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd},
		},
		{
			[4]uint32{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, [2]uint32{0xa4093822, 0x299f31d0},
			[4]uint32{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1},
		},
	} {
		join := func(low, high uint32) uint64 { return uint64(high)<<32 | uint64(low) }
		s := Stream{key: c.key, counter: join(c.counter[0], c.counter[1]), entity: join(c.counter[2], c.counter[3])}
		if a, b := s.Uint64(), s.Uint64(); a != join(c.want[0], c.want[1]) || b != join(c.want[2], c.want[3]) {
			t.Errorf("counter %x under key %x gives %x and %x, want %x", c.counter, c.key, a, b, c.want)
		}
	}
}

// TestPairsOfBlocksAreTheBlocks compares pairs with single blocks, at a place where the high 32
// bits of the block number change.
func TestPairsOfBlocksAreTheBlocks(t *testing.T) {
	s := NewStream(1, 2, "test", 3)
	s.counter = 1<<32 - 3
	alone := *s
	for n := range 6 {
		first, second := alone.block()
		if a, b := s.Uint64(), s.Uint64(); a != first || b != second {
			t.Errorf("block %d gives %x and %x, want %x and %x", n, a, b, first, second)
		}
	}
}

func TestStreamsAreKeyedByAllFourNames(t *testing.T) {
	first := func(seed uint64, replication int, purpose string, entity uint64) uint64 {
		return NewStream(seed, replication, purpose, entity).Uint64()
	}
	base := first(1, 2, "arrivals", 3)
	if base != first(1, 2, "arrivals", 3) {
		t.Error("equal names give different streams")
	}
	for _, other := range []uint64{first(2, 2, "arrivals", 3), first(1, 3, "arrivals", 3), first(1, 2, "work", 3), first(1, 2, "arrivals", 4)} {
		if other == base {
			t.Error("different names give equal streams")
		}
	}
}

func TestDrawsHaveTheirMoments(t *testing.T) {
	s := NewStream(1, 0, "test", 0)
	const n = 1_000_000
	var sum, squares, uniform float64
	var counts [7]int
	for range n {
		x := s.Exponential()
		sum += x
		squares += x * x
		uniform += s.Float64()
		counts[s.IntN(7)]++
	}
	within := func(what string, got, want, sigma float64) {
		if math.Abs(got-want) > 4*sigma/math.Sqrt(n) {
			t.Errorf("%s is %v, want %v", what, got, want)
		}
	}
	within("mean of exponential", sum/n, 1, 1)
	within("second moment of exponential", squares/n, 2, math.Sqrt(20))
	within("mean of uniform", uniform/n, 0.5, math.Sqrt(1./12))
	for _, c := range counts {
		within("share of an integer", float64(c)/n, 1./7, math.Sqrt(6./49))
	}
}

func TestSecondsSaturates(t *testing.T) {
	if Seconds(1e300) != math.MaxInt64 || Seconds(-1e300) != math.MinInt64 || Seconds(1.5) != 1_500_000_000 {
		t.Error("seconds wrap or round wrongly")
	}
	if Never.Add(5) != Never {
		t.Error("Never plus a time is not Never")
	}
}

func BenchmarkExponential(b *testing.B) {
	s := NewStream(1, 0, "test", 0)
	for b.Loop() {
		s.Exponential()
	}
}

func TestRewoundStreamIsTheOneOfTheEntity(t *testing.T) {
	s := NewStream(7, 3, "purpose", 0)
	for entity := range uint64(5) {
		for drawn := range 4 {
			for range drawn {
				s.Uint64()
			}
			s.Rewind(entity)
			fresh := NewStream(7, 3, "purpose", entity)
			for i := range 5 {
				if got, want := s.Uint64(), fresh.Uint64(); got != want {
					t.Fatalf("draw %d of entity %d is %x after %d others, want %x", i, entity, got, drawn, want)
				}
			}
		}
	}
}
