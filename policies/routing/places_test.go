package routing

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"wavetank/sim/kernel"
)

// TestPlacesAreTheLowestAndKept lets replicas come and go at random.
func TestPlacesAreTheLowestAndKept(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var p places
		var present []int32
		for number := range rapid.Int32Range(1, 200).Draw(t, "steps") {
			before := slices.Clone(p.numbers)
			if len(present) > 0 && rapid.IntRange(0, 2).Draw(t, "leave") > 0 {
				i := rapid.IntRange(0, len(present)-1).Draw(t, "who")
				before[slices.Index(before, present[i])] = vacant
				p.leave(present[i])
				present = slices.Delete(present, i, i+1)
			} else {
				p.enter(number)
				at := slices.Index(before, vacant)
				if at < 0 {
					at = len(before)
					before = append(before, vacant)
				}
				before[at] = number
				present = append(present, number)
			}
			for at, number := range before {
				if number != vacant && (at < len(present) || 4*len(present) >= len(before)) && p.numbers[at] != number {
					t.Fatalf("replica %d has lost place %d: %v, was %v", number, at, p.numbers, before)
				}
			}
			taken := slices.DeleteFunc(slices.Clone(p.numbers), func(number int32) bool { return number == vacant })
			slices.Sort(taken)
			if slices.Sort(present); !slices.Equal(taken, present) {
				t.Fatalf("%v have places, want %v", taken, present)
			}
			if n := len(p.numbers); n > 4*len(present) || n > 0 && p.numbers[n-1] == vacant {
				t.Fatalf("%d replicas have places %v", len(present), p.numbers)
			}
		}
	})
}

// visits returns the first places of a tour.
func visits(key uint64, places, n int) []int {
	var t tour
	t.begin(key, places)
	list := make([]int, n)
	for i := range list {
		list[i] = t.next()
	}
	return list
}

func TestATourOfFewerFloorsLeavesTheHighestOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		floors := rapid.IntRange(1, 20).Draw(t, "floors")
		key := rapid.Uint64().Draw(t, "key")
		fewer := slices.DeleteFunc(visits(key, 1<<floors, 300), func(at int) bool { return at >= 1<<(floors-1) })
		if want := visits(key, 1<<(floors-1), len(fewer)); !slices.Equal(fewer, want) {
			t.Fatalf("%v, without the highest floor %v", fewer, want)
		}
	})
}

// TestEveryVisitIsEquallyLikelyToBeAnywhere counts three things: the first visits of many keys, the
// second visits of keys whose first visit was to the same place, and the visits of one key.
func TestEveryVisitIsEquallyLikelyToBeAnywhere(t *testing.T) {
	const places, visited = 16, 160_000
	even := func(what string, counts [places]int) {
		t.Helper()
		total, squares := 0, 0.
		for _, n := range counts {
			total += n
		}
		mean := float64(total) / places
		for _, n := range counts {
			squares += (float64(n) - mean) * (float64(n) - mean) / mean
		}
		if z := (squares - (places - 1)) / math.Sqrt(2*(places-1)); z > 4 || total < visited/2/places {
			t.Errorf("%s: %v, %.1f standard deviations from even", what, counts, z)
		}
	}
	var first, one [places]int
	var second [places][places]int
	for key := range uint64(visited) {
		v := visits(kernel.Mix(key), places, 2)
		first[v[0]]++
		second[v[0]][v[1]]++
	}
	even("first visits", first)
	for at, counts := range second {
		even("visits after "+string(rune('a'+at)), counts)
	}
	for _, at := range visits(7, places, visited) {
		one[at]++
	}
	even("visits of one key", one)
}
