package integer

import "wavetank/policies/optimize/linear"

// node is a part of the search: the solutions within the bounds of its parent and its own changes.
// Children share the basis with which their parent ended.
type node struct {
	parent  *node
	changes []change
	basis   *linear.Basis
	bound   float64 // no solution in it has a lower objective
	depth   int
	number  int // in the order in which nodes were made
	taken   bool
	mark    int // where its changes begin in the trail of the domain

	// How it came from its parent, for pseudocosts.
	column   int     // −1: the root
	up       bool    // the column was rounded up
	distance float64 // by how much
	base     float64 // objective of the relaxation of the parent
}

// path appends the nodes from the root to this one.
func (n *node) path(to []*node) []*node {
	if n.parent != nil {
		to = n.parent.path(to)
	}
	return append(to, n)
}
