// Package integer solves mixed-integer linear programs by branch and bound. A program is data of
// package program; its linear relaxations are solved by package linear.
//
//	Solve  the best solution, a bound that proves how good it is, and why the search ended
//	Terms  limits, a first solution, a receiver of progress; the zero value is ready for use
//
// The steps of a search:
//
//	model.go, presolve.go       the program that is searched: smaller and tighter
//	domain.go, propagate.go     bounds of columns, and what follows from them in the rows
//	relaxation.go               the linear program of a node
//	root.go                     the first node
//	separate.go, cut.go         cuts at the root; each kind has a file of its own
//	round.go, dive.go, near.go  heuristics that find solutions
//	pseudocost.go, branch.go    which column to branch on
//	split.go                    the children of a node
//	node.go, tree.go            the open nodes, and the order in which they are taken
//	search.go                   all of it together
//
// A search is a pure function of the program and the terms, as long as neither the context nor
// its deadline ends it. There is no clock and no chance in it.
package integer
