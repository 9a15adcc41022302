package theory

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestOrderOfServiceKeepsItsFormulas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var classes []PriorityClass
		rho, rest := 0.0, 0.0
		for range rapid.IntRange(1, 5).Draw(t, "classes") {
			distribution, err := Gamma(rapid.Float64Range(0.1, 3).Draw(t, "mean"), rapid.Float64Range(0.1, 9).Draw(t, "scv"))
			if err != nil {
				t.Fatal(err)
			}
			class := PriorityClass{Lambda: rapid.Float64Range(0.001, 0.19).Draw(t, "load") / distribution.Moment(1), Service: distribution}
			classes = append(classes, class)
			rho += class.Lambda * distribution.Moment(1)
			rest += class.Lambda * distribution.Moment(2) / 2
		}
		q, err := NewNonPreemptive(classes...)
		if err != nil {
			t.Fatal(err)
		}
		if want := rho * rest / (1 - rho); math.Abs(q.Conservation-want) > 1e-9*want {
			t.Errorf("Σ ρWq is %v; Kleinrock's conservation law says %v", q.Conservation, want)
		}
		interrupted, err := NewPreemptive(classes...)
		if err != nil {
			t.Fatal(err)
		}
		alone, err := NewMG1(classes[0].Lambda, classes[0].Service)
		if err != nil {
			t.Fatal(err)
		}
		if got := interrupted.Classes[0]; math.Abs(got.W-alone.W) > 1e-9*alone.W {
			t.Errorf("the first class takes %v; alone it takes %v", got.W, alone.W)
		}
		for i := 1; i < len(classes); i++ {
			if q.Classes[i].Wq <= q.Classes[i-1].Wq {
				t.Errorf("class %d waits less than the class before it", i+1)
			}
		}
	})
}

func TestOrderBySize(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rho, mu := rapid.Float64Range(0.01, 0.999).Draw(t, "rho"), rapid.Float64Range(0.1, 10).Draw(t, "mu")
		shortest, err1 := NewShortestRemaining(rho*mu, mu)
		job, err2 := NewShortestJob(rho*mu, mu)
		least, err3 := NewLeastAttained(rho*mu, mu)
		if err1 != nil || err2 != nil || err3 != nil {
			t.Fatal(err1, err2, err3)
		}
		blind := 1 / (mu * (1 - rho))
		if math.Abs(least.W-blind) > 1e-10*blind {
			t.Errorf("least attained takes %v; for exponential sizes it is no better than chance, %v", least.W, blind)
		}
		// For exponential sizes, integration by parts gives this relation between the two.
		if want := 1/mu + rho*shortest.W; math.Abs(job.W-want) > 1e-10*want {
			t.Errorf("shortest job takes %v, not %v", job.W, want)
		}
		if !(shortest.W <= job.W && job.W <= blind*(1+1e-12)) {
			t.Errorf("the order of W is broken: %v, %v, %v", shortest.W, job.W, blind)
		}
	})
}

