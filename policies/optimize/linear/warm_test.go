package linear

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"wavetank/policies/optimize/program"
)

// TestChangesAreSolvedAsIfNew changes bounds, costs, rows and the basis of a Simplex in random
// order. Every result must equal that of a new Simplex.
func TestChangesAreSolvedAsIfNew(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, _ := anyProgram(t, 8, 6)
		s, err := New(p)
		if err != nil {
			t.Fatal(err)
		}
		basis := s.Basis()
		for range rapid.IntRange(1, 8).Draw(t, "changes") {
			j := rapid.IntRange(0, p.Columns()-1).Draw(t, "column")
			switch rapid.IntRange(0, 6).Draw(t, "change") {
			case 0, 1:
				p.Lower[j] = float64(rapid.IntRange(-5, 3).Draw(t, "lower"))
				p.Upper[j] = p.Lower[j] + float64(rapid.IntRange(0, 5).Draw(t, "width"))
				s.SetBounds(j, p.Lower[j], p.Upper[j])
			case 2:
				p.Cost[j] = float64(rapid.IntRange(-5, 9).Draw(t, "cost"))
				s.SetCost(j, p.Cost[j])
			case 3:
				p = addRow(t, p, s)
			case 4:
				if p.Height() > 0 {
					i := rapid.IntRange(0, p.Height()-1).Draw(t, "row")
					p = dropRow(p, i)
					s.DropRows(func(row int) bool { return row == i })
				}
			case 5:
				s.SetBasis(basis)
			default:
				basis = s.Basis()
			}
			got := s.Solve(context.Background(), Budget{}).Clone()
			if err := certify(p, got); err != nil {
				t.Fatalf("%v: %v", got.Status, err)
			}
		}
	})
}

func addRow(t *rapid.T, p *program.Program, s *Simplex) *program.Program {
	lower := float64(rapid.IntRange(-9, 3).Draw(t, "low"))
	upper := lower + float64(rapid.IntRange(0, 9).Draw(t, "range"))
	var columns []int
	var values []float64
	for range rapid.IntRange(0, 3).Draw(t, "entries") {
		columns = append(columns, rapid.IntRange(0, p.Columns()-1).Draw(t, "at"))
		values = append(values, float64(rapid.IntRange(-3, 3).Draw(t, "value")))
	}
	s.AddRow(lower, upper, columns, values)
	b := rebuilt(p, func(int) bool { return true })
	row := b.Row(lower, upper)
	for k, j := range columns {
		b.Add(row, j, values[k])
	}
	return finished(b, p)
}

func dropRow(p *program.Program, drop int) *program.Program {
	return finished(rebuilt(p, func(i int) bool { return i != drop }), p)
}

// rebuilt returns a builder with the columns of a program and the rows that keep selects.
func rebuilt(p *program.Program, keep func(int) bool) *program.Builder {
	b := &program.Builder{}
	for j := range p.Cost {
		b.Column(p.Cost[j], p.Lower[j], p.Upper[j])
	}
	at := make([]int, p.Height())
	for i := range p.RowLower {
		if at[i] = -1; keep(i) {
			at[i] = b.Row(p.RowLower[i], p.RowUpper[i])
		}
	}
	for j := range p.Cost {
		rows, values := p.Column(j)
		for k, i := range rows {
			if at[i] >= 0 {
				b.Add(at[i], j, values[k])
			}
		}
	}
	return b
}

func finished(b *program.Builder, like *program.Program) *program.Program {
	p := b.Program()
	p.Maximize, p.Offset = like.Maximize, like.Offset
	return p
}

// TestAProbeLeavesNoTrace: after probes of columns, a solve needs no step.
func TestAProbeLeavesNoTrace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, _ := anyProgram(t, 8, 6)
		s, err := New(p)
		if err != nil {
			t.Fatal(err)
		}
		before := s.Solve(context.Background(), Budget{}).Clone()
		if before.Status != Optimal {
			return
		}
		basis := s.Basis()
		j := rapid.IntRange(0, p.Columns()-1).Draw(t, "column")
		low, high := p.Lower[j], p.Upper[j]
		p.Upper[j] = max(low, math.Floor(before.X[j])-1)
		probed := s.Probe(context.Background(), j, p.Lower[j], p.Upper[j], Budget{Iterations: rapid.IntRange(0, 9).Draw(t, "iterations")})
		fresh, err := Solve(context.Background(), p, Controls{})
		if err != nil {
			t.Fatal(err)
		}
		bound, best := probed.Bound, fresh.Objective
		if p.Maximize {
			bound, best = -bound, -best
		}
		if fresh.Status == Optimal && bound > best+1e-6*(1+math.Abs(best)) {
			t.Fatalf("the probe proves %v, the optimum is %v", probed.Bound, fresh.Objective)
		}
		if p.Lower[j], p.Upper[j] = s.Bounds(j); p.Lower[j] != low || p.Upper[j] != high {
			t.Fatalf("bounds are left at %v and %v", p.Lower[j], p.Upper[j])
		}
		if after := s.Basis(); !slices.Equal(basis.Columns, after.Columns) || !slices.Equal(basis.Rows, after.Rows) {
			t.Fatal("the basis is another one")
		}
		after := s.Solve(context.Background(), Budget{})
		if after.Status != Optimal || after.Iterations != 0 || after.Objective != before.Objective {
			t.Fatalf("%v after %d steps: %v, was %v", after.Status, after.Iterations, after.Objective, before.Objective)
		}
	})
}

