// Package study keeps the runs of experiments in a ledger, and runs the cells of a study: a
// scenario with one value of each varied path.
//
//	ledger.go   the ledger: a SQLite file that any number of commands share
//	keep.go     how it keeps a run
//	schema.go   its tables
//	driver_*.go the driver for SQLite, on the platforms that have one
//	pack.go     parts of a run as bytes
//	axis.go     the values of a varied path
//	grid.go     the cells: every combination, pairs, or a Latin hypercube sample
//	study.go    the runs of all cells, several at a time
//	task.go     the tasks of a study, and shares of them for several processes
//	shard.go    the file of a share, complete or not
//	shardrun.go a run in such a file
//	draft.go    how a process keeps the runs of a share that is not complete
//	merge.go    the results of a study from its shards
//
// A command that is killed at any instant loses no finished run. The same command goes on with the
// runs that are missing, and its results are those of a command that was not killed.
package study
