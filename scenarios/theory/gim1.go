package theory

import "math"

// GIM1 is one exponential server whose arrivals are a renewal stream (Kendall, 1953; Kleinrock,
// 1975, 6.4).
type GIM1 struct {
	Means
	Rho          float64
	Sigma        float64 // probability that an arrival waits; solves σ = A*(μ(1−σ))
	KingmanBound float64 // upper bound of the wait (Kingman, 1962)
	KingmanVUT   float64 // heavy-traffic approximation of the wait (Kingman, 1961)
	rate         float64 // μ(1−σ): a customer's time in the system is exponential with this rate
}

// NewGIM1 solves the queue for a distribution of gaps between arrivals and the service rate mu.
func NewGIM1(gap TimeDistribution, mu float64) (GIM1, error) {
	var c checks
	c.positive("mu", mu)
	if !c.distribution("gap", gap) {
		return GIM1{}, c.err()
	}
	lambda := 1 / gap.Moment(1)
	rho := lambda / mu
	c.stable(rho)
	if err := c.err(); err != nil {
		return GIM1{}, err
	}
	// The unknown is δ = 1−σ, which stays precise in heavy traffic. δ − (1−A*(μδ)) is convex and 0
	// at δ = 0. So its ratio to δ increases and has exactly one zero.
	idle := bisect(0, 1, func(delta float64) float64 { return 1 - gap.complement(mu*delta)/delta })
	rate := mu * idle
	return GIM1{
		Means: meansOf(lambda, (1-idle)/rate, 1/mu), Rho: rho, Sigma: 1 - idle, rate: rate,
		KingmanBound: lambda * (variance(gap) + 1/(mu*mu)) / (2 * (1 - rho)),
		KingmanVUT:   rho / (1 - rho) * (scv(gap) + 1) / 2 / mu,
	}, nil
}

// TimeAbove is the probability that a customer's time in the system exceeds t.
func (q GIM1) TimeAbove(t float64) float64 { return math.Exp(-q.rate * t) }

// WaitAbove is the probability that a customer's wait exceeds t.
func (q GIM1) WaitAbove(t float64) float64 { return q.Sigma * q.TimeAbove(t) }

// TimeQuantile is the quantile of the time in the system.
func (q GIM1) TimeQuantile(level float64) float64 { return -math.Log1p(-level) / q.rate }

// WaitQuantile is the quantile of the wait; it is 0 for levels up to 1−σ.
func (q GIM1) WaitQuantile(level float64) float64 {
	return max(0, (math.Log(q.Sigma)-math.Log1p(-level))/q.rate)
}

func (q GIM1) quantities() []quantity {
	return with(q.Means.quantities(),
		plain("rho", q.Rho), plain("sigma", q.Sigma), plain("L(time-avg)", q.L), plain("P(wait)(arrival avg)", q.Sigma),
		plain("P(wait)", q.Sigma),
		plain("Kingman_bound_Wq", q.KingmanBound), plain("Kingman_approx(VUT)_Wq", q.KingmanVUT),
		atLevel("W_q#", sure(q.TimeQuantile)), atLevel("Wq_q#", sure(q.WaitQuantile)),
		atPoint("P(W<=#)", func(t float64) (float64, error) { return -math.Expm1(-q.rate * t), nil }),
		atPoint("P(Wq<=#)", func(t float64) (float64, error) { return 1 - q.WaitAbove(t), nil }),
		atPoint("P(W>#)", sure(q.TimeAbove)), atPoint("P(Wq>#)", sure(q.WaitAbove)),
	)
}

func readGIM1(r *reader) ([]quantity, error) {
	lambda, mu := r.number("lam"), r.number("mu")
	gap := r.distribution("arrival", 1/lambda)
	if gap == nil {
		return nil, r.err()
	}
	r.agrees("lam", 1/gap.Moment(1))
	return solved(NewGIM1(gap, mu))
}
