package integer

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"wavetank/policies/optimize/linear"
	"wavetank/policies/optimize/program"
)

// farthest returns the largest value of a cut's left side over all solutions of a model whose whole
// columns lie in a small box. It is −Inf if there is no solution.
func farthest(t *testing.T, m *model, c *cut) float64 {
	p := m.program()
	p.Maximize, p.Offset, p.Cost = true, 0, make([]float64, len(m.cost))
	for k, j := range c.columns {
		p.Cost[j] = c.values[k]
	}
	order, at := []int{}, make([]int, len(m.cost))
	for pass := range 2 {
		for j := range m.cost {
			if m.whole[j] == (pass == 0) {
				at[j] = len(order)
				order = append(order, j)
			}
		}
	}
	q := reordered(p, order, at)
	var low, high []float64
	for _, j := range order {
		if m.whole[j] {
			low, high = append(low, m.lower[j]), append(high, m.upper[j])
		}
	}
	best, _ := enumerate(t, q, low, high)
	return best
}

// reordered returns a program with its columns in another order.
func reordered(p *program.Program, order, at []int) *program.Program {
	var b program.Builder
	for _, j := range order {
		b.Column(p.Cost[j], p.Lower[j], p.Upper[j])
	}
	for i := range p.RowLower {
		b.Row(p.RowLower[i], p.RowUpper[i])
	}
	for j := range p.Cost {
		rows, values := p.Column(j)
		for k, i := range rows {
			b.Add(i, at[j], values[k])
		}
	}
	q := b.Program()
	q.Maximize = p.Maximize
	return q
}

// boxed reports whether the whole columns of a model lie in a small box.
func boxed(m *model) bool {
	size := 1.0
	for j, whole := range m.whole {
		if whole {
			size *= m.upper[j] - m.lower[j] + 1
		}
	}
	return size <= 2000
}

func TestCutsKeepEverySolution(t *testing.T) {
	kinds := map[string]int{}
	for seed := range uint64(3 * randomPrograms) {
		p, _, _ := draw(rand.New(rand.NewPCG(seed, 2)))
		s := newSearch(context.Background(), p, Terms{})
		if !s.m.presolve() || !boxed(s.m) {
			continue
		}
		s.d = newDomain(s.m)
		s.lp, _ = newRelaxation(s.m)
		r := newRounding(s.m, s.d)
		for round := range 3 {
			s.lp.solve(context.Background(), math.Inf(1))
			if s.lp.Status != linear.Optimal {
				break
			}
			s.keep()
			r.at(s.x)
			made := map[string][]*cut{
				"gomory": r.gomoryCuts(s.lp.simplex, nil), "rows": r.rowCuts(nil), "cover": r.knapsackCuts(nil, r.cover),
				"clique": r.knapsackCuts(nil, r.clique),
			}
			for kind, cuts := range made {
				for _, c := range cuts {
					kinds[kind]++
					if most := farthest(t, s.m, c); most > c.upper+1e-6*(1+math.Abs(c.upper)) {
						t.Fatalf("program %d, round %d: a %s cut %v·x%v ≤ %v cuts off a solution with %v of %+v",
							seed, round, kind, c.values, c.columns, c.upper, most, p)
					}
				}
			}
			for _, c := range pick(slices.Concat(made["gomory"], made["rows"], made["cover"], made["clique"]), 10, len(s.x)) {
				s.lp.simplex.AddRow(math.Inf(-1), c.upper, c.columns, c.values)
				r.addRow(&row{c.columns, c.values, math.Inf(-1), c.upper})
			}
		}
	}
	t.Log(kinds)
	for _, kind := range []string{"gomory", "rows", "cover", "clique"} {
		if kinds[kind] < 100 {
			t.Errorf("only %d %s cuts were made", kinds[kind], kind)
		}
	}
}

func TestCoverIsLifted(t *testing.T) {
	// 5a + 5b + 5c + 9d ≤ 12: {a, b, c} is a cover. With d, no other item fits.
	var b program.Builder
	i := b.Row(math.Inf(-1), 12)
	for _, w := range []float64{5, 5, 5, 9} {
		b.Add(i, b.Integer(-1, 0, 1), w)
	}
	m := newModel(b.Program())
	r := newRounding(m, newDomain(m))
	r.at([]float64{0.8, 0.8, 0.8, 0})
	cuts := r.knapsackCuts(nil, r.cover)
	if len(cuts) != 1 || cuts[0].upper != 2 || len(cuts[0].columns) != 4 || cuts[0].values[3] != 2 {
		t.Fatalf("got %+v, want a + b + c + 2d ≤ 2", cuts)
	}
}
