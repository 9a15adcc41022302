// Package classic holds textbook algorithms that policies use unchanged, one file for each. They
// know nothing of allocation.
package classic

import "math"

// mostServers bounds MinServersForWait.
const mostServers = 10_000_000

// MinServersForWait returns the fewest servers of one queue with which at most a share of the
// requests waits longer than t seconds: rate requests per second arrive, Poisson, and each server
// finishes speed requests per second, exponential (Erlang's C, 1917). It returns 0 for no load.
//
// The recursion of Erlang's B stands in scenarios/theory, too. That copy is independent on purpose,
// because tests check the simulator and this copy against it.
func MinServersForWait(rate, speed, t, share float64) int {
	load := rate / speed
	if !(load > 0) {
		return 0
	}
	blocked := 1. // Erlang's B of the servers counted so far
	for servers := 1; servers < mostServers; servers++ {
		n := float64(servers)
		blocked = load * blocked / (n + load*blocked)
		if n <= load {
			continue
		}
		waits := blocked / (1 - load/n*(1-blocked)) // Erlang's C
		if waits < 1 && waits*math.Exp(-(n*speed-rate)*t) <= share {
			return servers
		}
	}
	return mostServers
}
