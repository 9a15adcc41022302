package theory

import "math"

// MM1 is one server with Poisson arrivals and exponential service, first come first served (Erlang,
// 1917; Kleinrock, 1975, ch. 3).
type MM1 struct {
	Means
	Lambda, Mu   float64
	Rho          float64 // share of the time in which the server is busy
	VarN         float64 // variance of the number in the system
	VarW, VarWq  float64 // variances of the time in the system and of the wait
	BusyMean     float64 // mean length of a busy period
	BusyVariance float64 // (1+ρ)/(μ²(1−ρ)³), Takács, 1962
}

// NewMM1 solves the queue for the arrival rate lambda and the service rate mu.
func NewMM1(lambda, mu float64) (MM1, error) {
	var c checks
	c.positive("lambda", lambda)
	c.positive("mu", mu)
	rho := lambda / mu
	c.stable(rho)
	spare := mu - lambda
	return MM1{
		Means:  meansOf(lambda, rho/spare, 1/mu),
		Lambda: lambda, Mu: mu, Rho: rho,
		VarN:     rho / ((1 - rho) * (1 - rho)),
		VarW:     1 / (spare * spare),
		VarWq:    rho * (2 - rho) / (spare * spare),
		BusyMean: 1 / spare, BusyVariance: (1 + rho) * mu / (spare * spare * spare),
	}, c.err()
}

// AtLeast is the probability of n or more in the system.
func (q MM1) AtLeast(n int) float64 { return math.Pow(q.Rho, float64(n)) }

// Exactly is the probability of n in the system.
func (q MM1) Exactly(n int) float64 { return (1 - q.Rho) * q.AtLeast(n) }

// TimeAbove is the probability that a customer's time in the system exceeds t.
func (q MM1) TimeAbove(t float64) float64 { return math.Exp(-(q.Mu - q.Lambda) * t) }

// WaitAbove is the probability that a customer's wait exceeds t.
func (q MM1) WaitAbove(t float64) float64 { return q.Rho * q.TimeAbove(t) }

// TimeQuantile is the quantile of the time in the system.
func (q MM1) TimeQuantile(level float64) float64 { return -math.Log1p(-level) / (q.Mu - q.Lambda) }

// WaitQuantile is the quantile of the wait; it is 0 for levels up to 1−ρ.
func (q MM1) WaitQuantile(level float64) float64 {
	return max(0, (math.Log(q.Rho)-math.Log1p(-level))/(q.Mu-q.Lambda))
}

func (q MM1) quantities() []quantity {
	return with(q.Means.quantities(),
		plain("rho", q.Rho), plain("VarN", q.VarN), plain("VarW", q.VarW), plain("VarWq", q.VarWq),
		plain("P(wait)", q.Rho),
		atCount("P#", 0, sure(q.Exactly)), atCount("P(N>=#)", 0, sure(q.AtLeast)),
		plain("E[busy_period]", q.BusyMean), plain("var_busy_period", q.BusyVariance),
		// Departures are a Poisson process (Burke, 1956).
		plain("interdeparture_mean", 1/q.Lambda), plain("interdeparture_scv", 1),
		atLevel("W_q#", sure(q.TimeQuantile)), atLevel("Wq_q#", sure(q.WaitQuantile)),
		atPoint("P(W<=#)", func(t float64) (float64, error) { return -math.Expm1(-(q.Mu - q.Lambda) * t), nil }),
		atPoint("P(Wq<=#)", func(t float64) (float64, error) { return 1 - q.WaitAbove(t), nil }),
		atPoint("P(W>#)", sure(q.TimeAbove)), atPoint("P(Wq>#)", sure(q.WaitAbove)),
	)
}

// DD1 is one server with constant gaps between arrivals and constant service times. No customer
// waits.
type DD1 struct {
	Means
	Utilisation float64
}

// NewDD1 solves the queue for a gap between arrivals and a service time, which is at most the gap.
func NewDD1(gap, service float64) (DD1, error) {
	var c checks
	c.positive("gap", gap)
	c.positive("service", service)
	if service > gap {
		c.stable(service / gap)
	}
	return DD1{Means: meansOf(1/gap, 0, service), Utilisation: service / gap}, c.err()
}

func (q DD1) quantities() []quantity {
	return with(q.Means.quantities(), plain("util", q.Utilisation), plain("rho", q.Utilisation))
}
