package optimizetest

import (
	"bufio"
	"fmt"
	"testing"

	"wavetank/sim/simtest/shared"
)

// PublishedPacking is a published bin packing problem with its optimal number of bins.
type PublishedPacking struct {
	Name     string
	Capacity int
	Sizes    []int
	Fewest   int
}

// Falkenauer returns the twenty problems u120 of Falkenauer (1996): 120 items of sizes 20 to 100 in
// bins of 150 (OR-Library of Beasley). If the files are missing, it skips the test.
func Falkenauer(t testing.TB) (all []PublishedPacking) {
	in, count := bufio.NewReader(shared.Open(t, "instances", "binpack", "binpack1.txt")), 0
	scan := func(to ...any) {
		if _, err := fmt.Fscan(in, to...); err != nil {
			t.Fatal(err)
		}
	}
	scan(&count)
	for range count {
		var p PublishedPacking
		items := 0
		scan(&p.Name, &p.Capacity, &items, &p.Fewest)
		p.Sizes = make([]int, items)
		for i := range p.Sizes {
			scan(&p.Sizes[i])
		}
		all = append(all, p)
	}
	return all
}
