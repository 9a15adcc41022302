package theory

import "math"

// MD1 is one server with Poisson arrivals and constant service times.
type MD1 struct {
	MG1
	Lambda, Service float64
}

// NewMD1 solves the queue for the arrival rate lambda and a service time.
func NewMD1(lambda, service float64) (MD1, error) {
	distribution, err := Deterministic(service)
	if err != nil {
		return MD1{}, err
	}
	q, err := NewMG1(lambda, distribution)
	return MD1{MG1: q, Lambda: lambda, Service: service}, err
}

// states returns the probabilities of 0 … n in the system. They follow from the chain at
// departures, by balancing the flows up and down across each level. This recursion has only
// positive terms.
func (q MD1) states(n int) []float64 {
	arrivals := poisson(q.Rho)
	// Probability of at least j arrivals during one service.
	above := make([]float64, len(arrivals)+1)
	for j := len(arrivals) - 1; j >= 0; j-- {
		above[j] = above[j+1] + arrivals[j]
	}
	p := make([]float64, n+1)
	p[0] = 1 - q.Rho
	for level := 1; level <= n; level++ {
		up := p[0] * stateOf(above, level)
		for k := max(1, level+2-len(above)); k < level; k++ {
			up += p[k] * above[level-k+1]
		}
		p[level] = up / arrivals[0]
	}
	return p
}

// Exactly is the probability of n in the system.
func (q MD1) Exactly(n int) float64 { return stateOf(q.states(max(n, 0)), n) }

// waitTable is the distribution of the wait up to n service times, by the formula of Franx for
// M/D/c (2001). It is a sum of positive terms over the number in the queue. Erlang's formula (1909)
// has alternating signs and loses all digits.
type waitTable struct {
	q     MD1
	below []float64 // probability of at most i in the queue
}

func (q MD1) waits(services int) waitTable {
	below := q.states(services + 2)
	for i := 1; i < len(below); i++ {
		below[i] += below[i-1]
	}
	return waitTable{q, below[1:]}
}

func (t waitTable) atMost(x float64) float64 {
	whole := math.Floor(x/t.q.Service) + 1
	rest := max(0, t.q.Lambda*(whole*t.q.Service-x))
	sum, term := 0.0, math.Exp(-rest)
	for j := 0; j < int(whole) && term > 0; j++ {
		sum += t.below[int(whole)-1-j] * term
		term *= rest / float64(j+1)
	}
	return min(sum, 1)
}

// WaitAtMost is the probability that a customer's wait is at most x.
func (q MD1) WaitAtMost(x float64) (float64, error) {
	services := x / q.Service
	if x < 0 {
		return 0, nil
	}
	if !(services <= mostStates) {
		return 0, errTooLarge
	}
	return q.waits(int(services)).atMost(x), nil
}

// WaitQuantile is the quantile of the wait; it is 0 for levels up to 1−ρ.
func (q MD1) WaitQuantile(level float64) (float64, error) {
	if err := levelFault(level); err != nil || level <= 1-q.Rho {
		return 0, err
	}
	for services := 16; services <= mostStates; services *= 4 {
		if table, end := q.waits(services), float64(services)*q.Service; table.atMost(end) > level {
			return bisect(0, end, func(x float64) float64 { return table.atMost(x) - level }), nil
		}
	}
	return 0, errTooLarge
}

func (q MD1) quantities() []quantity {
	return with(q.MG1.quantities(),
		atCount("P#", 0, sure(q.Exactly)), atPoint("P(Wq<=#)", q.WaitAtMost), atLevel("Wq_q#", q.WaitQuantile),
		atPoint("P(Wq>#)", func(x float64) (float64, error) {
			p, err := q.WaitAtMost(x)
			return 1 - p, err
		}),
		atPoint("P(W<=#)", func(x float64) (float64, error) {
			if x < q.Service {
				return 0, nil
			}
			return q.WaitAtMost(x - q.Service)
		}),
		atLevel("W_q#", func(level float64) (float64, error) {
			wait, err := q.WaitQuantile(level)
			return wait + q.Service, err
		}),
	)
}
