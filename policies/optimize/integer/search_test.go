package integer

import (
	"context"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"wavetank/policies/optimize/program"
)

// knapsacks returns a program of several binary knapsacks (rows) with n columns. Its tree has some
// nodes.
func knapsacks(seed uint64, rows, n int) *program.Program {
	r := rand.New(rand.NewPCG(seed, 5))
	var b program.Builder
	for range n {
		b.Integer(float64(20+r.IntN(60)), 0, 1)
	}
	for range rows {
		weights, sum := make([]float64, n), 0.0
		for j := range weights {
			weights[j] = float64(5 + r.IntN(90))
			sum += weights[j]
		}
		i := b.Row(math.Inf(-1), math.Floor(sum/2))
		for j, w := range weights {
			b.Add(i, j, w)
		}
	}
	p := b.Program()
	p.Maximize = true
	return p
}

func TestUnboundedProgramsAreToldFromInfeasibleOnes(t *testing.T) {
	seen := map[Ending]int{}
	for seed := range uint64(300) {
		p, feasible := drawUnbounded(rand.New(rand.NewPCG(seed, 6)))
		o := solve(t, p, Terms{Nodes: 1000})
		seen[o.Ending]++
		switch {
		case feasible && o.Ending != Unbounded:
			t.Fatalf("program %d is unbounded, called %v: %+v", seed, o.Ending, p)
		case !feasible && o.Ending != Infeasible:
			t.Fatalf("program %d has no solution, called %v: %+v", seed, o.Ending, p)
		}
		if o.Ending == Unbounded {
			if rows, integers := p.Violation(o.X); rows > feasibleTolerance || integers > 0 {
				t.Fatalf("program %d: the solution is not feasible", seed)
			}
			if sign := map[bool]float64{true: 1, false: -1}[p.Maximize]; !math.IsInf(o.Bound*sign, 1) {
				t.Fatalf("program %d: bound %v", seed, o.Bound)
			}
		}
	}
	if seen[Unbounded] < 50 || seen[Infeasible] < 20 {
		t.Errorf("endings seen: %v", seen)
	}
}

// TestSolutionsBeyondAllNumbersAreNotClaimed: programs with solutions whose objective overflows are
// never called infeasible, and none of them is called optimal.
func TestSolutionsBeyondAllNumbersAreNotClaimed(t *testing.T) {
	for _, u := range []float64{1e9, 1e10, 1e15} {
		for _, maximize := range []bool{false, true} {
			var b program.Builder
			b.Integer(1e300, 0, u)
			b.Integer(1e300, 0, u)
			i := b.Row(u, math.Inf(1))
			b.Add(i, 0, 1)
			b.Add(i, 1, 1)
			p := b.Program()
			p.Maximize = maximize
			if o := solve(t, p, Terms{Nodes: 1000}); o.Ending != Unresolved || o.X != nil {
				t.Errorf("up to %v, maximize %v: %v with %v", u, maximize, o.Ending, o.X)
			}
		}
	}
}

// drawUnbounded returns a random program with a direction in which the objective improves without
// end, and whether the program has a solution. If it has none, its relaxation still has one.
func drawUnbounded(r *rand.Rand) (*program.Program, bool) {
	var b program.Builder
	n := 2 + r.IntN(3)
	direction, gain := make([]float64, n), 0.0
	for j := range n {
		direction[j] = float64(r.IntN(3) - 1)
		cost := float64(r.IntN(5) - 3)
		gain += cost * direction[j]
		if r.IntN(3) == 0 {
			b.Column(cost, math.Inf(-1), math.Inf(1))
		} else {
			b.Integer(cost, math.Inf(-1), math.Inf(1))
		}
	}
	for gain >= 0 { // add columns until the objective falls in the direction
		b.Integer(-1-gain, 0, math.Inf(1))
		direction = append(direction, 1)
		gain -= 1 + gain
	}
	for range 1 + r.IntN(3) {
		i, along := b.Row(math.Inf(-1), float64(r.IntN(9))), 0.0
		for j := range direction {
			a := float64(r.IntN(7) - 3)
			if along+a*direction[j] > 0 {
				a = -a
			}
			along += a * direction[j]
			b.Add(i, j, a)
		}
	}
	feasible := r.IntN(3) > 0
	if !feasible { // add 2x + 2y = 1, which has no whole solution
		i := b.Row(1, 1)
		b.Add(i, b.Integer(0, math.Inf(-1), 5), 2)
		b.Add(i, b.Integer(0, -9, math.Inf(1)), 2)
	}
	p := b.Program()
	if p.Maximize = r.IntN(2) == 0; p.Maximize {
		for j := range p.Cost {
			p.Cost[j] = -p.Cost[j]
		}
	}
	return p, feasible
}

