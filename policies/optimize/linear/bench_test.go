package linear

import (
	"context"
	"testing"

	"wavetank/policies/optimize/optimizetest"
	"wavetank/policies/optimize/program"
)

// families lists the families of programs of the benchmarks.
var families = []struct {
	name string
	make func(seed uint64) *program.Program
}{
	{"covering 1000×2000", func(seed uint64) *program.Program { return optimizetest.Covering(seed, 1000, 2000) }},
	{"transport 200×50", func(seed uint64) *program.Program { return optimizetest.Transport(seed, 200, 50) }},
	{"covering 30×60", func(seed uint64) *program.Program { return optimizetest.Covering(seed, 30, 60) }},
	{"transport 10×5", func(seed uint64) *program.Program { return optimizetest.Transport(seed, 10, 5) }},
}

// BenchmarkCold solves each program of a family once, with presolve.
func BenchmarkCold(b *testing.B) {
	for _, f := range families {
		b.Run(f.name, func(b *testing.B) {
			p := f.make(1)
			b.ReportAllocs()
			for b.Loop() {
				if r, err := Solve(context.Background(), p, Controls{}); err != nil || r.Status != Optimal {
					b.Fatal(r.Status, err)
				}
			}
		})
	}
}

// BenchmarkLoaded solves the programs of a family one after the other by one Simplex, which reuses
// its memory.
func BenchmarkLoaded(b *testing.B) {
	for _, f := range families {
		b.Run(f.name, func(b *testing.B) {
			p := f.make(1)
			var s Simplex
			b.ReportAllocs()
			for b.Loop() {
				if err := s.Load(p); err != nil {
					b.Fatal(err)
				}
				if r := s.Solve(context.Background(), Budget{}); r.Status != Optimal {
					b.Fatal(r.Status)
				}
			}
		})
	}
}

// BenchmarkWarm sets the upper bound of a basic column to a tenth below its value, solves, restores
// the bound, and solves again.
func BenchmarkWarm(b *testing.B) {
	for _, f := range families {
		b.Run(f.name, func(b *testing.B) {
			s, columns := warm(b, f.make(1))
			b.ReportAllocs()
			for k := 0; b.Loop(); k++ {
				rebound(b, s, columns[k%len(columns)])
			}
		})
	}
}

// warm returns a solved Simplex and its basic columns.
func warm(t testing.TB, p *program.Program) (s *Simplex, columns []int) {
	s, err := New(p)
	if err != nil {
		t.Fatal(err)
	}
	r := s.Solve(context.Background(), Budget{})
	if r.Status != Optimal {
		t.Fatal(r.Status)
	}
	for j, x := range r.X {
		if s.Place(j) == Basic && x > 1e-6 {
			columns = append(columns, j)
		}
	}
	if len(columns) == 0 {
		t.Fatal("no basic column")
	}
	return s, columns
}

// rebound solves with nine tenths of a column's value as its upper bound, and again with the old
// bound. It returns the iterations of both solves.
func rebound(t testing.TB, s *Simplex, j int) (there, back int) {
	low, high := s.Bounds(j)
	s.SetBounds(j, low, low+(s.result.X[j]-low)*0.9)
	r := s.Solve(context.Background(), Budget{})
	if r.Status != Optimal {
		t.Fatal(r.Status)
	}
	there = r.Iterations
	s.SetBounds(j, low, high)
	if r = s.Solve(context.Background(), Budget{}); r.Status != Optimal {
		t.Fatal(r.Status)
	}
	return there, r.Iterations
}

// TestOneBoundIsSolvedInATenthOfTheSteps counts iterations, because times vary.
func TestOneBoundIsSolvedInATenthOfTheSteps(t *testing.T) {
	for _, f := range []func(uint64) *program.Program{
		func(seed uint64) *program.Program { return optimizetest.Covering(seed, 500, 1000) },
		func(seed uint64) *program.Program { return optimizetest.Transport(seed, 60, 30) },
	} {
		cold, steps, changes := 0, 0, 0
		for seed := uint64(1); seed <= 5; seed++ {
			s, columns := warm(t, f(seed))
			cold += s.result.Iterations * 2 * len(columns)
			for _, j := range columns {
				there, back := rebound(t, s, j)
				steps += there + back
				changes += 2
			}
		}
		if steps > cold/10 {
			t.Errorf("%d steps for %d changes, %d if each began anew", steps, changes, cold)
		}
	}
}

// TestSolvingAgainAllocatesNothing: after a change of a bound, a solve needs no more memory than
// the last one.
func TestSolvingAgainAllocatesNothing(t *testing.T) {
	for _, f := range families {
		s, columns := warm(t, f.make(2))
		j := columns[len(columns)/2]
		for range 30 {
			rebound(t, s, j) // lets slices grow to their final size
		}
		if n := testing.AllocsPerRun(5, func() { rebound(t, s, j) }); n > 0 {
			t.Errorf("%s: %v allocations", f.name, n)
		}
	}
}
