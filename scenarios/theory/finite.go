package theory

// MMcK is a pool of servers with room for K customers in all. Arrivals that find no room are lost
// (Erlang's product form; Kleinrock, 1975, 3.6).
type MMcK struct {
	Means       // L and Lq are over time; W and Wq are those of customers that enter
	Blocked     float64
	Throughput  float64
	Utilisation float64 // per server
	states      []float64
}

// NewMMcK solves the queue for a number of servers and a room, which is at least the number of
// servers. Any load is stable.
func NewMMcK(servers, room int, lambda, mu float64) (MMcK, error) {
	var c checks
	c.count("servers", servers, 1, mostStates)
	c.count("room", room, max(servers, 1), mostStates-1)
	c.positive("lambda", lambda)
	c.positive("mu", mu)
	if err := c.err(); err != nil {
		return MMcK{}, err
	}
	states, err := birthDeath(room, func(int) float64 { return lambda }, func(n int) float64 { return float64(min(n, servers)) * mu })
	if err != nil {
		return MMcK{}, err
	}
	q := MMcK{states: states, Blocked: 0}
	if len(states) > room {
		q.Blocked = states[room]
	}
	busy := 0.0
	for n, p := range states {
		busy += p * float64(min(n, servers))
		q.L += p * float64(n)
		q.Lq += p * float64(max(n-servers, 0))
	}
	q.Throughput = busy * mu
	q.Utilisation = busy / float64(servers)
	q.W, q.Wq = q.L/q.Throughput, q.Lq/q.Throughput
	return q, nil
}

// Exactly is the probability of n in the system.
func (q MMcK) Exactly(n int) float64 { return stateOf(q.states, n) }

func stateOf(states []float64, n int) float64 {
	if n < 0 || n >= len(states) {
		return 0
	}
	return states[n]
}

func (q MMcK) quantities() []quantity {
	return []quantity{
		plain("P_block", q.Blocked), plain("throughput", q.Throughput), plain("L", q.L), plain("Lq", q.Lq),
		plain("W_accepted", q.W), plain("Wq_accepted", q.Wq), plain("util_per_server", q.Utilisation),
		atCount("P#", 0, sure(q.Exactly)),
	}
}

// ErlangA is a pool of servers whose customers give up after an exponential time of waiting (Palm,
// 1957; Garnett, Mandelbaum and Reiman, 2002).
type ErlangA struct {
	Abandoned  float64 // share of customers who give up
	Waiting    float64 // probability that all servers are busy at an arrival
	Lq         float64
	Wait       float64 // mean wait over all customers, served or not
	Throughput float64
	states     []float64
}

// NewErlangA solves the queue for a number of servers, the arrival rate lambda, the service rate mu
// and the rate theta of giving up. All are positive. Any load is stable.
func NewErlangA(servers int, lambda, mu, theta float64) (ErlangA, error) {
	var c checks
	c.count("servers", servers, 1, mostStates)
	c.positive("lambda", lambda)
	c.positive("mu", mu)
	c.positive("theta", theta)
	if err := c.err(); err != nil {
		return ErlangA{}, err
	}
	states, err := birthDeath(mostStates, func(int) float64 { return lambda }, func(n int) float64 {
		return float64(min(n, servers))*mu + float64(max(n-servers, 0))*theta
	})
	if err != nil {
		return ErlangA{}, err
	}
	q := ErlangA{states: states}
	for n, p := range states {
		if n >= servers {
			q.Waiting += p
			q.Lq += p * float64(n-servers)
		}
		q.Throughput += p * float64(min(n, servers)) * mu
	}
	q.Wait = q.Lq / lambda
	q.Abandoned = theta * q.Wait
	return q, nil
}

// Exactly is the probability of n in the system.
func (q ErlangA) Exactly(n int) float64 { return stateOf(q.states, n) }

func (q ErlangA) quantities() []quantity {
	return []quantity{
		plain("P_abandon", q.Abandoned), plain("Lq", q.Lq), plain("P(wait)", q.Waiting), plain("throughput", q.Throughput),
		plain("E[wait] (all)", q.Wait), atCount("P#", 0, sure(q.Exactly)),
	}
}

// Closed is a closed system. A fixed number of customers think, then queue at one exponential
// server, and then think again: M/M/1//N, the machine repair model.
type Closed struct {
	Throughput  float64
	Response    float64 // mean time at the server, with waiting
	Utilisation float64
	L           float64 // mean number at the server
}

// NewClosed solves the system by mean value analysis, which holds for any distribution of think
// times (Reiser and Lavenberg, 1980).
func NewClosed(customers int, think, mu float64) (Closed, error) {
	var c checks
	c.count("customers", customers, 1, mostStates)
	c.notNegative("think", think)
	c.positive("mu", mu)
	if err := c.err(); err != nil {
		return Closed{}, err
	}
	var q Closed
	for n := 1; n <= customers; n++ {
		q.Response = (1 + q.L) / mu
		q.Throughput = float64(n) / (think + q.Response)
		q.L = q.Throughput * q.Response
	}
	q.Utilisation = q.Throughput / mu
	return q, nil
}

func (q Closed) quantities() []quantity {
	return []quantity{plain("throughput", q.Throughput), plain("R", q.Response), plain("util", q.Utilisation), plain("L", q.L)}
}