func TestStopByNodesIsRepeatable(t *testing.T) {
	p := knapsacks(1, 10, 40)
	var last Answer
	for _, nodes := range []int{1, 2, 10, 30} {
		first := solve(t, p, Terms{Nodes: nodes})
		if again := solve(t, p, Terms{Nodes: nodes}); !reflect.DeepEqual(first, again) {
			t.Errorf("%d nodes give %+v, and then %+v", nodes, first, again)
		}
		if first.Ending != NodeLimit || first.Nodes != nodes {
			t.Errorf("%d nodes end as %v after %d", nodes, first.Ending, first.Nodes)
		}
		if last.X != nil && (first.Objective < last.Objective || first.Bound > last.Bound) {
			t.Errorf("%d nodes give %v of %v, fewer gave %v of %v", nodes, first.Objective, first.Bound, last.Objective, last.Bound)
		}
		last = first
	}
	if full := solve(t, p, Terms{}); full.Ending != Optimal || full.Objective > last.Bound || full.Objective < last.Objective {
		t.Errorf("the best is %+v, 30 nodes gave %v of %v", full, last.Objective, last.Bound)
	}
}

func TestGapThatIsGoodEnoughEndsTheSearch(t *testing.T) {
	p := knapsacks(2, 5, 35)
	full := solve(t, p, Terms{})
	loose := solve(t, p, Terms{Gap: 0.02})
	if loose.Gap > 0.02 || loose.Nodes >= full.Nodes || loose.Bound < full.Objective {
		t.Errorf("gap %v after %d nodes with bound %v; the best, %v, took %d", loose.Gap, loose.Nodes, loose.Bound, full.Objective, full.Nodes)
	}
}

func TestStartIsKeptOrMended(t *testing.T) {
	p := knapsacks(3, 5, 35)
	best := solve(t, p, Terms{})
	o := solve(t, p, Terms{Start: best.X, Nodes: 1})
	if o.Objective != best.Objective {
		t.Errorf("begun with the best, %v, the search ends with %v", best.Objective, o.Objective)
	}
	full := make([]float64, p.Columns())
	for j := range full {
		full[j] = 1.2 // a start that violates the rows by far
	}
	if o := solve(t, p, Terms{Start: full}); o.Ending != Optimal || o.Objective != best.Objective {
		t.Errorf("begun with nonsense, the search ends as %v with %v, want %v", o.Ending, o.Objective, best.Objective)
	}
	full[0] = math.NaN()
	if o := solve(t, p, Terms{Start: full}); o.Objective != best.Objective {
		t.Errorf("begun with NaN, the search ends with %v, want %v", o.Objective, best.Objective)
	}
}

func TestProgressOnlyImproves(t *testing.T) {
	p := knapsacks(4, 5, 35)
	calls, last := 0, Snapshot{Objective: math.Inf(-1), Bound: math.Inf(1)}
	o := solve(t, p, Terms{Progress: func(s Snapshot) {
		if calls++; s.Objective < last.Objective || s.Bound > last.Bound || s.Nodes < last.Nodes || s.Bound < s.Objective {
			t.Errorf("%+v follows %+v", s, last)
		}
		last = s
	}})
	if calls == 0 || last.Objective != o.Objective {
		t.Errorf("%d calls, the last told %v of %v", calls, last.Objective, o.Objective)
	}
}

