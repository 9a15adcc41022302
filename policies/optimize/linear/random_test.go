package linear

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"wavetank/policies/optimize/program"
)

// anyProgram draws a program with rows and bounds of every kind. It also returns whether a known
// point is feasible. All numbers are small whole numbers, so that many bases are degenerate.
func anyProgram(t *rapid.T, columns, rows int) (*program.Program, bool) {
	var b program.Builder
	n, m := rapid.IntRange(1, columns).Draw(t, "columns"), rapid.IntRange(0, rows).Draw(t, "rows")
	point := make([]float64, n)
	inf := math.Inf(1)
	for j := range n {
		point[j] = float64(rapid.IntRange(-4, 4).Draw(t, "point"))
		low, high := point[j]-float64(rapid.IntRange(0, 3).Draw(t, "below")), point[j]+float64(rapid.IntRange(0, 3).Draw(t, "above"))
		if rapid.IntRange(0, 3).Draw(t, "low") == 0 {
			low = -inf
		}
		if rapid.IntRange(0, 2).Draw(t, "high") == 0 {
			high = inf
		}
		b.Column(float64(rapid.IntRange(-5, 9).Draw(t, "cost")), low, high)
	}
	known := rapid.IntRange(0, 4).Draw(t, "known") > 0
	sparse := rapid.IntRange(0, 2).Draw(t, "sparse")
	for i := range m {
		at := 0.
		for j := range n {
			if sparse > 0 && rapid.IntRange(0, sparse).Draw(t, "there") > 0 {
				continue
			}
			a := float64(rapid.IntRange(-4, 6).Draw(t, "a"))
			b.Add(i, j, a)
			at += a * point[j]
		}
		slack := float64(rapid.IntRange(0, 3).Draw(t, "slack"))
		if !known {
			slack = -slack
		}
		switch rapid.IntRange(0, 4).Draw(t, "kind") {
		case 0:
			b.Row(-inf, at+slack)
		case 1:
			b.Row(at-slack, inf)
		case 2:
			b.Row(at-slack, at+float64(rapid.IntRange(0, 3).Draw(t, "range")))
		case 3:
			b.Row(-inf, inf)
		default:
			if known {
				slack = 0
			}
			b.Row(at+slack, at+slack)
		}
	}
	p := b.Program()
	p.Maximize, p.Offset = rapid.Bool().Draw(t, "maximise"), float64(rapid.IntRange(-2, 2).Draw(t, "offset"))
	return p, known
}

func TestEveryEndIsProved(t *testing.T) {
	ends := map[Status]int{}
	rapid.Check(t, func(t *rapid.T) {
		p, known := anyProgram(t, 9, 9)
		r, err := Solve(t.Context(), p, Controls{NoPresolve: rapid.Bool().Draw(t, "presolve"), NoScaling: rapid.Bool().Draw(t, "scaling")})
		if err != nil {
			t.Fatal(err)
		}
		ends[r.Status]++
		if err := certify(p, r); err != nil {
			t.Fatalf("%v: %v", r.Status, err)
		}
		if known && r.Status == Infeasible {
			t.Fatal("a program with a known point is called infeasible")
		}
	})
	if ends[Optimal] == 0 || ends[Infeasible] == 0 || ends[Unbounded] == 0 {
		t.Errorf("ends seen: %v", ends)
	}
}

// TestNoVertexIsBetter compares with an enumeration of all vertices, for programs whose columns lie
// in a box.
func TestNoVertexIsBetter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, _ := anyProgram(t, 3, 4)
		for j := range p.Cost {
			p.Lower[j], p.Upper[j] = max(p.Lower[j], -20), min(p.Upper[j], 20)
		}
		r, err := Solve(t.Context(), p, Controls{})
		if err != nil {
			t.Fatal(err)
		}
		best, found := enumerate(p)
		if found != (r.Status == Optimal) {
			t.Fatalf("%v, but vertices are found: %v", r.Status, found)
		}
		if found && math.Abs(best-r.Objective) > 1e-7*(1+math.Abs(best)) {
			t.Fatalf("objective %v, the best vertex has %v", r.Objective, best)
		}
	})
}

// enumerate returns the best objective of all vertices: the feasible points at which as many bounds
// of rows and columns are active as there are columns.
func enumerate(p *program.Program) (best float64, found bool) {
	n := p.Columns()
	var sides [][]float64 // coefficients and right side
	side := func(coefficients []float64, right float64) {
		if !math.IsInf(right, 0) {
			sides = append(sides, append(append([]float64(nil), coefficients...), right))
		}
	}
	for j := range n {
		unit := make([]float64, n)
		unit[j] = 1
		side(unit, p.Lower[j])
		side(unit, p.Upper[j])
	}
	for i := range p.RowLower {
		row := make([]float64, n)
		for j := range n {
			rows, values := p.Column(j)
			for k, at := range rows {
				if at == i {
					row[j] = values[k]
				}
			}
		}
		side(row, p.RowLower[i])
		side(row, p.RowUpper[i])
	}
	var pick func(from int, chosen [][]float64)
	pick = func(from int, chosen [][]float64) {
		if len(chosen) == n {
			x, ok := gauss(chosen)
			if !ok {
				return
			}
			if rows, _ := p.Violation(x); rows > 1e-9 {
				return
			}
			v := p.Objective(x)
			if !found || p.Maximize && v > best || !p.Maximize && v < best {
				best, found = v, true
			}
			return
		}
		for k := from; k < len(sides); k++ {
			pick(k+1, append(chosen, sides[k]))
		}
	}
	pick(0, nil)
	return best, found
}

// gauss solves a square system of equations. Each row ends with its right side.
func gauss(rows [][]float64) ([]float64, bool) {
	n := len(rows)
	a := make([][]float64, n)
	for i, row := range rows {
		a[i] = append([]float64(nil), row...)
	}
	for c := range n {
		pivot := c
		for i := c; i < n; i++ {
			if math.Abs(a[i][c]) > math.Abs(a[pivot][c]) {
				pivot = i
			}
		}
		if math.Abs(a[pivot][c]) < 1e-9 {
			return nil, false
		}
		a[c], a[pivot] = a[pivot], a[c]
		for i := range n {
			if i != c {
				f := a[i][c] / a[c][c]
				for k := range a[i] {
					a[i][k] -= f * a[c][k]
				}
			}
		}
	}
	x := make([]float64, n)
	for i := range x {
		x[i] = a[i][n] / a[i][i]
	}
	return x, true
}
