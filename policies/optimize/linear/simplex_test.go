package linear

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize/convex/lp"
	"pgregory.net/rapid"
)

// certify checks that a solution is optimal by what it carries: x is feasible, and the duals prove
// that no feasible x is better.
func certify(p Program, s Result) error {
	if !p.satisfied(s.X) {
		return fmt.Errorf("x = %v is not feasible", s.X)
	}
	for i, r := range p.Rows {
		if r.Sense == AtMost && s.Duals[i] > 1e-7 || r.Sense == AtLeast && s.Duals[i] < -1e-7 {
			return fmt.Errorf("dual %d is %v", i, s.Duals[i])
		}
		left := 0.
		for j, a := range r.Coefficients {
			left += a * s.X[j]
		}
		if slack := math.Abs(left - r.Right); slack*math.Abs(s.Duals[i]) > 1e-5*(1+math.Abs(r.Right))*(1+math.Abs(s.Duals[i])) {
			return fmt.Errorf("row %d has slack %v and dual %v", i, slack, s.Duals[i])
		}
	}
	// Reduced costs of variables without bounds are zero up to rounding, which DualBound takes for
	// an unbounded gain; so those bounds are replaced by ones that hold at x.
	q := p
	q.Lower, q.Upper = make([]float64, len(s.X)), make([]float64, len(s.X))
	for j, v := range s.X {
		q.Lower[j] = max(p.lower(j), -1e4-math.Abs(v))
		q.Upper[j] = min(p.upper(j), 1e4+math.Abs(v))
	}
	if bound := q.DualBound(s.Duals); math.Abs(bound-s.Objective) > 1e-6*(1+math.Abs(s.Objective)) {
		return fmt.Errorf("objective %v, dual bound %v", s.Objective, bound)
	}
	return nil
}

// anyProgram draws a program with rows of every sense and every kind of bounds, and whether a known
// point is feasible.
func anyProgram(t *rapid.T) (Program, bool) {
	n, m := rapid.IntRange(1, 7).Draw(t, "variables"), rapid.IntRange(0, 7).Draw(t, "rows")
	p := Program{Lower: make([]float64, n), Upper: make([]float64, n)}
	point := make([]float64, n)
	for j := range n {
		p.Cost = append(p.Cost, float64(rapid.IntRange(-5, 9).Draw(t, "cost")))
		point[j] = float64(rapid.IntRange(-4, 4).Draw(t, "point"))
		p.Lower[j], p.Upper[j] = point[j]-float64(rapid.IntRange(0, 3).Draw(t, "below")), point[j]+float64(rapid.IntRange(0, 3).Draw(t, "above"))
		if rapid.IntRange(0, 3).Draw(t, "low") == 0 {
			p.Lower[j] = math.Inf(-1)
		}
		if rapid.IntRange(0, 2).Draw(t, "high") == 0 {
			p.Upper[j] = math.Inf(1)
		}
	}
	known := rapid.IntRange(0, 4).Draw(t, "known") > 0
	for range m {
		r := Constraint{Coefficients: make([]float64, n), Sense: Sense(rapid.IntRange(0, 2).Draw(t, "sense"))}
		for j := range n {
			r.Coefficients[j] = float64(rapid.IntRange(-4, 6).Draw(t, "a"))
			r.Right += r.Coefficients[j] * point[j]
		}
		slack := float64(rapid.IntRange(0, 3).Draw(t, "slack"))
		if !known {
			slack = -slack
		}
		if r.Sense == AtMost {
			r.Right += slack
		} else if r.Sense == AtLeast {
			r.Right -= slack
		}
		p.Rows = append(p.Rows, r)
	}
	return p, known
}

func TestSimplexProvesItsOptimum(t *testing.T) {
	ends := map[Status]int{}
	rapid.Check(t, func(t *rapid.T) {
		p, known := anyProgram(t)
		s, err := Minimize(p)
		if err != nil {
			t.Fatal(err)
		}
		ends[s.Status]++
		switch s.Status {
		case Optimal:
			if err := certify(p, s); err != nil {
				t.Fatal(err)
			}
		case Infeasible:
			if known {
				t.Fatal("a program with a known point was called infeasible")
			}
		case Unbounded:
			// With every variable boxed, the objective must grow with the box.
			if low, high := boxed(t, p, 1e3), boxed(t, p, 1e5); !(high < low-1) {
				t.Fatalf("called unbounded, but the objective is %v in a small and %v in a large box", low, high)
			}
		default:
			t.Fatal(s.Status)
		}
	})
	if ends[Optimal] == 0 || ends[Infeasible] == 0 || ends[Unbounded] == 0 {
		t.Errorf("ends seen: %v", ends)
	}
}

