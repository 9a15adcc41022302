package optimize

import (
	"fmt"
	"testing"
)

// standing returns the problem with a present fleet, which greedy found for it, with switching
// prices, and with 20 % more demand.
func standing(p Problem) Problem {
	found, err := GreedyCover{}.Solve(p)
	if err != nil {
		panic(err)
	}
	for k := range p.Types {
		p.Types[k].Rented, p.Types[k].Switch = found.Machines[k], p.Types[k].Price
	}
	for c := range p.Configurations {
		f := &p.Configurations[c]
		f.Switch = p.Types[f.Type].Price / 10
	}
	for m := range p.Demand {
		p.Demand[m] *= 1.2
	}
	p.Present = found.Layout
	return p
}

func BenchmarkSolve(b *testing.B) {
	for name, p := range map[string]Problem{
		"plenty":   realistic(4, 10, 3, 2000, 40),
		"scarce":   realistic(4, 10, 3, 300, 4),
		"small":    standing(realistic(4, 3, 1, 150, 20)),
		"short":    standing(realistic(4, 3, 1, 150, 2)),
		"accurate": func() Problem { p := standing(realistic(4, 3, 3, 150, 20)); p.AccuracyWeight = 0.001; return p }(),
		"accuracy": func() Problem { p := realistic(4, 10, 3, 2000, 40); p.AccuracyWeight = 0.001; return p }(),
	} {
		for _, s := range solvers {
			b.Run(fmt.Sprintf("%s/%s", name, s), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := Solve(s, p); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkRelaxation only writes and solves the linear relaxation.
func BenchmarkRelaxation(b *testing.B) {
	for _, c := range []struct {
		name    string
		problem Problem
	}{
		{"4 models, 10 types, 3 variants", realistic(4, 10, 3, 2000, 40)},
		{"50 models, 10 types", realistic(50, 10, 1, 2000, 400)},
		{"50 models, 10 types, 3 variants", realistic(50, 10, 3, 2000, 400)},
		{"50 models, 10 types, standing", standing(realistic(50, 10, 1, 2000, 400))},
		{"50 models, 10 types, short", standing(realistic(50, 10, 1, 2000, 40))},
	} {
		x := newIndex(c.problem)
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := x.relax().solve(x); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
