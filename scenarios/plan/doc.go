// Package plan searches for the cheapest setting of a scenario that keeps every objective: how many
// machines of which type and, if asked for, which values of other paths of the scenario.
//
// A candidate is one combination of values with a constant fleet: a number of machines of each
// type. These are the steps:
//
//	job.go          the question: the variants of the scenario and the limits
//	fleets.go       the fleets of a variant: numbers of machines of each type
//	bound.go        the most load that a fleet carries in theory; too little: it misses
//	token_bound.go  the same for LLMs: the least time that requests take of an engine
//	arrange.go      which replicas run on the machines of a fleet, decided by the solver
//	balance.go      other arrangements, where some objectives are missed and others are kept
//	candidate.go    the candidates and their findings
//	search.go       which candidate is tried next, and what its finding says about others
//	judge.go        the runs of a candidate, with as few replications as settle it
//	answer.go       the answer: the cheapest candidate that keeps all, and the frontier
//	scenario.go     the answer as a scenario
//
// RateQuestion is another question: how much load do all machines, or a policy, carry? Its search
// (load_search.go) goes along the factors on all arrivals, for one candidate after the other
// (rate.go). DeviceQuestion asks how few devices the references of package scenarios need if each
// costs the same (devices.go).
//
// All candidates meet the same requests: replication i has the same draws for each of them. A fleet
// is assumed to do no worse with more machines. So a fleet that misses an objective settles all
// fleets with fewer machines, and a fleet that keeps all settles all that cost more. The result
// depends on no clock and not on the number of runs at a time.
//
// Candidates are not compared with each other by paired differences, as procedures that select the
// best of several systems do (Kim and Nelson, "A fully sequential procedure for indifference-zone
// selection in simulation", ACM TOMACS 2001). Such procedures find the best mean of something
// random. Here the price is known before any run, and what is random, the share in time, is
// compared with a constant: a candidate ends when its own interval excludes what is asked.
package plan
