package theory

import "math"

// Sharing is one server that divides its capacity evenly among all customers, M/G/1-PS. Its means,
// and the distribution of the number in the system, depend only on the mean of the service
// distribution (Sakata, Noguchi and Oizumi, 1971; Kleinrock, 1976, 4.4).
type Sharing struct {
	Rho      float64
	L, W     float64
	Slowdown float64 // mean time in the system divided by the service time
}

// NewSharing solves the queue for the arrival rate and the mean service time.
func NewSharing(lambda, service float64) (Sharing, error) {
	var c checks
	c.positive("lambda", lambda)
	c.positive("service", service)
	rho := lambda * service
	c.stable(rho)
	return Sharing{Rho: rho, L: rho / (1 - rho), W: service / (1 - rho), Slowdown: 1 / (1 - rho)}, c.err()
}

// AtLeast is the probability of n or more in the system.
func (q Sharing) AtLeast(n int) float64 { return math.Pow(q.Rho, float64(n)) }

// TimeOf is the mean time in the system of a customer with this service time.
func (q Sharing) TimeOf(service float64) float64 { return service * q.Slowdown }

func (q Sharing) quantities() []quantity {
	return []quantity{
		plain("rho", q.Rho), plain("W(any service law)", q.W), plain("W", q.W), plain("L", q.L), plain("E[slowdown]", q.Slowdown),
		atPoint("E[T|S=#]", sure(q.TimeOf)), atCount("P(N>=#)", 0, sure(q.AtLeast)),
	}
}

// ExponentialSharing is processor sharing with exponential service times. Here the variance is
// known, too.
type ExponentialSharing struct {
	Sharing
	VarW float64 // (2+ρ)/((2−ρ)(1−ρ)²μ²), Coffman, Muntz and Trotter, 1970
}

// NewExponentialSharing solves M/M/1-PS for the arrival rate and the mean service time.
func NewExponentialSharing(lambda, service float64) (ExponentialSharing, error) {
	q, err := NewSharing(lambda, service)
	return ExponentialSharing{Sharing: q, VarW: (2 + q.Rho) / (2 - q.Rho) * q.W * q.W}, err
}

func (q ExponentialSharing) quantities() []quantity {
	return with(q.Sharing.quantities(), plain("VarT", q.VarW), plain("VarW", q.VarW))
}

// BySize is an M/M/1 queue with one of three disciplines that depend on the sizes of jobs. Only its
// mean time in the system is known.
type BySize struct {
	W float64
	L float64
}

// bySize integrates a mean time in the system over exponential sizes with mean 1. The integrand
// falls off as e^{−x} only for sizes x beyond those that fill the server. Therefore the end of the
// integral depends on the load.
func bySize(lambda, mu float64, of func(rho float64) func(x float64) float64) (BySize, error) {
	var c checks
	c.positive("lambda", lambda)
	c.positive("mu", mu)
	rho := lambda / mu
	c.stable(rho)
	if err := c.err(); err != nil {
		return BySize{}, err
	}
	w := integrate(50-3*math.Log1p(-rho), of(rho)) / mu
	return BySize{W: w, L: lambda * w}, nil
}

// spareUpTo returns the share of the server that jobs of size up to x leave free: 1 − ρ(1 −
// e^{−x}(1+x)).
func spareUpTo(rho, x float64) float64 { return (1 - rho) + rho*math.Exp(-x)*(1+x) }

// NewShortestRemaining solves SRPT, which is preemptive (Schrage and Miller, 1966). The time in the
// system of a job is its wait for the server plus its service time, which later arrivals lengthen.
func NewShortestRemaining(lambda, mu float64) (BySize, error) {
	return bySize(lambda, mu, func(rho float64) func(x float64) float64 {
		return func(x float64) float64 {
			spare := spareUpTo(rho, x)
			// For exponential sizes, λ∫₀ˣ tP(S>t)dt equals the load of jobs up to size x.
			return math.Exp(-x) * ((1-spare)/(spare*spare) + 1/spare)
		}
	})
}

// NewShortestJob solves SJF without preemption (Phipps, 1956).
func NewShortestJob(lambda, mu float64) (BySize, error) {
	return bySize(lambda, mu, func(rho float64) func(x float64) float64 {
		return func(x float64) float64 {
			spare := spareUpTo(rho, x)
			return math.Exp(-x) * (x + rho/(spare*spare))
		}
	})
}

// NewLeastAttained solves LAS, also called foreground-background, which is preemptive (Schrage,
// 1967; Kleinrock, 1976, 4.6). Every other job delays a job of size x by at most x.
func NewLeastAttained(lambda, mu float64) (BySize, error) {
	return bySize(lambda, mu, func(rho float64) func(x float64) float64 {
		return func(x float64) float64 {
			spare := (1 - rho) + rho*math.Exp(-x)
			return math.Exp(-x) * ((1-spareUpTo(rho, x))/(spare*spare) + x/spare)
		}
	})
}

func (q BySize) quantities() []quantity { return []quantity{plain("W", q.W), plain("L", q.L)} }
