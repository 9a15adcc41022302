package tokens

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"wavetank/sim/kernel"
	"wavetank/sim/profile"
)

func law() profile.Step {
	c, _ := profile.NewForm(profile.Coefficients{Constant: 1e-3, Prefill: 30e-6, Attention: 1e-9})
	m, _ := profile.NewForm(profile.Coefficients{Constant: 7e-3, Context: 100e-9})
	o, _ := profile.NewForm(profile.Coefficients{Constant: 5e-4, Sequence: 1e-5})
	return profile.Step{Compute: c, Memory: m, Overhead: o}
}

func TestSmoke(t *testing.T) {
	for seed := range uint64(300) {
		g := rand.New(rand.NewPCG(seed, 1))
		c := &Config{Law: law(), MaxSequences: 1 + g.IntN(30), MaxTokens: 30*4 + g.IntN(500), Chunked: true, Block: []int{16, 5}[g.IntN(2)], Blocks: 60 + g.IntN(300), Context: 250, PrefixCache: g.IntN(2) == 0, Priority: g.IntN(3) == 0}
		if g.IntN(3) == 0 {
			c.Draft, c.Acceptance = 3, 0.6
		}
		if err := c.Validate(); err != nil {
			t.Fatal(err)
		}
		p := &Pool{}
		r := New(c, p)
		finished, arrived := 0, 0
		next := kernel.Time(0)
		at := kernel.Never
		for finished < 200 {
			if arrived < 200 && next <= at {
				if next > 0 || true {
					q := Request{Prompt: 1 + int32(g.IntN(120)), Output: 1 + int32(g.IntN(120)), Ordinal: int64(arrived), Priority: int64(g.IntN(3))}
					if g.IntN(2) == 0 {
						q.Content = &Content{Prefix: []Segment{{uint64(g.IntN(3) + 1), min(q.Prompt, 40)}}}
					}
					if c.Refuses(q.Prompt, q.Output) != "" {
						finished++
					} else {
						r.Enqueue(int32(arrived), q)
						at = r.Wake(next)
					}
				}
				arrived++
				next += kernel.Time(g.IntN(60e6))
				continue
			}
			for _, o := range r.Step(at) {
				if o.Kind == Finished {
					finished++
				}
			}
			if s := r.Steps(); s.HeldLast > c.Blocks {
				t.Fatal("held")
			}
			at = r.Next()
			if at == kernel.Never && arrived >= 200 && finished < 200 {
				t.Fatal("stopped", finished)
			}
		}
		if r.free != c.Blocks {
			t.Fatal(seed, r.free, c.Blocks, fmt.Sprintf("%+v", c))
		}
	}
}
