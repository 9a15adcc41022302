// Package programfile reads and writes linear and mixed-integer programs as files: MPS, fixed and
// free, and the LP format of CPLEX. It solves nothing.
//
//	Read   tells the format by the content, and reads plain, gzip and zstd files
//	Write  returns the content of a file in the format that the ending of its name says
//
// Files of optimisation problems are read differently by different programs. These are the rules
// here, with who has the same:
//
//   - A value of 1e20 or more is infinite, where a bound or a right-hand side may be (CPLEX,
//     Gurobi, HiGHS).
//   - MPS: the first N row is the objective; the others are dropped (all).
//   - MPS: the right-hand side of the objective is minus its constant (CPLEX, Gurobi, HiGHS, CBC;
//     GLPK 5.0 takes it with its own sign).
//   - MPS: a range R of an E row with right-hand side b means b to b+R if R > 0, and b+R to b if
//     R < 0 (all).
//   - MPS: a negative upper bound takes away a lower bound that is not given (CPLEX, Gurobi, HiGHS,
//     CBC; GLPK 5.0 keeps 0). A warning tells it.
//   - MPS: a column between integer markers that has no bound is 0 or 1; any bound of its own takes
//     that upper bound away (CPLEX, Gurobi, HiGHS, SCIP, CBC; GLPK 5.0 takes it away for an upper
//     bound only). A warning tells it.
//   - Of bounds of a column that are given more than once, the last one counts (CPLEX). A warning
//     tells it where they differ.
//   - MPS: MI leaves the upper bound as it is (CPLEX, Gurobi, HiGHS, CBC).
//   - LP: an upper bound never changes a lower bound, which is 0 if none is given (CPLEX). A
//     warning tells of a negative one.
//   - LP: a binary column is within 0 and 1 where the bounds do not say otherwise (HiGHS).
//
// What is not linear, or not a plain integer, is refused with its line: semi-continuous columns,
// special ordered sets, quadratic and general constraints, indicators, lazy constraints, cuts.
package programfile
