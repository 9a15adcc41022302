package linear

import (
	"context"
	"testing"

	"pgregory.net/rapid"

	"wavetank/policies/optimize/optimizetest"
	"wavetank/policies/optimize/program"
)

// postsolved presolves a program, solves the reduced program, and solves the whole program from the
// basis of postsolve. It returns the iterations of both solves. Done is false if the presolver gave
// up, or if there is no optimum.
func postsolved(p *program.Program) (pre *presolver, steps, more int, done bool) {
	if pre = presolve(p); pre == nil {
		return nil, 0, 0, false
	}
	left, columns, rows := pre.reduced()
	var part, whole Simplex
	part.take(left)
	r := part.Solve(context.Background(), Budget{})
	if r.Status != Optimal {
		return pre, r.Iterations, 0, false
	}
	steps = r.Iterations
	whole.take(p)
	whole.SetBasis(pre.postsolve(columns, rows, part.Basis(), r.X, r.Duals))
	r = whole.Solve(context.Background(), Budget{})
	return pre, steps, r.Iterations, r.Status == Optimal
}

// TestPostsolveFindsOptimalBases: almost no steps are left after postsolve. A basis with many ties
// may need one.
func TestPostsolveFindsOptimalBases(t *testing.T) {
	solved, left := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		p, _ := anyProgram(t, 9, 9)
		for j := range p.Cost { // a column without cost may be a slack
			if rapid.Bool().Draw(t, "free of cost") {
				p.Cost[j] = 0
			}
		}
		if pre, _, more, done := postsolved(p); done {
			solved++
			left += more
			if more > 3 {
				t.Fatalf("%d steps after %+v", more, pre.steps)
			}
		}
	})
	if solved < 20 || left > 1+solved/50 {
		t.Errorf("%d steps were left after %d programs", left, solved)
	}
}

// TestPostsolveFindsOptimalBasesOfNetlib uses every kind of reduction.
func TestPostsolveFindsOptimalBasesOfNetlib(t *testing.T) {
	steps, more, kinds := 0, 0, map[stepKind]int{}
	netlib(t, func(t *testing.T, name string, p *program.Program) {
		pre, a, b, done := postsolved(p)
		if !done {
			t.Fatal("no optimum")
		}
		steps, more = steps+a, more+b
		for _, s := range pre.steps {
			kinds[s.kind]++
		}
	})
	if more > steps/100 {
		t.Errorf("%d steps after postsolve, %d before", more, steps)
	}
	for kind := columnLeaves; kind <= columnIsSlack; kind++ {
		if kinds[kind] == 0 {
			t.Errorf("no reduction of kind %d: %v", kind, kinds)
		}
	}
}

// TestPresolveTakesWhatIsFixed: if the bounds of a program decide all values, presolve removes
// everything.
func TestPresolveTakesWhatIsFixed(t *testing.T) {
	p := optimizetest.Covering(1, 30, 60)
	for j := range p.Cost {
		p.Lower[j], p.Upper[j] = 3, 3
	}
	for i := range p.RowLower {
		p.RowLower[i] = 1
	}
	pre := presolve(p)
	if pre == nil {
		t.Fatal("it gave up")
	}
	if left, _, _ := pre.reduced(); left.Columns() != 0 || left.Height() != 0 {
		t.Errorf("%d columns and %d rows are left", left.Columns(), left.Height())
	}
}
