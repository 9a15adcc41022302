package capacity

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"wavetank/scenarios/build"
	"wavetank/scenarios/file"
)

func TestGaps(t *testing.T) {
	name := os.Getenv("S")
	if name == "" {
		t.Skip()
	}
	f, _ := file.Load(name, nil)
	b, err := build.Build(f)
	if err != nil {
		t.Fatal(err)
	}
	lists, _ := connected(b)
	g := newGathering(b, lists[0])
	src, _ := b.Requests(sampled)
	_ = src
	list, err := draw(context.Background(), b, lists[0])
	if err != nil {
		t.Fatal(err)
	}
	_ = g
	for m, s := range list {
		if len(s.gaps) == 0 {
			continue
		}
		fmt.Println(b.Spec.Models[m].Name, len(s.gaps), "block", s.block)
		for _, k := range []int{1, 4, 16, 64, 256, 1024} {
			fmt.Printf(" %d:%.2f", k, s.dispersion(k))
		}
		fmt.Println()
		n := 0
		for i := range s.requests {
			if i > 0 && i%40 == 0 && n < 60 {
				a, z := s.requests[i-40].Arrival, s.requests[i].Arrival
				sum := 0.0
				for _, gap := range s.gaps[i-40 : i] {
					sum += gap
				}
				fmt.Printf("%8.1fs rate %6.2f rel %.2f\n", time.Duration(a).Seconds(), 40/z.Sub(a).Seconds(), 40/sum)
				n++
			}
		}
	}
}
