package theory

import "math"

// Supermarket is the limit of a very large number of M/M/1 servers. Every arrival draws d queues at
// random and joins the shortest of them (Vvedenskaya, Dobrushin and Karpelevich, 1996;
// Mitzenmacher, 1996).
type Supermarket struct {
	Rho     float64
	L, W    float64 // mean number per server; mean time in the system
	choices int
}

// NewSupermarket solves the system for the number d of drawn queues and the rates of arrival and
// service per server.
func NewSupermarket(choices int, lambda, mu float64) (Supermarket, error) {
	var c checks
	c.count("choices", choices, 1, mostStates)
	c.positive("lambda", lambda)
	c.positive("mu", mu)
	q := Supermarket{Rho: lambda / mu, choices: choices}
	c.stable(q.Rho)
	if err := c.err(); err != nil {
		return q, err
	}
	q.L = q.Rho / (1 - q.Rho)
	if choices > 1 {
		q.L = 0
		for n := 1; ; n++ {
			p := q.AtLeast(n)
			if p < 1e-17*q.L {
				break
			}
			q.L += p
		}
	}
	q.W = q.L / lambda
	return q, nil
}

// AtLeast is the share of servers with n or more customers: ρ to the power 1 + d + ... + d^{n−1}.
func (q Supermarket) AtLeast(n int) float64 {
	if q.choices == 1 {
		return math.Pow(q.Rho, float64(n))
	}
	d := float64(q.choices)
	return math.Pow(q.Rho, (math.Pow(d, float64(n))-1)/(d-1))
}

func (q Supermarket) quantities() []quantity {
	return []quantity{plain("W", q.W), plain("L", q.L), plain("rho", q.Rho), atCount("P(queue>=#)", 0, sure(q.AtLeast))}
}

// TwoShortest is a system of two exponential servers, each with its own queue. Every arrival joins
// the shorter queue (Flatto and McKean, 1977).
type TwoShortest struct {
	L, W       float64
	Empty      float64 // probability that no customer is in the system
	OneQueue   MMc     // for comparison: the same servers behind one queue
	RandomTime float64 // mean time in the system if arrivals choose at random
}

// widest is the largest difference between the two queues in the chain. The probability of a
// difference falls at least threefold with each customer, so larger differences have a probability
// below 1e-28.
const widest = 60

// NewTwoShortest solves the queues for an arrival rate over both and a service rate per server. The
// level of a state is the length of the shorter queue. The phase is the difference to the longer
// queue.
func NewTwoShortest(lambda, mu float64) (TwoShortest, error) {
	var q TwoShortest
	var err error
	if q.OneQueue, err = NewMMc(2, lambda, mu); err != nil {
		return q, err
	}
	q.RandomTime = 1 / (mu - lambda/2)
	chain, err := levels{
		last:   1,
		phases: func(int) int { return widest + 1 },
		rates: func(level, apart int, add func(by, to int, rate float64)) {
			if apart == 0 {
				add(0, 1, lambda)
				if level > 0 {
					add(-1, 1, 2*mu)
				}
				return
			}
			add(1, apart-1, lambda)
			add(0, apart-1, mu)
			if level > 0 && apart < widest {
				add(-1, apart+1, mu)
			}
		},
	}.solve()
	if err != nil {
		return q, err
	}
	q.Empty = chain.below[0][0]
	q.L = chain.mean(func(shorter, apart int) float64 { return float64(2*shorter + apart) })
	q.W = q.L / lambda
	return q, chain.idle(2-lambda/mu, func(shorter, apart int) float64 {
		if shorter > 0 {
			return 0
		}
		return float64(2 - min(apart, 1))
	})
}

func (q TwoShortest) quantities() []quantity {
	return []quantity{
		plain("L", q.L), plain("W", q.W), plain("P(0,0)", q.Empty),
		plain("ref: M/M/2 W", q.OneQueue.W), plain("ref: random split W", q.RandomTime),
	}
}
