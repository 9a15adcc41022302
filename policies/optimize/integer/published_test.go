package integer_test

import (
	"context"
	"math"
	"testing"

	"wavetank/policies/optimize/integer"
	"wavetank/policies/optimize/program"
	"wavetank/policies/optimize/programfile"
	"wavetank/sim/simtest/shared"
	"wavetank/workload/table"
)

// published lists problems of MIPLIB 3 with their optima (miplib.zib.de), and a limit of about
// twice the nodes that they need.
var published = []struct {
	name      string
	objective float64
	nodes     int
}{
	{"bell3a", 878430.316, 45_000},
	{"egout", 568.1007, 10},
	{"flugpl", 1201500, 600},
	{"p0033", 3089, 40},
	{"stein27", 18, 9_000},
	{"vpm1", 20, 40},
}

func read(t testing.TB, name string) *program.Program {
	p, _, err := programfile.Read(table.OnDisk(shared.Path(t, "instances", "miplib3", name+".mps.gz")))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPublishedProgramsAreProvedInFewNodes(t *testing.T) {
	for _, c := range published {
		p := read(t, c.name)
		o, err := integer.Solve(context.Background(), p, integer.Terms{Nodes: c.nodes})
		if err != nil {
			t.Fatal(err)
		}
		if o.Ending != integer.Optimal || math.Abs(o.Objective-c.objective) > 1e-6*c.objective {
			t.Errorf("%s ends as %v with %v after %d nodes, want %v", c.name, o.Ending, o.Objective, o.Nodes, c.objective)
		}
		if rows, integers := p.Violation(o.X); rows > 1e-6 || integers != 0 {
			t.Errorf("%s: rows are violated by %v, integers by %v", c.name, rows, integers)
		}
		t.Logf("%s: %d nodes, %d iterations, %d cuts", c.name, o.Nodes, o.Iterations, o.Cuts)
	}
}

func BenchmarkPublished(b *testing.B) {
	for _, c := range published {
		p := read(b, c.name)
		b.Run(c.name, func(b *testing.B) {
			var o integer.Answer
			for b.Loop() {
				o, _ = integer.Solve(context.Background(), p, integer.Terms{})
			}
			b.ReportMetric(float64(o.Nodes), "nodes")
			b.ReportMetric(float64(o.Iterations), "iterations")
		})
	}
}
