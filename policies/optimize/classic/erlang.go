// Package classic holds textbook algorithms that policies use unchanged, each in its own file. They
// do not depend on the allocation problem.
package classic

import "math"

// mostServers is the largest result of MinServersForWait.
const mostServers = 10_000_000

// MinServersForWait returns the smallest number of servers of one queue (M/M/c) such that at most
// the given share of the requests waits longer than t seconds. Rate is the Poisson arrival rate,
// and speed the rate of an exponential server, both in requests per second. The formula is Erlang's
// C (1917). The result is 0 if there is no load.
//
// The recursion for Erlang's B is also in scenarios/theory. That copy is independent on purpose:
// tests check the simulator and this copy against it.
func MinServersForWait(rate, speed, t, share float64) int {
	load := rate / speed
	if !(load > 0) {
		return 0
	}
	blocked := 1. // Erlang's B for the servers counted so far
	for servers := 1; servers < mostServers; servers++ {
		n := float64(servers)
		blocked = load * blocked / (n + float64(load*blocked))
		if n <= load {
			continue
		}
		waits := blocked / (1 - float64(load/n*(1-blocked))) // Erlang's C
		if waits < 1 && waits*math.Exp(-(float64(n*speed)-rate)*t) <= share {
			return servers
		}
	}
	return mostServers
}
