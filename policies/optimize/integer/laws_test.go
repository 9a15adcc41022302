package integer

import (
	"context"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"wavetank/policies/optimize/linear"
	"wavetank/policies/optimize/program"
)

// randomPrograms is the number of random programs for each law.
const randomPrograms = 1000

// draw returns a small random program, and a box in which all its whole columns lie.
func draw(r *rand.Rand) (p *program.Program, low, high []float64) {
	var b program.Builder
	whole, loose := 1+r.IntN(4), r.IntN(3)
	if r.IntN(2) == 0 {
		whole, loose = 1+r.IntN(7), 0
	}
	binary := whole > 4
	point := make([]float64, whole+loose)
	for j := range point {
		low = append(low, float64(r.IntN(7)-4))
		high = append(high, low[j]+float64(1+r.IntN(3)))
		if binary {
			low[j], high[j] = 0, 1
		}
		cost := float64(r.IntN(15) - 7)
		if r.IntN(6) == 0 {
			cost += 0.25
		}
		point[j] = low[j] + float64(r.IntN(int(high[j]-low[j])+1))
		switch {
		case j >= whole:
			if r.IntN(3) == 0 {
				point[j] += 0.5
			}
			b.Column(cost, low[j], max(high[j], point[j]))
		case r.IntN(8) == 0: // no bounds of the column; they follow from a row
			b.Integer(cost, math.Inf(-1), math.Inf(1))
			b.Add(b.Row(2*low[j]-0.5, 2*high[j]+0.5), j, 2)
		default:
			b.Integer(cost, low[j], high[j])
		}
	}
	feasible := r.IntN(4) > 0
	for range r.IntN(7) {
		i := -1
		at, row := 0.0, map[int]float64{}
		for j := range point {
			if r.IntN(4) > 0 {
				row[j] = float64(r.IntN(13) - 5)
				if r.IntN(10) == 0 {
					row[j] += 0.5
				}
				at += row[j] * point[j]
			}
		}
		slack := float64(r.IntN(4))
		if !feasible {
			slack = float64(r.IntN(9) - 6)
		}
		switch r.IntN(4) {
		case 0:
			i = b.Row(at, at)
		case 1:
			i = b.Row(at-slack, math.Inf(1))
		case 2:
			i = b.Row(at-max(0, slack), at+max(0, slack))
		default:
			i = b.Row(math.Inf(-1), at+slack)
		}
		for j := range point {
			b.Add(i, j, row[j])
			if r.IntN(20) == 0 {
				b.Add(i, j, 1)
			}
		}
	}
	p = b.Program()
	p.Maximize, p.Offset = r.IntN(2) == 0, float64(r.IntN(21)-10)
	return p, low[:whole], high[:whole]
}

// enumerate returns the optimum of a program. It tries all values of the whole columns, which come
// first and lie in a box.
func enumerate(t *testing.T, p *program.Program, low, high []float64) (best float64, feasible bool) {
	best = math.Inf(1)
	if p.Maximize {
		best = math.Inf(-1)
	}
	x := make([]float64, p.Columns())
	q := *p
	q.Lower, q.Upper = slices.Clone(p.Lower), slices.Clone(p.Upper)
	var visit func(j int)
	visit = func(j int) {
		if j < len(low) {
			for v := low[j]; v <= high[j]; v++ {
				if v >= p.Lower[j] && v <= p.Upper[j] {
					x[j], q.Lower[j], q.Upper[j] = v, v, v
					visit(j + 1)
				}
			}
			return
		}
		if len(low) < p.Columns() {
			r, err := linear.Solve(context.Background(), &q, linear.Controls{})
			if err != nil {
				t.Fatal(err)
			}
			if r.Status != linear.Optimal {
				return
			}
			copy(x[len(low):], r.X[len(low):])
		}
		if rows, _ := p.Violation(x); rows <= 1e-7 {
			feasible = true
			if v := p.Objective(x); p.Maximize {
				best = max(best, v)
			} else {
				best = min(best, v)
			}
		}
	}
	visit(0)
	return best, feasible
}

