// Package tune searches for the settings of policies that cost least and keep every objective on a
// part of a scenario, and judges them on another part.
//
//	part.go      the parts: replications or spans of time
//	space.go     the parameters of a policy and the values that are tried
//	setting.go   a policy with some of its parameters changed
//	search.go    one policy: the order in which settings are tried
//	race.go      a few settings against the best so far, by successive halving
//	job.go       all policies side by side, then the test
//
// What a search finds depends on what it has simulated alone, never on how many runs go on at a
// time.
package tune
