// Package tune searches for the cheapest settings of policies with which they keep every objective
// on one part of a scenario. It judges the settings on another part.
//
//	part.go      the parts: replications or spans of time
//	space.go     the parameters of a policy and the values that are tried
//	setting.go   a policy with some of its parameters changed
//	search.go    one policy: the order in which settings are tried
//	race.go      a few settings against the best so far, by successive halving
//	job.go       all policies side by side, then the test
//
// The result of a search depends only on its simulations, never on how many runs go on at a time.
package tune