func near(a, b float64) bool { return a == b || math.Abs(a-b) <= 1e-6*(1+math.Abs(b)) }

// checkAnswer checks what every answer must satisfy, for a program with a known optimum.
func checkAnswer(t *testing.T, p *program.Program, o Answer, best float64, feasible bool) {
	sign := 1.0
	if p.Maximize {
		sign = -1
	}
	if o.X != nil {
		if rows, integers := p.Violation(o.X); rows > feasibleTolerance || integers != 0 {
			t.Fatalf("the solution violates rows by %v and integers by %v", rows, integers)
		}
		if !near(p.Objective(o.X), o.Objective) {
			t.Fatalf("objective %v, but X has %v", o.Objective, p.Objective(o.X))
		}
		if !feasible || sign*o.Objective < sign*best-1e-6*(1+math.Abs(best)) {
			t.Fatalf("objective %v is better than the best, %v", o.Objective, best)
		}
	}
	if feasible && sign*o.Bound > sign*best+1e-6*(1+math.Abs(best)) {
		t.Fatalf("bound %v is beyond the best, %v", o.Bound, best)
	}
	if o.Gap < 0 || math.IsNaN(o.Gap) || o.Gap != Gap(o.Objective, o.Bound) {
		t.Fatalf("gap %v with objective %v and bound %v", o.Gap, o.Objective, o.Bound)
	}
	switch o.Ending {
	case Optimal:
		if o.X == nil || !near(o.Objective, best) || o.Gap != 0 {
			t.Fatalf("called optimal: %v with gap %v, the best is %v", o.Objective, o.Gap, best)
		}
	case Infeasible:
		if feasible {
			t.Fatalf("called infeasible, the best is %v", best)
		}
	case NodeLimit, StepLimit, WithinGap:
	default:
		t.Fatalf("the search ended as %v", o.Ending)
	}
}

func TestRandomProgramsAreSolvedAsByEnumeration(t *testing.T) {
	endings := map[Ending]int{}
	for seed := range uint64(randomPrograms) {
		p, low, high := draw(rand.New(rand.NewPCG(seed, 1)))
		best, feasible := enumerate(t, p, low, high)
		o := solve(t, p, Terms{})
		checkSeed(t, seed, p, o, best, feasible)
		if o.Ending != Optimal && o.Ending != Infeasible {
			t.Fatalf("program %d ended as %v", seed, o.Ending)
		}
		endings[o.Ending]++
		if again := solve(t, p, Terms{}); !reflect.DeepEqual(o, again) {
			t.Fatalf("program %d: %+v, and then %+v", seed, o, again)
		}
		for nodes := 1; nodes < o.Nodes && nodes < 20; nodes *= 3 {
			limited := solve(t, p, Terms{Nodes: nodes})
			checkSeed(t, seed, p, limited, best, feasible)
			if again := solve(t, p, Terms{Nodes: nodes}); !reflect.DeepEqual(limited, again) {
				t.Fatalf("program %d with %d nodes: %+v, and then %+v", seed, nodes, limited, again)
			}
		}
		within := solve(t, p, Terms{Gap: 0.2})
		checkSeed(t, seed, p, within, best, feasible)
		if within.Ending == WithinGap && within.Gap > 0.2 {
			t.Fatalf("program %d ended with gap %v", seed, within.Gap)
		}
	}
	t.Log(endings)
	if endings[Optimal] < randomPrograms/2 || endings[Infeasible] < randomPrograms/50 {
		t.Errorf("endings seen: %v", endings)
	}
}

func checkSeed(t *testing.T, seed uint64, p *program.Program, o Answer, best float64, feasible bool) {
	defer func() {
		if t.Failed() {
			t.Logf("program %d: %+v, answer %+v", seed, *p, o)
		}
	}()
	checkAnswer(t, p, o, best, feasible)
}

func solve(t testing.TB, p *program.Program, terms Terms) Answer {
	o, err := Solve(context.Background(), p, terms)
	if err != nil {
		t.Fatal(err)
	}
	return o
}