func TestCancelledSearchTellsWhatItHas(t *testing.T) {
	p := knapsacks(5, 5, 35)
	best := solve(t, p, Terms{})
	ctx, cancel := context.WithCancel(context.Background())
	o, err := Solve(ctx, p, Terms{Progress: func(s Snapshot) {
		if s.Nodes > 0 {
			cancel()
		}
	}})
	if err != nil || o.Ending != Interrupted || o.Bound < best.Objective || o.X != nil && o.Objective > best.Objective {
		t.Errorf("%v, %+v; the best is %v", err, o, best.Objective)
	}
	o, err = Solve(ctx, p, Terms{}) // the context ended before
	if err != nil || o.Ending != Interrupted || !math.IsInf(o.Bound, 1) && o.Bound < best.Objective {
		t.Errorf("%v, %+v", err, o)
	}
}

func TestFaultsAreToldTogether(t *testing.T) {
	p := knapsacks(6, 1, 3)
	p.Cost[1] = math.NaN()
	_, err := Solve(context.Background(), p, Terms{Nodes: -1, Rounds: -2, Gap: math.NaN(), Start: []float64{1}})
	for _, want := range []string{"number of nodes is -1", "number of rounds of cuts is -2", "gap is NaN", "start has 1 values", "cost of column 1 is NaN"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func TestSmallProgramsOfAllKinds(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		name string
		make func(b *program.Builder)
		want Ending
		best float64
	}{
		{"no columns", func(b *program.Builder) {}, Optimal, 0},
		{"no columns, one row that holds", func(b *program.Builder) { b.Row(-1, 1) }, Optimal, 0},
		{"no columns, one row that does not", func(b *program.Builder) { b.Row(1, 2) }, Infeasible, inf},
		{"no rows", func(b *program.Builder) { b.Integer(2, -3.5, 9) }, Optimal, -6},
		{"no rows, no bound", func(b *program.Builder) { b.Integer(2, math.Inf(-1), 9) }, Unbounded, 0},
		{"bounds that cross", func(b *program.Builder) { b.Integer(1, 2, 1) }, Infeasible, inf},
		{"no whole number between the bounds", func(b *program.Builder) { b.Integer(1, 0.2, 0.8) }, Infeasible, inf},
		{"2x = 3", func(b *program.Builder) { b.Add(b.Row(3, 3), b.Integer(1, -9, 9), 2) }, Infeasible, inf},
		{"rows that cross", func(b *program.Builder) {
			x, y := b.Column(1, 0, 9), b.Integer(1, 0, 9)
			for _, at := range []float64{3, 4} {
				i := b.Row(at, at)
				b.Add(i, x, 1)
				b.Add(i, y, 1)
			}
		}, Infeasible, inf},
		{"no whole columns", func(b *program.Builder) {
			i := b.Row(3, inf)
			b.Add(i, b.Column(2, 0, 1), 1)
			b.Add(i, b.Column(3, 0, inf), 1)
		}, Optimal, 8},
		// 3x − 5y = 1 with |x| + |y| least: x = 2, y = 1.
		{"free whole columns", func(b *program.Builder) {
			i := b.Row(1, 1)
			for j, a := range []float64{3, -5} {
				x := b.Integer(0, math.Inf(-1), inf)
				b.Add(i, x, a)
				for _, sign := range []float64{1, -1} {
					k := b.Row(0, inf)
					b.Add(k, x, sign)
					if sign > 0 {
						b.Column(1, 0, inf)
					}
					b.Add(k, 2*j+1, 1)
				}
			}
		}, Optimal, 3},
	} {
		var b program.Builder
		c.make(&b)
		o := solve(t, b.Program(), Terms{Nodes: 10000})
		if o.Ending != c.want || c.want == Optimal && !near(o.Objective, c.best) {
			t.Errorf("%s: %v with %v, want %v with %v", c.name, o.Ending, o.Objective, c.want, c.best)
		}
		if c.want == Infeasible && (o.X != nil || !math.IsInf(o.Objective, 1) || !math.IsInf(o.Gap, 1)) {
			t.Errorf("%s: %+v", c.name, o)
		}
	}
}
