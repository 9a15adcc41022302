package integer

import (
	"container/heap"
	"math"
)

// mostOpen bounds the number of open nodes, and so the memory. If there are more, the newest node
// is always next, so that their number grows by at most the depth of the tree.
const mostOpen = 50_000

// tree holds the open nodes twice: in the order of their bounds, and in the order in which they
// were made.
type tree struct {
	best   byBound
	newest []*node
	made   int
	jumps  int
}

// byBound is a heap of nodes. The lowest bound comes first; among equal bounds the deepest node,
// then the newest.
type byBound []*node

func (h byBound) Len() int { return len(h) }
func (h byBound) Less(i, k int) bool {
	a, b := h[i], h[k]
	if a.bound != b.bound {
		return a.bound < b.bound
	}
	if a.depth != b.depth {
		return a.depth > b.depth
	}
	return a.number > b.number
}
func (h byBound) Swap(i, k int) {
	h[i], h[k] = h[k], h[i]
	h[i].at, h[k].at = i, k
}
func (h *byBound) Push(n any) {
	n.(*node).at = len(*h)
	*h = append(*h, n.(*node))
}
func (h *byBound) Pop() any {
	last := len(*h) - 1
	n := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	return n
}

// add opens a node.
func (t *tree) add(n *node) {
	t.made++
	n.number = t.made
	heap.Push(&t.best, n)
	t.newest = append(t.newest, n)
	if len(t.newest) > 2*len(t.best)+1000 {
		t.newest = open(t.newest)
	}
}

// open removes the taken nodes from a slice, in place.
func open(nodes []*node) []*node {
	left := nodes[:0]
	for _, n := range nodes {
		if !n.taken {
			left = append(left, n)
		}
	}
	clear(nodes[len(left):])
	return left
}

// bound returns the lowest bound of the open nodes, or +Inf if there are none.
func (t *tree) bound() float64 {
	if len(t.best) == 0 {
		return math.Inf(1)
	}
	return t.best[0].bound
}

// next takes the next node, or returns nil if there is none. It is the node with the lowest bound.
// As long as no solution is known, it is mostly the newest node.
func (t *tree) next(solved bool) *node {
	if len(t.best) == 0 {
		return nil
	}
	t.jumps++
	n := t.best[0]
	if len(t.best) > mostOpen || !solved && t.jumps%8 != 0 {
		for t.newest[len(t.newest)-1].taken {
			t.newest = t.newest[:len(t.newest)-1]
		}
		n = t.newest[len(t.newest)-1]
	}
	n.taken = true
	heap.Remove(&t.best, n.at) // its bound may rise now, and would break the order
	return n
}

// prune drops the open nodes that cannot hold a solution below the cutoff.
func (t *tree) prune(cutoff float64) {
	for _, n := range t.best {
		n.taken = n.bound >= cutoff
	}
	t.best, t.newest = open(t.best), open(t.newest)
	for i, n := range t.best {
		n.at = i
	}
	heap.Init(&t.best)
}
