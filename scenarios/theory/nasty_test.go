package theory

import "testing"

// The systems in this file are heavily loaded, large or bursty. Each is solved a second time with
// another method.

func TestALargePoolByItsStates(t *testing.T) {
	const servers, lambda = 50, 47.5
	states, _ := birthDeath(1200, func(int) float64 { return lambda }, func(n int) float64 { return float64(min(n, servers)) })
	waiting, busy, l, lq := 0.0, 0.0, 0.0, 0.0
	for n, p := range states {
		l += p * float64(n)
		lq += p * float64(max(0, n-servers))
		busy += p * float64(min(n, servers))
		if n >= servers {
			waiting += p
		}
	}
	q := must[MMc](t)(NewMMc(servers, lambda, 1))
	same(t, "L", q.L, l, 1e-10)
	same(t, "Lq", q.Lq, lq, 1e-10)
	same(t, "the probability of waiting", q.Waiting, waiting, 1e-10)
	same(t, "busy servers", q.Rho*servers, busy, 1e-10)
	left, _ := birthDeath(3000, func(int) float64 { return 70 }, func(n int) float64 { return float64(min(n, servers)) + 0.1*float64(max(0, n-servers)) })
	impatient := 0.0
	for n, p := range left {
		impatient += p * 0.1 * float64(max(0, n-servers)) / 70
	}
	same(t, "those who give up", must[ErlangA](t)(NewErlangA(servers, 70, 1, 0.1)).Abandoned, impatient, 1e-10)
}

// TestVeryVariableServiceByItsPhases: the service times (or the gaps) have a squared coefficient of
// variation of 20. Their distribution has two exponential branches. The phase of the chain is the
// branch of the present service, or of the next gap.
func TestVeryVariableServiceByItsPhases(t *testing.T) {
	distribution := must[TimeDistribution](t)(BalancedHyperexponential(1, 20)).(hyperexponential)
	share, rate := [2]float64{distribution.p1, 1 - distribution.p1}, [2]float64{1 / distribution.mean1, 1 / distribution.mean2}
	const lambda, mu = 0.95, 1 / 0.95
	number := func(level, _ int) float64 { return float64(level) }
	service := must[steadyLevels](t)(levels{last: 2, phases: func(level int) int { return 1 + min(level, 1) },
		rates: func(level, phase int, add func(by, to int, rate float64)) {
			switch {
			case level == 0:
				add(1, 0, lambda*share[0])
				add(1, 1, lambda*share[1])
				return
			case level == 1:
				add(-1, 0, rate[phase])
			default:
				add(-1, 0, rate[phase]*share[0])
				add(-1, 1, rate[phase]*share[1])
			}
			add(1, phase, lambda)
		}}.solve())
	same(t, "L of M/G/1", must[MG1](t)(NewMG1(lambda, distribution)).L, service.mean(number), 1e-9)
	gaps := must[steadyLevels](t)(levels{last: 1, phases: func(int) int { return 2 },
		rates: func(level, phase int, add func(by, to int, rate float64)) {
			add(1, 0, rate[phase]*share[0])
			add(1, 1, rate[phase]*share[1])
			if level > 0 {
				add(-1, phase, mu)
			}
		}}.solve())
	same(t, "L of GI/M/1", must[GIM1](t)(NewGIM1(distribution, mu)).L, gaps.mean(number), 1e-9)
}

// TestLargeBatchesByIteration computes the distribution of the number left behind from batch to
// batch until it no longer changes.
func TestLargeBatchesByIteration(t *testing.T) {
	const lambda, alpha, tau0, largest, deep = 32.0, 0.02, 0.5, 64, 1500
	arrivals := make([][]float64, largest+1)
	for n := range arrivals {
		arrivals[n] = poisson(lambda * (alpha*float64(max(n, 1)) + tau0))
	}
	distribution := make([]float64, deep)
	distribution[0] = 1
	for range 600 {
		next := make([]float64, deep)
		for left, p := range distribution {
			if p < 1e-18 {
				continue
			}
			for n, q := range arrivals[min(left, largest)] {
				next[min(deep-1, max(0, left-largest)+n)] += p * q
			}
		}
		distribution = next
	}
	batch, busy, present := 0.0, 0.0, 0.0
	for left, p := range distribution {
		n := float64(min(max(left, 1), largest))
		s := alpha*n + tau0
		batch += p * n
		busy += p * s
		present += p * (float64(max(left, 1))*s + lambda*s*s/2)
	}
	q := must[CappedBatches](t)(NewCappedBatches(lambda, alpha, tau0, largest))
	same(t, "batch", q.Batch, batch, 1e-9)
	same(t, "L", q.L, present/(busy+distribution[0]/lambda), 1e-9)
}

