package programfile

import (
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wavetank/policies/optimize/program"
	"wavetank/sim/simtest/shared"
)

// classic is a published problem with integers and its optimum.
type classic struct {
	name    string
	p       *program.Program
	optimum float64
}

// classics returns the available problems of the OR-Library: generalised assignment,
// multidimensional knapsacks, knapsacks.
func classics(t testing.TB) (all []classic) {
	t.Helper()
	all = append(all, assignments(t)...)
	all = append(all, multiKnapsacks(t)...)
	return append(all, knapsacks(t)...)
}

// numbers reads the numbers of a text one after the other.
type numbers struct {
	t    testing.TB
	from io.Reader
}

func (n numbers) next() float64 {
	var v float64
	if _, err := fmt.Fscan(n.from, &v); err != nil {
		n.t.Fatal(err)
	}
	return v
}

func (n numbers) list(count int) []float64 {
	list := make([]float64, count)
	for i := range list {
		list[i] = n.next()
	}
	return list
}

// assignments reads generalised assignment problems: each job goes to one agent, at least cost.
func assignments(t testing.TB) (all []classic) {
	table := shared.Path(t, "instances", "gap", "optima.csv")
	for _, line := range lines(t, table)[1:] {
		var set string
		var jobs, agents int
		var bound, optimum float64
		if _, err := fmt.Sscanf(strings.ReplaceAll(line, ",", " "), "cattrysse1994/%s orlibrary cattrysse1994 %d %d %g %g", &set, &jobs, &agents, &bound, &optimum); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		in := numbers{t, shared.Open(t, "instances", "gap", set)}
		if a, j := int(in.next()), int(in.next()); a != agents || j != jobs {
			t.Fatalf("%s has %d agents and %d jobs", set, a, j)
		}
		costs, loads, capacities := in.list(agents*jobs), in.list(agents*jobs), in.list(agents)
		var b program.Builder
		for range jobs {
			b.Row(1, 1)
		}
		for a := range agents {
			capacity := b.Row(math.Inf(-1), capacities[a])
			for j := range jobs {
				x := b.Integer(costs[a*jobs+j], 0, 1)
				b.Add(j, x, 1)
				b.Add(capacity, x, loads[a*jobs+j])
			}
		}
		all = append(all, classic{set, b.Program(), optimum})
	}
	return all
}

// multiKnapsacks reads knapsacks with several limits. An optimum of 0 means that it is not known.
func multiKnapsacks(t testing.TB) (all []classic) {
	in := numbers{t, shared.Open(t, "instances", "mknap", "mknap1.txt")}
	for i := range int(in.next()) {
		items, limits, optimum := int(in.next()), int(in.next()), in.next()
		values := in.list(items)
		weights, capacities := in.list(items*limits), in.list(limits)
		all = append(all, classic{fmt.Sprintf("mknap1-%d", i+1), packing(values, weights, capacities), optimum})
	}
	return all
}

// knapsacks reads plain knapsacks.
func knapsacks(t testing.TB) (all []classic) {
	folder := shared.Path(t, "instances", "knapsack", "low-dimensional")
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		in := numbers{t, shared.Open(t, "instances", "knapsack", "low-dimensional", e.Name())}
		items := int(in.next())
		pairs, capacity := in.list(2*items), in.next()
		values, weights := make([]float64, items), make([]float64, items)
		for i := range items {
			values[i], weights[i] = pairs[2*i], pairs[2*i+1]
		}
		best := numbers{t, shared.Open(t, "instances", "knapsack", "low-dimensional-optimum", e.Name())}
		all = append(all, classic{e.Name(), packing(values, weights, []float64{capacity}), best.next()})
	}
	return all
}

// packing returns the program of a knapsack: choose the items of the largest total value within
// every limit.
func packing(values, weights, capacities []float64) *program.Program {
	var b program.Builder
	for _, v := range values {
		b.Integer(v, 0, 1)
	}
	for i, c := range capacities {
		row := b.Row(math.Inf(-1), c)
		for j := range values {
			b.Add(row, j, weights[i*len(values)+j])
		}
	}
	p := b.Program()
	p.Maximize = true
	return p
}

func lines(t testing.TB, path string) []string {
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

func TestClassicProblemsAreWrittenWhole(t *testing.T) {
	for _, c := range classics(t) {
		for _, name := range []string{"p.mps", "p.lp"} {
			back := writeAndRead(t, name, c.p)
			back.Names, back.RowNames = nil, nil
			if diff := cmp.Diff(c.p, back); diff != "" {
				t.Errorf("%s as %s: %s", c.name, name, diff)
			}
		}
	}
}

// TestClassicProblemsAreSolvedFromFiles writes and reads each problem, and solves it. The result
// must be the published optimum.
func TestClassicProblemsAreSolvedFromFiles(t *testing.T) {
	for _, c := range classics(t) {
		status, objective := solveHere(t, writeAndRead(t, "p.mps", c.p))
		if status != "optimal" || !near(objective, c.optimum) {
			t.Errorf("%s: %s %v, want %v", c.name, status, objective, c.optimum)
		}
	}
}