// sparse returns a program with many rows and columns, and with many degenerate bases.
func sparse(r *rand.Rand, m, n int) *program.Program {
	var b program.Builder
	inf := math.Inf(1)
	x := make([]float64, n)
	for j := range n {
		x[j] = float64(r.IntN(5))
		low, high := 0., inf
		switch r.IntN(6) {
		case 0:
			high = x[j] + float64(r.IntN(3))
		case 1:
			low = -inf
		case 2:
			low, high = -inf, x[j]+float64(r.IntN(2))
		}
		b.Column(float64(r.IntN(12)-2), low, high)
	}
	for i := range m {
		at := 0.
		for range 1 + r.IntN(6) {
			j, a := r.IntN(n), float64(r.IntN(9)-3)
			b.Add(i, j, a)
			at += a * x[j]
		}
		switch r.IntN(4) {
		case 0:
			b.Row(at, at)
		case 1:
			b.Row(at-float64(r.IntN(3)), inf)
		case 2:
			b.Row(-inf, at+float64(r.IntN(3)))
		default:
			b.Row(at-float64(r.IntN(4)), at+float64(r.IntN(4)))
		}
	}
	return b.Program()
}

func TestSparseProgramsEndWithProof(t *testing.T) {
	ends := map[Status]int{}
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 7))
		p := sparse(r, 5+r.IntN(60), 5+r.IntN(90))
		if seed%3 == 0 { // most of these programs are unbounded
			for j := range p.Cost {
				p.Lower[j] = max(p.Lower[j], -50)
			}
		}
		if seed%5 == 0 && p.Height() > 3 {
			p.RowLower[2] = max(p.RowLower[2], -1e3) + 200
			p.RowUpper[2] = max(p.RowUpper[2], p.RowLower[2])
		}
		got, err := Solve(context.Background(), p, Controls{})
		if err != nil {
			t.Fatal(err)
		}
		if err := certify(p, got); err != nil {
			t.Errorf("seed %d: %v: %v", seed, got.Status, err)
		}
		ends[got.Status]++
	}
	if ends[Optimal] == 0 || ends[Infeasible] == 0 || ends[Unbounded] == 0 {
		t.Errorf("ends seen: %v", ends)
	}
}

// TestALoadedSimplexIsAsNew: a Simplex that solved other programs before gives the same result, to
// the last digit.
func TestALoadedSimplexIsAsNew(t *testing.T) {
	used := &Simplex{}
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 9))
		p := sparse(r, 5+r.IntN(200), 5+r.IntN(200))
		for j := range p.Cost {
			p.Lower[j] = max(p.Lower[j], -50)
		}
		fresh, err := New(p)
		if err != nil {
			t.Fatal(err)
		}
		if err := used.Load(p); err != nil {
			t.Fatal(err)
		}
		want, got := fresh.Solve(t.Context(), Budget{}), used.Solve(t.Context(), Budget{})
		if got.Status != want.Status || got.Iterations != want.Iterations || got.Objective != want.Objective ||
			!slices.Equal(got.X, want.X) || !slices.Equal(got.Duals, want.Duals) || !slices.Equal(got.Farkas, want.Farkas) {
			t.Fatalf("seed %d: %v after %d steps: %v, new: %v after %d steps: %v", seed,
				got.Status, got.Iterations, got.Objective, want.Status, want.Iterations, want.Objective)
		}
		if seed%2 == 0 { // stop in the middle of another solve
			if err := used.Load(p); err != nil {
				t.Fatal(err)
			}
			used.Solve(t.Context(), Budget{Iterations: 3})
		}
	}
}
