package theory

import "math"

// ErlangB is the probability that all servers of a system without waiting room are busy, at the
// offered load a in Erlang. It holds for any service distribution (Erlang, 1917; insensitivity,
// Sevastyanov, 1957). The recursion loses no precision.
func ErlangB(servers int, a float64) (float64, error) {
	var c checks
	c.count("servers", servers, 1, mostStates)
	c.positive("a", a)
	if err := c.err(); err != nil {
		return 0, err
	}
	b := 1.0
	for k := 1; k <= servers; k++ {
		b = a * b / (float64(k) + a*b)
	}
	return b, nil
}

// Loss is a system without waiting room, M/G/c/c.
type Loss struct {
	Blocked float64 // share of arrivals that are lost
	Busy    float64 // mean number of busy servers
}

// NewLoss solves the system for a number of servers and the offered load a in Erlang.
func NewLoss(servers int, a float64) (Loss, error) {
	b, err := ErlangB(servers, a)
	return Loss{Blocked: b, Busy: a * (1 - b)}, err
}

func (q Loss) quantities() []quantity {
	return []quantity{plain("P_block", q.Blocked), plain("E[busy]", q.Busy)}
}

// erlangC returns the probability of waiting, computed from the probability b of loss with the same
// number of servers.
func erlangC(servers int, a, b float64) float64 {
	return b / (1 - a/float64(servers)*(1-b))
}

// MMc is a pool of equal servers behind one queue with Poisson arrivals and exponential service
// (Erlang, 1917; Kleinrock, 1975, 3.5).
type MMc struct {
	Means
	Servers     int
	Lambda, Mu  float64
	Rho         float64 // share of the time in which a server is busy
	Waiting     float64 // probability that a customer waits: Erlang C
	VarWq, VarW float64
	spare       float64 // cμ − λ
}

// NewMMc solves the queue for a number of servers, the arrival rate lambda and the service rate mu
// per server.
func NewMMc(servers int, lambda, mu float64) (MMc, error) {
	var c checks
	c.count("servers", servers, 1, mostStates)
	c.positive("lambda", lambda)
	c.positive("mu", mu)
	c.stable(lambda / mu / float64(servers))
	if err := c.err(); err != nil {
		return MMc{}, err
	}
	a := lambda / mu
	b, err := ErlangB(servers, a)
	waiting, spare := erlangC(servers, a, b), float64(servers)*mu-lambda
	varWq := waiting * (2 - waiting) / (spare * spare)
	return MMc{
		Means: meansOf(lambda, waiting/spare, 1/mu), Servers: servers, Lambda: lambda, Mu: mu,
		Rho: a / float64(servers), Waiting: waiting, VarWq: varWq, VarW: varWq + 1/(mu*mu), spare: spare,
	}, err
}

// WaitAbove is the probability that a customer's wait exceeds t.
func (q MMc) WaitAbove(t float64) float64 { return q.Waiting * math.Exp(-q.spare*t) }

// TimeAbove is the probability that a customer's time in the system exceeds t. For a customer who
// waits, this time is the sum of two independent exponential times, whose rates may be equal.
func (q MMc) TimeAbove(t float64) float64 {
	slow, apart := min(q.spare, q.Mu), math.Abs(q.spare-q.Mu)
	return math.Exp(-q.Mu*t) + q.Waiting*q.Mu*t*math.Exp(-slow*t)*decay(apart*t)
}

// WaitQuantile is the quantile of the wait; it is 0 for levels up to 1−P(wait).
func (q MMc) WaitQuantile(level float64) float64 {
	return max(0, (math.Log(q.Waiting)-math.Log1p(-level))/q.spare)
}

// TimeQuantile is the quantile of the time in the system.
func (q MMc) TimeQuantile(level float64) (float64, error) {
	return quantile(level, 1/q.Mu, q.TimeAbove)
}

// Exactly is the probability of n in the system.
func (q MMc) Exactly(n int) float64 {
	full := q.Waiting * (1 - q.Rho) // probability that all servers are busy and no customer waits
	if n >= q.Servers {
		return full * math.Pow(q.Rho, float64(n-q.Servers))
	}
	high, _ := math.Lgamma(float64(q.Servers) + 1)
	low, _ := math.Lgamma(float64(n) + 1)
	return math.Exp(math.Log(full) + high - low - float64(q.Servers-n)*math.Log(q.Lambda/q.Mu))
}

// AtLeast is the probability of n or more in the system.
func (q MMc) AtLeast(n int) float64 {
	if n >= q.Servers {
		return q.Waiting * math.Pow(q.Rho, float64(n-q.Servers))
	}
	sum := q.Waiting
	for k := n; k < q.Servers; k++ {
		sum += q.Exactly(k)
	}
	return sum
}

func (q MMc) quantities() []quantity {
	return with(q.Means.quantities(),
		plain("rho", q.Rho), plain("P(wait)=ErlangC", q.Waiting), plain("P(wait)", q.Waiting),
		plain("VarWq", q.VarWq), plain("VarW", q.VarW),
		atCount("P#", 0, sure(q.Exactly)), atCount("P(N>=#)", 0, sure(q.AtLeast)),
		atLevel("Wq_q#", sure(q.WaitQuantile)), atLevel("W_q#", q.TimeQuantile),
		atPoint("P(Wq>#)", sure(q.WaitAbove)), atPoint("P(W>#)", sure(q.TimeAbove)),
		atPoint("P(Wq<=#)", func(t float64) (float64, error) { return 1 - q.WaitAbove(t), nil }),
		atPoint("P(W<=#)", func(t float64) (float64, error) { return 1 - q.TimeAbove(t), nil }),
	)
}

// ServersToWait is the smallest number of servers with which the share of customers who wait longer
// than t is at most eps (Erlang C). With t = 0 it counts all customers who wait.
func ServersToWait(lambda, mu, t, eps float64) (int, error) {
	var c checks
	c.positive("lambda", lambda)
	c.positive("mu", mu)
	c.notNegative("t", t)
	c.fraction("eps", eps)
	if err := c.err(); err != nil {
		return 0, err
	}
	a, b := lambda/mu, 1.0
	for k := 1; k <= mostStates; k++ {
		b = a * b / (float64(k) + a*b)
		if servers := float64(k); servers > a && erlangC(k, a, b)*math.Exp(-(servers*mu-lambda)*t) <= eps {
			return k, nil
		}
	}
	return 0, errTooLarge
}

// sizing is a number of servers that is enough.
type sizing int

func (s sizing) quantities() []quantity { return []quantity{plain("c", float64(s))} }

func sized(servers int, err error) ([]quantity, error) { return solved(sizing(servers), err) }

// HalfinWhitt is the limit of the probability of waiting when c = a + β√a servers serve an ever
// larger load a (Halfin and Whitt, 1981).
type HalfinWhitt struct{ Waiting float64 }

// NewHalfinWhitt computes the limit for the margin β > 0.
func NewHalfinWhitt(beta float64) (HalfinWhitt, error) {
	var c checks
	c.positive("beta", beta)
	density := math.Exp(-beta*beta/2) / math.Sqrt(2*math.Pi)
	below := math.Erfc(-beta/math.Sqrt2) / 2
	return HalfinWhitt{Waiting: density / (density + beta*below)}, c.err()
}

func (h HalfinWhitt) quantities() []quantity {
	return []quantity{plain("alpha=P(wait) limit", h.Waiting)}
}
