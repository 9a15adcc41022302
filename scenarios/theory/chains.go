package theory

// MMPP2 is an exponential server with Markov-modulated arrivals: a Poisson stream that switches
// between two rates at exponential times, MMPP2/M/1 (Neuts, 1981; Fischer and Meier-Hellstern,
// 1993).
type MMPP2 struct {
	L, W       float64
	Rate       float64 // mean arrival rate
	Dispersion float64 // limit of variance over mean of the number of arrivals: IDC(∞)
}

// NewModulated solves the queue for the two arrival rates, the rates of switching from the first to
// the second and back, and the service rate.
func NewModulated(lambda1, lambda2, switch12, switch21, mu float64) (MMPP2, error) {
	var c checks
	c.notNegative("lambda1", lambda1)
	c.notNegative("lambda2", lambda2)
	c.positive("switch12", switch12)
	c.positive("switch21", switch21)
	c.positive("mu", mu)
	both := switch12 + switch21
	q := MMPP2{Rate: (lambda1*switch21 + lambda2*switch12) / both}
	c.positive("the mean arrival rate", q.Rate)
	c.stable(q.Rate / mu)
	if err := c.err(); err != nil {
		return q, err
	}
	apart := lambda1 - lambda2
	q.Dispersion = 1 + 2*apart*apart*switch12*switch21/(both*both*both*q.Rate)
	arrivals, switches := [2]float64{lambda1, lambda2}, [2]float64{switch12, switch21}
	chain, err := levels{
		last:   1,
		phases: func(int) int { return 2 },
		rates: func(level, phase int, add func(by, to int, rate float64)) {
			add(1, phase, arrivals[phase])
			add(0, 1-phase, switches[phase])
			if level > 0 {
				add(-1, phase, mu)
			}
		},
	}.solve()
	if err != nil {
		return q, err
	}
	q.L = chain.mean(func(level, _ int) float64 { return float64(level) })
	q.W = q.L / q.Rate
	return q, chain.idle(1-q.Rate/mu, func(level, _ int) float64 {
		if level > 0 {
			return 0
		}
		return 1
	})
}

func (q MMPP2) quantities() []quantity {
	return []quantity{
		plain("mean_rate", q.Rate), plain("IDC(inf)", q.Dispersion), plain("L", q.L), plain("W", q.W),
	}
}

// SetupQueue is a pool whose servers switch off when they are idle. While customers wait, servers
// are switched on. This takes an exponential setup time for each server. A setup that is no longer
// needed is cancelled (Gandhi, Doroudi, Harchol-Balter and Scheller-Wolf, 2013).
type SetupQueue struct {
	Means
	On       float64 // mean number of servers that serve
	Starting float64 // mean number of servers in setup
	AlwaysOn MMc     // for comparison: the same pool if no server ever switches off
}

// mostServers is the largest number of servers in a pool with setups. The computing time grows with
// its third power.
const mostServers = 200

// NewSetup solves the pool for the arrival rate lambda, and the rates per server of service, mu,
// and of setup, start. The level of a state is the number of customers. The phase is the number of
// servers that are on.
func NewSetup(servers int, lambda, mu, start float64) (SetupQueue, error) {
	var c checks
	c.count("servers", servers, 1, mostServers)
	c.positive("setup rate", start)
	q := SetupQueue{}
	if err := c.err(); err != nil {
		return q, err
	}
	var err error
	if q.AlwaysOn, err = NewMMc(servers, lambda, mu); err != nil {
		return q, err
	}
	starting := func(level, on int) float64 { return float64(min(level, servers) - on) }
	chain, err := levels{
		last:   servers,
		phases: func(level int) int { return min(level, servers) + 1 },
		rates: func(level, on int, add func(by, to int, rate float64)) {
			add(1, on, lambda)
			if level > on {
				add(-1, on, float64(on)*mu) // a waiting customer keeps the server on
			} else if on > 0 {
				add(-1, on-1, float64(on)*mu)
			}
			if s := starting(level, on); s > 0 {
				add(0, on+1, s*start)
			}
		},
	}.solve()
	if err != nil {
		return q, err
	}
	l := chain.mean(func(level, _ int) float64 { return float64(level) })
	q.On = chain.mean(func(_, on int) float64 { return float64(on) })
	q.Starting = chain.mean(starting)
	q.Means = Means{L: l, W: l / lambda, Lq: l - q.On, Wq: l/lambda - 1/mu}
	return q, chain.idle(float64(servers)-lambda/mu, func(_, on int) float64 { return float64(servers - on) })
}

func (q SetupQueue) quantities() []quantity {
	return with(q.Means.quantities(),
		plain("E[on servers]", q.On), plain("E[servers in setup]", q.Starting),
		plain("ref: M/M/k W (always on)", q.AlwaysOn.W), plain("ref: E[power] (on=1,setup=1)", q.On+q.Starting),
	)
}
