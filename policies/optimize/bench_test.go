package optimize

import (
	"fmt"
	"testing"

	"wavetank/policies/optimize/integer"
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

// BenchmarkDecision solves decisions of the sizes that solvers are held to: 50 models on 10 types
// in 50 ms of CPU time, and 300 in 1 s. Demands are high or low, the fleet is new or stands, and
// machines are plenty or scarce: then a part of the demand stays unserved.
func BenchmarkDecision(b *testing.B) {
	for _, size := range []struct{ models, most int }{{10, 80}, {50, 400}, {300, 2400}} {
		for _, form := range []struct {
			name   string
			demand float64
			fewer  int // how many times fewer machines there are
			fleet  func(Problem) Problem
		}{
			{"high", 2000, 1, func(p Problem) Problem { return p }},
			{"low", 100, 1, func(p Problem) Problem { return p }},
			{"standing", 2000, 1, standing},
			{"scarce", 2000, 16, func(p Problem) Problem { return p }},
			{"scarce-standing", 2000, 13, standing},
		} {
			for _, s := range solvers {
				b.Run(fmt.Sprintf("%dx10/%s/%s", size.models, form.name, s), func(b *testing.B) { benchmarkSeeds(b, s, size.models, form.demand, size.most/form.fewer, form.fleet) })
			}
		}
	}
}

// benchmarkSeeds solves the problems of seeds 1 to 5 in turn. It tells the mean gap.
func benchmarkSeeds(b *testing.B, s Solver, models int, demand float64, most int, fleet func(Problem) Problem) {
	const seeds = 5
	var problems [seeds]Problem
	for i := range problems {
		problems[i] = fleet(seeded(uint64(i+1), models, 10, 1, demand, most))
	}
	gap, n := 0., 0
	for b.Loop() {
		found, err := Solve(s, problems[n%seeds])
		if err != nil {
			b.Fatal(err)
		}
		gap += integer.Gap(found.Objective, found.Bound)
		n++
	}
	b.ReportMetric(100*gap/float64(n), "gap-%")
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