// TestDistributionsAgreeWithTheirMoments compares the transform of every distribution near 0 with
// its expansion in moments.
func TestDistributionsAgreeWithTheirMoments(t *testing.T) {
	for _, text := range []string{
		"Erlang3(mean1.5)", "exp(2)", "exp(mean2)", "Deterministic(mean0.7)", "H2balanced(mean2,scv9)", "Lognormal(mean2,scv3)",
		"Uniform[0,2]", "Uniform[1,3]", "Bimodal(0.8:1,0.2:6)", "Gamma(mean3,scv0.5)", "Gamma(mean1,scv16)",
	} {
		distribution, err := ParseDistribution(text, math.NaN())
		if err != nil {
			t.Fatal(err)
		}
		const s = 1e-4
		got := distribution.complement(s)
		want := s*distribution.Moment(1) - s*s/2*distribution.Moment(2) + s*s*s/6*distribution.Moment(3)
		if math.Abs(got-want) > 1e-12*distribution.Moment(3)+1e-6*s*s*distribution.Moment(2) {
			t.Errorf("%s: 1 − E[exp(−sX)] is %v, by moments %v", text, got, want)
		}
		if last := 0.0; distribution.complement(0) != 0 {
			t.Errorf("%s: at 0 it is %v", text, distribution.complement(0))
		} else {
			// The complement of the transform rises to 1, without a jump where the calculation
			// changes to a series.
			for s := 0.01; s < 100; s *= 1.1 {
				next := distribution.complement(s)
				if next < last || next > 1 || last > 0 && next > 1.11*last {
					t.Errorf("%s: goes from %v to %v at %v", text, last, next, s)
				}
				last = next
			}
		}
	}
	for _, pair := range [][2]string{{"exp(0.5)", "exp(mean2)"}, {"Erlang2(mean3)", "Gamma(mean3,scv0.5)"}, {"H2balanced(mean2,scv1)", "exp(mean2)"}} {
		a, err1 := ParseDistribution(pair[0], 0)
		b, err2 := ParseDistribution(pair[1], 0)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		for k := 1; k <= 3; k++ {
			same(t, pair[0], a.Moment(k), b.Moment(k), 1e-12)
		}
		same(t, pair[0], a.complement(0.8), b.complement(0.8), 1e-12)
	}
}

func TestBatches(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		alpha, tau0 := rapid.Float64Range(0.01, 2).Draw(t, "alpha"), rapid.Float64Range(0.05, 5).Draw(t, "tau0")
		lambda := rapid.Float64Range(0.01, 0.95).Draw(t, "load") / alpha
		q, err := NewLinearBatches(lambda, alpha, tau0)
		if err != nil {
			t.Fatal(err)
		}
		if q.W > q.Bound*(1+1e-12) || q.W < alpha+tau0 {
			t.Errorf("W is %v, outside of [%v, %v]", q.W, alpha+tau0, q.Bound)
		}
		if work := lambda * (alpha + tau0/q.Batch); math.Abs(q.Utilisation-work) > 1e-9 {
			t.Errorf("utilisation %v, work that comes in %v", q.Utilisation, work)
		}
		largest := rapid.IntRange(1, 20).Draw(t, "largest")
		limit := float64(largest) / (alpha*float64(largest) + tau0)
		capped, err := NewCappedBatches(rapid.Float64Range(0.01, 0.95).Draw(t, "share")*limit, alpha, tau0, largest)
		if err != nil {
			t.Fatal(err)
		}
		rate := capped.L / capped.W
		if work := rate * (alpha + tau0/capped.Batch); math.Abs(capped.Utilisation-work) > 1e-9 {
			t.Errorf("capped: utilisation %v, work that comes in %v", capped.Utilisation, work)
		}
	})
	// A cap that is never reached has no effect.
	free := must[LinearBatches](t)(NewLinearBatches(1.1, 0.3, 1.2))
	capped := must[CappedBatches](t)(NewCappedBatches(1.1, 0.3, 1.2, 60))
	same(t, "W under a cap never met", capped.W, free.W, 1e-11)
	same(t, "batch under a cap never met", capped.Batch, free.Batch, 1e-11)
	// If batches take no time per customer, the number left at the end of each batch is
	// Poisson(λτ).
	flat := must[LinearBatches](t)(NewLinearBatches(0.8, 0, 1.5))
	same(t, "batch of equal times", flat.Batch, 0.8*1.5+math.Exp(-0.8*1.5), 1e-14)
}