// TestBulkServiceByElimination solves Bailey's queue as a Markov chain with a banded matrix. Its
// states are idle, and busy with n − 1 customers waiting.
func TestBulkServiceByElimination(t *testing.T) {
	const lambda, largest, deep = 60.0, 64, 20_000
	chain := newBand(deep, largest, 1)
	for n := range deep {
		if n+1 < deep {
			chain.add(n, n+1, lambda)
		}
		switch waiting := n - 1; {
		case waiting == 0:
			chain.add(n, 0, 1)
		case waiting > 0:
			chain.add(n, 1+waiting-min(waiting, largest), 1)
		}
	}
	waiting := 0.0
	for n, p := range chain.steady() {
		waiting += p * float64(max(0, n-1))
	}
	same(t, "Lq", must[BulkService](t)(NewBulkService(lambda, 1, largest)).Lq, waiting, 1e-9)
}

// TestBurstsByTheirGeneratingFunction: let M(z) = zQ + z(z−1)Λ + μ(1−z). Then the generating
// functions of the two phases are μ(1−z)π₀M(z)⁻¹. The entries of π₀ sum to 1−ρ, and π₀ is
// orthogonal to the null vector of M at the root of det M in (0, 1).
func TestBurstsByTheirGeneratingFunction(t *testing.T) {
	for _, c := range []struct{ high, low, leave, back float64 }{{5, 0.1, 0.01, 0.001}, {3, 0, 1, 0.2}, {1.2, 0.7, 1e-4, 1e-4}} {
		m := func(z float64) (a, b, c2, d float64) {
			return -z*c.leave + z*(z-1)*c.high + 1 - z, z * c.leave, z * c.back, -z*c.back + z*(z-1)*c.low + 1 - z
		}
		det := func(z float64) float64 { // without the terms that cancel
			a, d := z*(z-1)*c.high+1-z, z*(z-1)*c.low+1-z
			return a*d - z*(c.back*a+c.leave*d)
		}
		// det M is positive near 0. If the queue is stable, det M divided by 1 − z is negative
		// near 1.
		root := bisect(0, 1, func(z float64) float64 { return -det(z) / (1 - z) })
		a, b, _, _ := m(root)
		rho := (c.high*c.back + c.low*c.leave) / (c.leave + c.back)
		// The null vector is (b, −a); π₀·v = 0 and π₀·1 = 1 − ρ.
		first := (1 - rho) * a / (a + b)
		second := 1 - rho - first
		number := func(z float64) float64 {
			a, b, c2, d := m(z)
			scale := (1 - z) / det(z)
			return scale * (first*(d-b) + second*(a-c2))
		}
		q := must[MMPP2](t)(NewModulated(c.high, c.low, c.leave, c.back, 1))
		// The derivative at 1 from below, by Richardson's extrapolation. The steps are small
		// relative to the mean number in the system.
		slope := func(h float64) float64 { return (1 - number(1-h)) / h }
		h := 1e-3 / q.L
		same(t, "L of bursts", q.L, (8*slope(h)-6*slope(2*h)+slope(4*h))/3, 1e-6)
	}
}

// TestManySetupsByElimination solves one large Markov chain with a banded matrix. Its system has
// fifty servers that switch off.
func TestManySetupsByElimination(t *testing.T) {
	const servers, lambda, start, deep = 50, 40.0, 0.1, 520
	const wide = servers + 1
	chain := newBand(wide*deep, wide+1, wide)
	for level := range deep {
		for on := range min(level, servers) + 1 {
			here := level*wide + on
			if level+1 < deep {
				chain.add(here, here+wide, lambda)
			}
			if level > on && on > 0 {
				chain.add(here, here-wide, float64(on))
			} else if on > 0 {
				chain.add(here, here-wide-1, float64(on))
			}
			if s := min(level, servers) - on; s > 0 {
				chain.add(here, here+1, float64(s)*start)
			}
		}
		for on := min(level, servers) + 1; on < wide; on++ { // states that cannot occur
			chain.add(level*wide+on, level*wide+on-1, 1)
		}
	}
	l := 0.0
	for i, p := range chain.steady() {
		l += p * float64(i/wide)
	}
	same(t, "L of setups", must[SetupQueue](t)(NewSetup(servers, lambda, 1, start)).L, l, 1e-8)
}