// boxed solves a program with all variables within the box.
func boxed(t *rapid.T, p Program, box float64) float64 {
	q := p
	q.Lower, q.Upper = make([]float64, len(p.Cost)), make([]float64, len(p.Cost))
	for j := range p.Cost {
		q.Lower[j], q.Upper[j] = max(p.lower(j), -box), min(p.upper(j), box)
	}
	s, err := Minimize(q)
	if err != nil || s.Status != Optimal {
		t.Fatal(s.Status, err)
	}
	return s.Objective
}

func TestSimplexAgreesWithGonum(t *testing.T) {
	compared := 0
	rapid.Check(t, func(t *rapid.T) {
		n, m := rapid.IntRange(1, 6).Draw(t, "variables"), rapid.IntRange(1, 5).Draw(t, "rows")
		p, g, h := Program{}, mat.NewDense(m+n, n, nil), make([]float64, m+n)
		for j := range n {
			p.Cost = append(p.Cost, float64(rapid.IntRange(1, 20).Draw(t, "cost")))
			g.Set(m+j, j, -1)
		}
		for i := range m {
			r := Constraint{Coefficients: make([]float64, n), Sense: AtLeast, Right: float64(rapid.IntRange(1, 30).Draw(t, "b"))}
			for j := range n {
				r.Coefficients[j] = float64(rapid.IntRange(1, 9).Draw(t, "a"))
				g.Set(i, j, -r.Coefficients[j])
			}
			h[i] = -r.Right
			p.Rows = append(p.Rows, r)
		}
		s, err := Minimize(p)
		if err != nil || s.Status != Optimal {
			t.Fatal(s.Status, err)
		}
		want, ok := gonum(p.Cost, g, h)
		if !ok {
			return
		}
		compared++
		if math.Abs(want-s.Objective) > 1e-7*(1+math.Abs(want)) {
			t.Fatalf("objective %v, gonum's %v", s.Objective, want)
		}
	})
	if compared == 0 {
		t.Error("gonum solved none of the programs")
	}
}

// gonum minimises c·x with G x ≤ h; ok is false if it fails, by error or by panic.
func gonum(c []float64, g mat.Matrix, h []float64) (objective float64, ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	cost, a, b := lp.Convert(c, g, h, nil, nil)
	objective, _, err := lp.Simplex(cost, a, b, 1e-10, nil)
	return objective, err == nil
}

func TestBealesCycleEnds(t *testing.T) {
	// Beale (1955): the steepest reduced cost alone cycles for ever on this program; its optimum is
	// −1/20.
	p := Program{Cost: []float64{-0.75, 150, -0.02, 6}, Rows: []Constraint{
		{[]float64{0.25, -60, -0.04, 9}, AtMost, 0},
		{[]float64{0.5, -90, -0.02, 3}, AtMost, 0},
		{[]float64{0, 0, 1, 0}, AtMost, 1},
	}}
	s, err := Minimize(p)
	if err != nil || s.Status != Optimal || !close9(s.Objective, -0.05) {
		t.Fatal(s, err)
	}
}

func TestRedundantEqualitiesAreNoObstacle(t *testing.T) {
	// A transport program: one of its equalities follows from the others.
	p := Program{Cost: []float64{1, 4, 3, 2}, Rows: []Constraint{
		{[]float64{1, 1, 0, 0}, Equal, 5}, {[]float64{0, 0, 1, 1}, Equal, 4},
		{[]float64{1, 0, 1, 0}, Equal, 6}, {[]float64{0, 1, 0, 1}, Equal, 3},
	}}
	s, err := Minimize(p)
	if err != nil || s.Status != Optimal || !close9(s.Objective, 14) {
		t.Fatal(s, err)
	}
}

func TestSimplexRefusesWhatIsNoProgram(t *testing.T) {
	for name, p := range map[string]Program{
		"cost":        {Cost: []float64{math.NaN()}},
		"bounds":      {Cost: []float64{1}, Upper: []float64{}},
		"bound":       {Cost: []float64{1}, Lower: []float64{math.Inf(1)}},
		"row":         {Cost: []float64{1}, Rows: []Constraint{{nil, AtMost, 1}}},
		"right":       {Cost: []float64{1}, Rows: []Constraint{{[]float64{1}, AtMost, math.Inf(1)}}},
		"coefficient": {Cost: []float64{1}, Rows: []Constraint{{[]float64{math.NaN()}, AtMost, 1}}},
	} {
		if _, err := Minimize(p); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if s, err := Minimize(Program{Cost: []float64{1}, Lower: []float64{2}, Upper: []float64{1}}); err != nil || s.Status != Infeasible {
		t.Errorf("crossed bounds: %v, %v", s.Status, err)
	}
}

func close9(a, b float64) bool { return math.Abs(a-b) <= 1e-9*(1+math.Abs(b)) }