func TestVacationsAndBreakdowns(t *testing.T) {
	service := must[TimeDistribution](t)(Gamma(1.2, 3))
	moment := must[TimeDistribution](t)(Deterministic(1e-12))
	same(t, "W with vacations of no time", must[Vacations](t)(NewVacations(0.6, service, moment)).W, must[MG1](t)(NewMG1(0.6, service)).W, 1e-11)
	// Failures and repairs are so fast that they only make the server slower.
	fast := must[Breakdowns](t)(NewBreakdowns(0.5, 1, 1e9, 1e9*3))
	same(t, "W with very fast repairs", fast.W, must[MM1](t)(NewMM1(0.5, 0.75)).W, 1e-8)
	// This is the same queue as a chain of levels. In phase 0 the server is up, and in phase 1 it
	// is down.
	chain := must[steadyLevels](t)(levels{last: 1, phases: func(int) int { return 2 },
		rates: func(level, phase int, add func(by, to int, rate float64)) {
			add(1, phase, 0.5)
			add(0, 1-phase, []float64{0.2, 0.7}[phase])
			if level > 0 && phase == 0 {
				add(-1, 0, 1.1)
			}
		}}.solve())
	same(t, "L of breakdowns", chain.mean(func(level, _ int) float64 { return float64(level) }), must[Breakdowns](t)(NewBreakdowns(0.5, 1.1, 0.2, 0.7)).L, 1e-12)
}

func TestModulatedArrivals(t *testing.T) {
	fast := must[MMPP2](t)(NewModulated(1.5, 0.1, 1e8, 1e8, 1))
	same(t, "W when the rate switches very fast", fast.W, must[MM1](t)(NewMM1(0.8, 1)).W, 1e-6)
	same(t, "dispersion of a Poisson stream", must[MMPP2](t)(NewModulated(0.5, 0.5, 1, 2, 1)).Dispersion, 1, 1e-15)
	// A Poisson stream that is switched off and on is a renewal stream with hyperexponential gaps,
	// so the formula of GI/M/1 gives its wait.
	q := must[MMPP2](t)(NewModulated(1.5, 0, 0.4, 0.3, 1))
	gap := interrupted(1.5, 0.4, 0.3)
	same(t, "W of interrupted arrivals", q.W, must[GIM1](t)(NewGIM1(gap, 1)).W, 1e-11)
}

// interrupted is the distribution of the gaps of a Poisson stream that is switched off and on
// (Kuczura, 1973).
func interrupted(lambda, off, on float64) TimeDistribution {
	sum := lambda + off + on
	root := math.Sqrt(sum*sum - 4*lambda*on)
	r1, r2 := (sum+root)/2, (sum-root)/2
	return hyperexponential{p1: (lambda - r2) / (r1 - r2), mean1: 1 / r1, mean2: 1 / r2}
}

func TestBalancing(t *testing.T) {
	same(t, "W of two queues nearly empty", must[TwoShortest](t)(NewTwoShortest(1e-7, 1.5)).W, 1/1.5, 1e-9)
	rapid.Check(t, func(t *rapid.T) {
		rho := rapid.Float64Range(0.01, 0.99).Draw(t, "rho")
		q, err := NewTwoShortest(2*rho, 1)
		if err != nil {
			t.Fatal(err)
		}
		if !(q.OneQueue.W < q.W && q.W < q.RandomTime) {
			t.Errorf("W %v is not between one queue, %v, and chance, %v", q.W, q.OneQueue.W, q.RandomTime)
		}
		last := math.Inf(1)
		for _, choices := range []int{1, 2, 3, 5, 50} {
			s, err := NewSupermarket(choices, rho*2, 2)
			if err != nil {
				t.Fatal(err)
			}
			if s.W > last*(1+1e-12) || s.W < 0.5 {
				t.Errorf("W of %d choices is %v, of fewer %v", choices, s.W, last)
			}
			last = s.W
		}
	})
}

// TestTwoShortestByElimination solves the same queues as one large Markov chain with a banded
// matrix, without the matrix-geometric method.
func TestTwoShortestByElimination(t *testing.T) {
	const lambda, wide, deep = 1.7, 30, 120
	chain := newBand(wide*deep, wide+1, wide+1)
	for shorter := range deep {
		for apart := range wide {
			here := shorter*wide + apart
			switch {
			case apart == 0:
				chain.add(here, here+1, lambda)
				if shorter > 0 {
					chain.add(here, here-wide+1, 2)
				}
				continue
			case shorter+1 < deep:
				chain.add(here, here+wide-1, lambda)
			}
			chain.add(here, here-1, 1)
			if shorter > 0 && apart+1 < wide {
				chain.add(here, here-wide+1, 1)
			}
		}
	}
	distribution := chain.steady()
	l := 0.0
	for i, p := range distribution {
		l += p * float64(2*(i/wide)+i%wide)
	}
	q := must[TwoShortest](t)(NewTwoShortest(lambda, 1))
	same(t, "L", q.L, l, 1e-11)
	same(t, "P(0,0)", q.Empty, distribution[0], 1e-11)
}

func TestForkJoinBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rho := rapid.Float64Range(1e-6, 0.99).Draw(t, "rho")
		both, err1 := NewForkJoin(rho, 1)
		half, err2 := NewMM1(rho, 1)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		// The mean is greater than that of one station and less than that of the larger of two
		// independent times (Nelson and Tantawi, 1988).
		if !(both.W > half.W && both.W <= 1.5*half.W) {
			t.Errorf("W %v is not in (1, 1.5] times %v", both.W, half.W)
		}
	})
}

func TestInfiniteServers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q, err := NewInfinite(rapid.Float64Range(0.01, 500).Draw(t, "a"))
		if err != nil {
			t.Fatal(err)
		}
		level := rapid.Float64Range(0, 0.9999).Draw(t, "level")
		n, err := q.Quantile(level)
		if err != nil || q.AtMost(n) < level || n > 0 && q.AtMost(n-1) >= level {
			t.Errorf("%d is not the %v quantile, %v", n, level, err)
		}
		if gap := q.AtMost(n) - q.AtMost(n-1) - q.Exactly(n); n > 0 && math.Abs(gap) > 1e-11 {
			t.Errorf("P(N = %d) and the distribution are %v apart", n, gap)
		}
	})
}

// TestSinusoidFollowsItsEquation checks N'(t) = λ(t) − μN(t), and that no value is above the peak.
func TestSinusoidFollowsItsEquation(t *testing.T) {
	q := must[SinusoidQueue](t)(NewSinusoid(9, 4, 17, 0.6))
	const h = 1e-4
	for s := 0.0; s < 17; s += 0.37 {
		slope := (q.Mean(s+h) - q.Mean(s-h)) / (2 * h)
		same(t, "N'(t)", 1+slope, 1+9+4*math.Sin(2*math.Pi*s/17)-0.6*q.Mean(s), 1e-6)
		if q.Mean(s) > q.Peak*(1+1e-14) {
			t.Errorf("%v at %v is above the peak %v", q.Mean(s), s, q.Peak)
		}
	}
	same(t, "the mean at the lag after the arrivals' peak", q.Mean(17./4+q.Lag), q.Peak, 1e-14)
}

func TestTheFormulaThatIsWrongIsBlamed(t *testing.T) {
	for params, want := range map[string]string{
		"lam=0.3;S=det(1);V=det(2)":        "S: distribution \"det(1)\": the number 1 has no name; write mean1\nV: distribution \"det(2)\": the number 2 has no name; write mean2",
		"lam=0.3;S=det;V=exp(2)":           `S: distribution "det": it has no mean; write det(mean1)`,
		"lam=0.3;S=exp(1);V=gamma(mean2)":  `V: distribution "gamma(mean2)": it has no variation; write gamma(mean2,scv4)`,
		"lam=0.3;S=exp(1;V=exp(1)":         `S: distribution "exp(1": the closing ) is missing`,
		"lam=0.3;S=nope(1);V=exp(1);X=1":   "S: distribution \"nope(1)\": no such distribution, or the wrong number of arguments\nparameter \"X\" is not known",
		"lam=0.3;V=exp(1)":                 `parameter "S" is missing`,
		"lam=0.3;S=det(mean1);V=det(mean)": `V: distribution "det(mean)": "mean" is not a finite number`,
	} {
		const family = "M/G/1 multiple vacations"
		if _, err := Parse(family, params); err == nil || err.Error() != family+" with "+params+": "+want {
			t.Errorf("%s: %v, want %s", params, err, want)
		}
	}
}
