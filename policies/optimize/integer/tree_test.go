package integer

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestTreeTakesTheLowestBoundOnceASolutionIsKnown(t *testing.T) {
	var open tree
	for _, bound := range []float64{5, 3, 4, 3} {
		open.add(&node{bound: bound})
	}
	for _, want := range []struct {
		bound  float64
		number int
	}{{3, 4}, {3, 2}, {4, 3}, {5, 1}} {
		if open.bound() != want.bound {
			t.Fatalf("the bound is %v, want %v", open.bound(), want.bound)
		}
		if n := open.next(true); n.bound != want.bound || n.number != want.number {
			t.Fatalf("took node %d with bound %v, want %v", n.number, n.bound, want)
		}
	}
	if open.next(true) != nil || !math.IsInf(open.bound(), 1) {
		t.Error("nodes are left")
	}
}

func TestTreeTakesTheNewestWhileNoSolutionIsKnown(t *testing.T) {
	var open tree
	for k := range 20 {
		open.add(&node{bound: float64(k)})
	}
	for k := range 7 {
		if n := open.next(false); n.number != 20-k {
			t.Fatalf("took node %d, want %d", n.number, 20-k)
		}
	}
	if n := open.next(false); n.number != 1 {
		t.Errorf("every eighth node is the one with the lowest bound; took %d", n.number)
	}
}

func TestTreeStopsGrowing(t *testing.T) {
	var open tree
	for k := range mostOpen + 1 {
		open.add(&node{bound: float64(k)})
	}
	if n := open.next(true); n.number != mostOpen+1 {
		t.Errorf("took node %d of %d, want the newest", n.number, mostOpen+1)
	}
	open.prune(1000)
	if len(open.best) != 1000 || len(open.newest) != 1000 {
		t.Errorf("%d and %d nodes are left below 1000", len(open.best), len(open.newest))
	}
}

// TestTreeKnowsItsBoundWhileNodesAreProcessed raises the bound of each taken node, as searches do,
// and adds children with this bound. The tree's bound is always the lowest one of its open nodes.
func TestTreeKnowsItsBoundWhileNodesAreProcessed(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var open tree
	nodes := []*node{{}}
	open.add(nodes[0])
	for turn := range 5000 {
		n := open.next(r.IntN(2) == 0)
		if n == nil {
			break
		}
		n.bound += r.Float64()
		for range 2 {
			if child := (&node{bound: n.bound, depth: n.depth + 1}); r.IntN(20) > 0 {
				nodes = append(nodes, child)
				open.add(child)
			}
		}
		if turn%100 == 99 {
			open.prune(n.bound + 1)
		}
		want := math.Inf(1)
		for _, n := range nodes {
			if !n.taken {
				want = min(want, n.bound)
			}
		}
		if open.bound() != want {
			t.Fatalf("turn %d: the bound is %v, but the lowest open node has %v", turn, open.bound(), want)
		}
	}
	if len(nodes) < 1000 {
		t.Errorf("only %d nodes were made", len(nodes))
	}
}
