// Package linear solves linear programs by the simplex method on sparse factors.
//
//	Solve      solves a program once, with presolve
//	Simplex    solves a program again and again while bounds, costs and rows change
//	Result     what a solve found, with the multipliers that prove it
//	Basis      where the columns and rows of a Simplex are
//	Ranging    how far costs and bounds of rows may move alone while the basis stays optimal
//	DualBound  the bound on the objective that any multipliers prove
//
// A Simplex keeps a basis: as many variables as there are rows, the others being at a bound. The
// dual method (dual.go, ratio.go) starts where reduced costs have the right signs and brings values
// within their bounds; the primal method (primal.go) does the opposite, and ends runs of the dual
// one after perturbed costs are taken back. solve.go chooses between them, and steps.go repeats the
// steps of either. Both need solutions of systems with the basis matrix: lu.go holds its factors,
// factor.go, kernel.go and markowitz.go compute them, update.go follows a step, and triangle.go
// solves with one triangle, by looking for the entries that are needed where few are.
//
// No end is claimed from the factors alone. verify.go computes activities and reduced costs from
// the coefficients, for optima; combinations of rows, for programs without a solution; and rays,
// for objectives without a bound.
//
// Solve first makes the program smaller (presolve*.go) and finds a basis of the whole program in
// the end (postsolve.go). scale.go multiplies rows and columns by powers of two.
//
// Results are the same for the same calls: no decision depends on time or on the order of a map.
// The last digits may differ between architectures, where multiplications and additions are fused.
package linear
