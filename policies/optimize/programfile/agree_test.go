package programfile

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"wavetank/policies/optimize/integer"
	"wavetank/policies/optimize/linear"
	"wavetank/policies/optimize/optimizetest"
	"wavetank/policies/optimize/program"
	"wavetank/workload/table"
)

// solveHere solves a program by the solver of this project. The status is "optimal", "infeasible",
// "unbounded" or another word.
func solveHere(t testing.TB, p *program.Program) (status string, objective float64) {
	t.Helper()
	if p.Integers() == 0 {
		r, err := linear.Solve(context.Background(), p, linear.Controls{})
		if err != nil {
			t.Fatal(err)
		}
		return r.Status.String(), r.Objective
	}
	found, err := integer.Solve(context.Background(), p, integer.Terms{})
	if err != nil {
		t.Fatal(err)
	}
	return found.Ending.String(), found.Objective
}

// near reports whether two objectives agree within the tolerances of two solvers. Each solver may
// violate rows by 1e-6.
func near(a, b float64) bool { return math.Abs(a-b) <= 1e-5*(1+math.Abs(a)+math.Abs(b)) }

// smallProgram draws a program with whole numbers that is small enough for any solver. It may have
// all kinds of rows, bounds and integers.
func smallProgram(t *rapid.T) *program.Program {
	number := func(from, to int) float64 { return float64(rapid.IntRange(from, to).Draw(t, "number")) }
	limits := func(from, to int) (lower, upper float64) {
		lower = number(from, to)
		upper = lower + number(0, 6)
		switch rapid.IntRange(0, 4).Draw(t, "kind") {
		case 0:
			lower = math.Inf(-1)
		case 1:
			upper = math.Inf(1)
		case 2:
			lower = upper
		}
		return lower, upper
	}
	var b program.Builder
	columns := rapid.IntRange(1, 5).Draw(t, "columns")
	for range columns {
		lower, upper := limits(-6, 4)
		switch rapid.IntRange(0, 5).Draw(t, "column") {
		case 0:
			lower, upper = 0, math.Inf(1)
		case 1:
			lower, upper = 0, 1
		case 2:
			lower, upper = math.Inf(-1), math.Inf(1)
		}
		if rapid.Bool().Draw(t, "whole") {
			x := b.Integer(number(-5, 5), lower, upper)
			b.Add(b.Row(-20, math.Inf(1)), x, 1) // so that every search ends
			b.Add(b.Row(math.Inf(-1), 20), x, 1)
		} else {
			b.Column(number(-5, 5), lower, upper)
		}
	}
	for range rapid.IntRange(1, 5).Draw(t, "rows") {
		row := b.Row(limits(-10, 10))
		for j := range columns {
			b.Add(row, j, number(-4, 4))
		}
	}
	p := b.Program()
	p.Offset, p.Maximize = number(-9, 9), rapid.Bool().Draw(t, "maximize")
	if rapid.Bool().Draw(t, "named") {
		p.Names, p.RowNames = names(nil, p.Columns(), "a_long_name_of_column_"), names(nil, p.Height(), "a_long_name_of_row_")
	}
	return p
}

// TestOtherSolversReadTheSame writes random programs to files, and lets other solvers solve the
// files. They must read bounds, ranges, markers and the constant as this package does.
func TestOtherSolversReadTheSame(t *testing.T) {
	for _, s := range []optimizetest.Other{optimizetest.CBC, optimizetest.GLPK} {
		for _, name := range []string{"p.mps", "p.lp"} {
			t.Run(s.Command+" "+name, func(t *testing.T) {
				s.Need(t)
				rapid.Check(t, func(r *rapid.T) {
					p := smallProgram(r)
					if strings.HasSuffix(name, ".lp") {
						p = singleLimits(p)
						p.Offset = 0 // in the LP format GLPK reads no constant, and CBC may drop it
					}
					agrees(t, r, s, name, p)
				})
			})
		}
	}
}

// agrees fails unless another solver has the same result for a program as this project. If the
// results differ, it asks the solver again without preprocessing, because the preprocessing of CBC
// 2.10.8 loses optima. It ignores crashes of the solver; GLPK 5.0 may fail in its own assertions.
func agrees(t *testing.T, r *rapid.T, s optimizetest.Other, name string, p *program.Program) {
	status, objective := solveHere(t, writeAndRead(t, name, p))
	theirs, value := "", 0.
	for _, careful := range []bool{false, true} {
		theirs, value = ask(t, s, name, p, careful)
		if s.Command == optimizetest.GLPK.Command && strings.HasSuffix(name, ".mps") {
			value += 2 * p.Offset // GLPK reads the constant with the other sign
		}
		if agree(status, theirs) && (status != "optimal" || near(objective, value)) {
			return
		}
	}
	if theirs != optimizetest.Crashed {
		text, _ := Write(name, p)
		r.Fatalf("%s says %s %v, this project %s %v of\n%s", s.Command, theirs, value, status, objective, text)
	}
}

// agree reports whether two statuses agree. A solver may say that a program has no optimum without
// saying whether it is infeasible or unbounded.
func agree(here, there string) bool {
	none := func(s string) bool { return s != "optimal" }
	return here == there || none(here) && none(there)
}

// singleLimits drops the second limit of rows with two, which neither CBC nor GLPK reads in the LP
// format.
func singleLimits(p *program.Program) *program.Program {
	single := *p
	single.RowUpper = slices.Clone(p.RowUpper)
	for i, lower := range p.RowLower {
		if !math.IsInf(lower, -1) && lower != p.RowUpper[i] {
			single.RowUpper[i] = math.Inf(1)
		}
	}
	return &single
}

// TestCBCFillsInTheSame lets CBC solve a file that lacks bounds, which readers fill in.
func TestCBCFillsInTheSame(t *testing.T) {
	optimizetest.CBC.Need(t)
	const path = "testdata/mps/defaults.mps"
	p, _, err := Read(table.OnDisk(path))
	if err != nil {
		t.Fatal(err)
	}
	status, objective := solveHere(t, p)
	theirs, value, _ := optimizetest.CBC.Ask(t, path)
	if status != theirs || !near(objective, value) {
		t.Errorf("CBC says %s %v, this project %s %v", theirs, value, status, objective)
	}
}
