package integer

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"wavetank/policies/optimize/program"
)

// allocation returns a program like that of an allocation problem: whole numbers of replicas of
// models on whole numbers of machines of several types, with a price for demand that is not served.
func allocation(seed uint64, models, types int) *program.Program {
	r := rand.New(rand.NewPCG(seed, 9))
	var b program.Builder
	compute, memory := make([]int, types), make([]int, types)
	for k := range types {
		machines := b.Integer(0.3+3*r.Float64(), 0, float64(5+r.IntN(30)))
		compute[k], memory[k] = b.Row(math.Inf(-1), 0), b.Row(math.Inf(-1), 0)
		b.Add(compute[k], machines, -8)
		b.Add(memory[k], machines, float64(-16*(1+r.IntN(3))))
	}
	for range models {
		demand := b.Row(float64(50+r.IntN(800)), math.Inf(1))
		b.Add(demand, b.Column(10, 0, math.Inf(1)), 1)
		for k := range types {
			if r.IntN(10) < 3 {
				continue
			}
			replicas := b.Integer(0.001*float64(r.IntN(4)), 0, 200)
			b.Add(demand, replicas, 8+100*r.Float64())
			b.Add(compute[k], replicas, float64(1+r.IntN(7)))
			b.Add(memory[k], replicas, float64(2+r.IntN(20)))
		}
	}
	return b.Program()
}

// BenchmarkAllocation solves programs as large as those that allocators solve every few seconds of
// a simulation, without a first solution and with their own solution as the first.
func BenchmarkAllocation(b *testing.B) {
	for _, c := range []struct{ models, types, nodes int }{{3, 2, 0}, {5, 3, 0}, {20, 6, 200}, {60, 10, 200}} {
		p := allocation(1, c.models, c.types)
		terms := Terms{Nodes: c.nodes, Gap: 1e-3}
		first := solve(b, p, terms)
		for _, from := range []string{"nothing", "plan"} {
			b.Run(fmt.Sprintf("%dx%d/%s", c.models, c.types, from), func(b *testing.B) {
				begin := terms
				if from == "plan" {
					begin.Start = first.X
				}
				b.ReportAllocs()
				var o Answer
				for b.Loop() {
					o = solve(b, p, begin)
				}
				b.ReportMetric(float64(o.Nodes), "nodes")
				b.ReportMetric(float64(o.Iterations), "iterations")
				b.ReportMetric(100*o.Gap, "gap-%")
			})
		}
	}
}

// BenchmarkKnapsacks proves the optimum of programs whose trees have a few hundred nodes.
func BenchmarkKnapsacks(b *testing.B) {
	for _, rows := range []int{5, 10} {
		p := knapsacks(1, rows, 40)
		b.Run(fmt.Sprintf("%d-rows", rows), func(b *testing.B) {
			var o Answer
			for b.Loop() {
				o = solve(b, p, Terms{})
			}
			b.ReportMetric(float64(o.Nodes), "nodes")
			b.ReportMetric(float64(o.Iterations), "iterations")
		})
	}
}

func TestAllocationsBeginWithTheLastPlan(t *testing.T) {
	for seed := range uint64(10) {
		p := allocation(seed, 6, 3)
		plan := solve(t, p, Terms{Nodes: 50})
		if plan.X == nil {
			t.Fatalf("program %d: no plan after 50 nodes", seed)
		}
		for i := range p.RowLower {
			p.RowLower[i] *= 1.1 // the demand rises
		}
		fresh, begun := solve(t, p, Terms{Nodes: 50}), solve(t, p, Terms{Nodes: 50, Start: plan.X})
		if begun.X == nil || begun.Objective < fresh.Bound-1e-6*math.Abs(fresh.Bound) {
			t.Errorf("program %d: begun with the last plan %v, afresh %v of %v", seed, begun.Objective, fresh.Objective, fresh.Bound)
		}
	}
}

func TestRootFindsPlansForAllocations(t *testing.T) {
	for seed := range uint64(10) {
		if o := solve(t, allocation(seed, 20, 6), Terms{Nodes: 2}); !(o.Gap < 0.2) {
			t.Errorf("program %d: the gap is %v after the root", seed, o.Gap)
		}
	}
}
