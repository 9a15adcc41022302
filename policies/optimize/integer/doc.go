// Package integer solves mixed-integer linear programs by branch and bound. Programs are those of
// package program. Package linear solves the linear relaxations.
//
//	Solve  the best solution, a bound that proves how good it is, and why the search ended
//	Terms  limits, a first solution, a function for progress; the zero value is ready for use
//
// These words have a fixed meaning here:
//
//   - A whole column is a column that must have a whole (integer) value. A column with a fraction
//     is a whole column with another value in the relaxation.
//   - The best solution is the best one found so far (the incumbent).
//   - The cutoff is the objective below which a further solution must be.
//   - A node is empty if it has no solution below the cutoff.
//
// The parts of a search:
//
//	model.go, presolve.go       the program that is searched: smaller and tighter
//	domain.go, propagate.go     bounds of columns, and the bounds that follow from rows
//	relaxation.go               the linear program of a node
//	root.go                     the first node
//	separate.go, cut.go         cuts at the root; each kind has its own file
//	round.go, dive.go, near.go  heuristics that find solutions
//	pseudocost.go, branch.go    which column to branch on
//	split.go                    the children of a node
//	node.go, tree.go            the open nodes, and the order in which they are taken
//	search.go                   all of it together
//
// A search is a pure function of the program and the terms, unless the context ends it. It uses
// neither the time nor random numbers.
package integer
