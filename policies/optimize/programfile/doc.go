// Package programfile reads and writes files of linear and mixed-integer programs. The formats are
// MPS, fixed and free, and the LP format of CPLEX. It does not solve programs.
//
//	Read   recognises the format by the content, and reads plain, gzip and zstd files
//	Write  returns the content of a file; the ending of its name says the format
//
// Solvers differ in how they read such files. These are the rules of this package, with the solvers
// that have the same rule:
//
//   - A bound or right-hand side of 1e20 or more is infinite (CPLEX, Gurobi, HiGHS).
//   - MPS: the first N row is the objective. Other N rows are dropped (all).
//   - MPS: the right-hand side of the objective is minus its constant (CPLEX, Gurobi, HiGHS, CBC;
//     GLPK 5.0 does not change the sign).
//   - MPS: a range R of an E row with right-hand side b means b to b+R if R > 0, and b+R to b if
//     R < 0 (all).
//   - MPS: if a column has a negative upper bound and no given lower bound, its lower bound is −∞
//     (CPLEX, Gurobi, HiGHS, CBC; GLPK 5.0 keeps 0). There is a warning.
//   - MPS: a column between integer markers without any given bound is 0 or 1. If any bound is
//     given, the upper bound of 1 does not apply (CPLEX, Gurobi, HiGHS, SCIP, CBC; in GLPK 5.0 only
//     a given upper bound has this effect). There is a warning.
//   - If a bound of a column is given twice, the last one counts (CPLEX). There is a warning if the
//     values differ.
//   - MPS: MI does not change the upper bound (CPLEX, Gurobi, HiGHS, CBC).
//   - LP: an upper bound never changes a lower bound, which is 0 if none is given (CPLEX). There is
//     a warning about a negative upper bound.
//   - LP: a binary column is within 0 and 1, unless its bounds say otherwise (HiGHS).
//
// Everything else is an error with its line: semi-continuous columns, special ordered sets,
// quadratic and general constraints, indicators, lazy constraints, cuts.
package programfile
