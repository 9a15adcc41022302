package optimize

import "math"

// ErlangB returns the share of requests that find all servers busy when none waits, for an offered load in
// erlangs (arrival rate over service rate of one server). It holds for any law of service times.
func ErlangB(servers int, load float64) float64 {
	b := 1.
	for k := 1; k <= servers; k++ {
		b = load * b / (float64(k) + load*b)
	}
	return b
}

// ErlangC returns the share of requests that must wait for a server, for Poisson arrivals and exponential
// service; 1 where the servers cannot carry the load.
func ErlangC(servers int, load float64) float64 {
	if load <= 0 {
		return 0
	}
	return waiting(servers, load, ErlangB(servers, load))
}

// waiting turns Erlang's B into his C.
func waiting(servers int, load, b float64) float64 {
	if load >= float64(servers) {
		return 1
	}
	return b / (1 - load/float64(servers)*(1-b))
}

// WaitTail returns the probability that a request waits longer than t seconds for its server, for arrivals of
// rate per second and servers that each finish speed requests per second.
func WaitTail(servers int, rate, speed, t float64) float64 {
	c := ErlangC(servers, rate/speed)
	if c == 1 {
		return 1
	}
	return c * math.Exp(-(float64(servers)*speed-rate)*t)
}

// ResponseTail returns the probability that a request takes longer than t seconds from arrival to finish.
func ResponseTail(servers int, rate, speed, t float64) float64 {
	return responseTail(ErlangC(servers, rate/speed), servers, rate, speed, t)
}

func responseTail(c float64, servers int, rate, speed, t float64) float64 {
	drain := float64(servers)*speed - rate
	if drain <= 0 {
		return 1
	}
	own := math.Exp(-speed * t)
	// The wait is exponential of rate drain with probability c; its sum with the service degenerates where
	// the two rates are equal.
	if gap := drain - speed; math.Abs(gap) > 1e-9*speed {
		return (1-c)*own + c*(drain*own-speed*math.Exp(-drain*t))/gap
	}
	return (1-c)*own + c*(1+speed*t)*own
}

// mostServers bounds the sizing rules below.
const mostServers = 10_000_000

// MinServers returns the fewest servers with which at most the share of requests waits at all.
func MinServers(load, share float64) int {
	return fewest(load, func(servers int, b float64) bool { return waiting(servers, load, b) <= share })
}

// MinServersForWait returns the fewest servers with which at most the share of requests waits longer than t
// seconds.
func MinServersForWait(rate, speed, t, share float64) int {
	load := rate / speed
	return fewest(load, func(servers int, b float64) bool {
		c := waiting(servers, load, b)
		return c < 1 && c*math.Exp(-(float64(servers)*speed-rate)*t) <= share
	})
}

// MinServersForResponse returns the fewest servers with which at most the share of requests takes longer than
// t seconds from arrival to finish; ok is false where no number does, because the service itself is too slow.
func MinServersForResponse(rate, speed, t, share float64) (servers int, ok bool) {
	if math.Exp(-speed*t) >= share {
		return 0, false
	}
	load := rate / speed
	return fewest(load, func(servers int, b float64) bool {
		return responseTail(waiting(servers, load, b), servers, rate, speed, t) <= share
	}), true
}

// fewest returns the lowest number of servers above the load that is enough; 0 for no load.
func fewest(load float64, enough func(servers int, b float64) bool) int {
	if !(load > 0) {
		return 0
	}
	b := 1.
	for servers := 1; servers < mostServers; servers++ {
		b = load * b / (float64(servers) + load*b)
		if float64(servers) > load && enough(servers, b) {
			return servers
		}
	}
	return mostServers
}

// SquareRootStaffing returns ⌈load + beta·√load⌉ servers, which keep the share of waiting requests about the
// same at every scale (Halfin and Whitt 1981).
func SquareRootStaffing(load, beta float64) int {
	return int(math.Ceil(load + beta*math.Sqrt(load)))
}
