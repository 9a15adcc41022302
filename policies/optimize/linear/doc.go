// Package linear solves linear programs by the simplex method on sparse factors.
//
//	Solve      solves a program once, with presolve
//	Simplex    solves a program repeatedly while bounds, costs and rows change
//	Result     the result of a solve, with the multipliers that prove it
//	Basis      which columns and rows are basic, and at which bound the others are
//	Ranging    how far one cost or row bound may move while the basis stays optimal
//
// A Simplex keeps a basis: as many basic variables as there are rows. All other variables are at a
// bound. There are two methods:
//
//   - The dual method (dual.go, ratio.go) starts when all reduced costs have the right signs, and
//     brings values within their bounds.
//   - The primal method (primal.go) starts with values within bounds, or brings them there, and
//     then corrects the signs of reduced costs. It also finishes runs of the dual method after
//     perturbed costs are restored.
//
// solve.go chooses between the methods, and steps.go repeats the steps of either. Both solve
// systems with the basis matrix. lu.go holds the factors of this matrix. factor.go, kernel.go and
// markowitz.go compute them, update.go updates them after a step, and triangle.go solves with one
// triangular factor.
//
// Every result is verified without the factors, from the coefficients of the program (verify.go):
// activities and reduced costs for an optimum, a combination of rows for a program without a
// solution, and a ray for an objective without a bound.
//
// Solve first makes the program smaller (presolve*.go). In the end it computes a basis of the whole
// program (postsolve.go). scale.go multiplies rows and columns by powers of two.
//
// The same calls give the same results on every architecture: no decision depends on time or on the
// order of a map, and products are rounded before they are added.
package linear
