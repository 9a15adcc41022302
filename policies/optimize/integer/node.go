package integer

import "wavetank/policies/optimize/linear"

// node is a node of the tree: the solutions within the bounds of its parent and its own changes of
// bounds. Children begin with the last basis of their parent.
type node struct {
	parent  *node
	changes []change
	basis   *linear.Basis
	bound   float64 // no solution of the node has a lower objective
	depth   int
	number  int // sequence number
	at      int // index in tree.best, unless taken
	taken   bool
	mark    int // index in the domain's trail at which its changes begin

	// The branching that made the node, for pseudocosts.
	column   int     // −1: the root
	up       bool    // the column was rounded up
	distance float64 // distance by which the column was rounded
	base     float64 // objective of the parent's relaxation
}

// path appends the nodes from the root to this one.
func (n *node) path(to []*node) []*node {
	if n.parent != nil {
		to = n.parent.path(to)
	}
	return append(to, n)
}
