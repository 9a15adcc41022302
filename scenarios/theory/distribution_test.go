package theory

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// must returns the model that a constructor made, or fails the test if the constructor returned an
// error.
func must[T any](t testing.TB) func(model T, err error) T {
	return func(model T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return model
	}
}

// same reports an error if two values of one quantity differ by more than a relative tolerance.
func same(t testing.TB, what string, got, want, relative float64) {
	t.Helper()
	if !(math.Abs(got-want) <= relative*math.Abs(want)) {
		t.Errorf("%s is %v, not %v", what, got, want)
	}
}

func exponential(t testing.TB, mean float64) TimeDistribution {
	return must[TimeDistribution](t)(Exponential(mean))
}

func TestEverythingExponentialIsMM1(t *testing.T) {
	const lambda, mu = 0.7, 1.1
	want := must[MM1](t)(NewMM1(lambda, mu))
	gap, service := exponential(t, 1/lambda), exponential(t, 1/mu)
	mg1 := must[MG1](t)(NewMG1(lambda, service))
	same(t, "variance of the wait of M/G/1", mg1.VarWq, want.VarWq, 1e-12)
	same(t, "variance of the time in M/G/1", mg1.VarW, want.VarW, 1e-12)
	gim1 := must[GIM1](t)(NewGIM1(gap, mu))
	same(t, "probability of waiting of GI/M/1", gim1.Sigma, want.Rho, 1e-12)
	same(t, "quantile of the wait of GI/M/1", gim1.WaitQuantile(0.9), want.WaitQuantile(0.9), 1e-12)
	mmc := must[MMc](t)(NewMMc(1, lambda, mu))
	same(t, "Erlang C of one server", mmc.Waiting, want.Rho, 1e-12)
	same(t, "P(W > 3) of M/M/c", mmc.TimeAbove(3), want.TimeAbove(3), 1e-12)
	same(t, "variance of the wait of M/M/c", mmc.VarWq, want.VarWq, 1e-12)
	for n := range 6 {
		same(t, "P(N = n) of M/M/c", mmc.Exactly(n), want.Exactly(n), 1e-12)
		same(t, "P(N >= n) of M/M/c", mmc.AtLeast(n), want.AtLeast(n), 1e-12)
	}
	for what, w := range map[string]float64{
		"M/G/1":                     mg1.W,
		"GI/M/1":                    gim1.W,
		"M/M/c":                     mmc.W,
		"M/M/c/K with much room":    must[MMcK](t)(NewMMcK(1, 2000, lambda, mu)).W,
		"processor sharing":         must[Sharing](t)(NewSharing(lambda, 1/mu)).W,
		"least attained":            must[BySize](t)(NewLeastAttained(lambda, mu)).W,
		"no breakdowns":             must[Breakdowns](t)(NewBreakdowns(lambda, mu, 0, 1)).W,
		"one class":                 must[Priority](t)(NewNonPreemptive(PriorityClass{lambda, service})).Classes[0].W,
		"one class, preemptive":     must[Priority](t)(NewPreemptive(PriorityClass{lambda, service})).Classes[0].W,
		"a tandem of one":           must[Tandem](t)(NewTandem(lambda, mu)).W,
		"bulk service of one":       must[BulkService](t)(NewBulkService(lambda, mu, 1)).W,
		"groups of one":             must[GroupArrivals](t)(NewFixedGroups(lambda, 1, mu)).W,
		"geometric groups of one":   must[GroupArrivals](t)(NewGeometricGroups(lambda, 1, mu)).W,
		"two equal rates":           must[MMPP2](t)(NewModulated(lambda, lambda, 0.3, 0.2, mu)).W,
		"one choice":                must[Supermarket](t)(NewSupermarket(1, lambda, mu)).W,
		"endless patience":          must[ErlangA](t)(NewErlangA(1, lambda, mu, 1e-14)).Wait + 1/mu,
		"setup of an instant":       must[SetupQueue](t)(NewSetup(1, lambda, mu, 1e13)).W,
		"feedback without way back": must[FeedbackNetwork](t)(NewFeedback(lambda, Station{1, mu}, Station{1, 1e15}, 0)).W,
	} {
		same(t, "W of "+what, w, want.W, 1e-11)
	}
}

func TestMM1VariancesFollowFromItsDistributions(t *testing.T) {
	const lambda, mu = 0.7, 1.1
	q := must[MM1](t)(NewMM1(lambda, mu))
	var sum, mean, square float64
	for n := range 400 {
		sum += q.Exactly(n)
		mean += float64(n) * q.Exactly(n)
		square += float64(n*n) * q.Exactly(n)
	}
	same(t, "total probability", sum, 1, 1e-12)
	same(t, "mean number", mean, q.L, 1e-12)
	same(t, "variance of the number", square-mean*mean, q.VarN, 1e-11)
	const end = 120 // E[X²] = 2∫tP(X > t)dt
	same(t, "variance of the time", 2*integrate(end, func(x float64) float64 { return x * q.TimeAbove(x) })-q.W*q.W, q.VarW, 1e-11)
	same(t, "variance of the wait", 2*integrate(end, func(x float64) float64 { return x * q.WaitAbove(x) })-q.Wq*q.Wq, q.VarWq, 1e-11)
	// A busy period consists of a service and of one busy period for each arrival during that
	// service. This gives its first two moments.
	secondService := 2 / (mu * mu)
	secondBusy := secondService * math.Pow(1+lambda*q.BusyMean, 2) / (1 - q.Rho)
	same(t, "variance of a busy period", secondBusy-q.BusyMean*q.BusyMean, q.BusyVariance, 1e-12)
}

func TestMD1FromItsRelatives(t *testing.T) {
	const lambda, service = 0.6, 1.5
	want := must[MD1](t)(NewMD1(lambda, service))
	capped := must[CappedBatches](t)(NewCappedBatches(lambda, 0, service, 1))
	same(t, "W of batches of one", capped.W, want.W, 1e-12)
	same(t, "utilisation of batches of one", capped.Utilisation, want.Rho, 1e-12)
	var sum, mean float64
	for n, p := range want.states(900) {
		sum += p
		mean += float64(n) * p
	}
	same(t, "total probability", sum, 1, 1e-12)
	same(t, "mean number", mean, want.L, 1e-11)
	table := want.waits(400)
	wait := 0.0 // ∫P(Wq > x)dx, integrated between the kinks of the distribution
	for k := range 400 {
		wait += service / 4 * integrate(4, func(x float64) float64 { return 1 - table.atMost((float64(k)+x/4)*service) })
	}
	same(t, "integral of the tail of the wait", wait, want.Wq, 1e-9)
	same(t, "P(Wq <= 0)", must[float64](t)(want.WaitAtMost(0)), 1-want.Rho, 1e-14)
}

// TestMD1AgreesWithErlangsSum evaluates Erlang's alternating sum with so many digits that
// cancellation does no harm.
func TestMD1AgreesWithErlangsSum(t *testing.T) {
	const lambda, x = 0.9375, 60.25 // their products are exact in binary
	const digits = 600
	number := func(f float64) *big.Float { return new(big.Float).SetPrec(digits).SetFloat64(f) }
	exp := func(f float64) *big.Float {
		sum, term := number(1), number(1)
		for n := 1; n < 800; n++ {
			term.Mul(term, number(f)).Quo(term, number(float64(n)))
			sum.Add(sum, term)
		}
		return sum
	}
	sum := number(0)
	for k := 0; k <= 60; k++ {
		term := exp(-lambda * (float64(k) - x))
		for j := 1; j <= k; j++ {
			term.Mul(term, number(lambda)).Mul(term, number(float64(k)-x)).Quo(term, number(float64(j)))
		}
		sum.Add(sum, term)
	}
	want, _ := sum.Mul(sum, number(1-lambda)).Float64()
	got := must[float64](t)(must[MD1](t)(NewMD1(lambda, 1)).WaitAtMost(x))
	same(t, "P(Wq <= 60.25)", got, want, 1e-12)
}

func TestLimitsOfPools(t *testing.T) {
	const servers, lambda, mu = 6, 5.2, 1.1
	pool := must[MMc](t)(NewMMc(servers, lambda, mu))
	roomy := must[MMcK](t)(NewMMcK(servers, 3000, lambda, mu))
	same(t, "Lq with much room", roomy.Lq, pool.Lq, 1e-11)
	for n := range 12 {
		same(t, "P(N = n) with much room", roomy.Exactly(n), pool.Exactly(n), 1e-11)
	}
	tight := must[MMcK](t)(NewMMcK(servers, servers, lambda, mu))
	loss := must[Loss](t)(NewLoss(servers, lambda/mu))
	same(t, "loss without waiting room", tight.Blocked, loss.Blocked, 1e-12)
	same(t, "busy without waiting room", tight.Utilisation*servers, loss.Busy, 1e-12)
	patient := must[ErlangA](t)(NewErlangA(servers, lambda, mu, 1e-9))
	same(t, "Lq of the very patient", patient.Lq, pool.Lq, 1e-6)
	endless := must[Infinite](t)(NewInfinite(lambda / mu))
	// Customers give up at the same rate at which they are served, so each one leaves as if it did
	// not have to wait.
	leaving := must[ErlangA](t)(NewErlangA(servers, lambda, mu, mu))
	same(t, "waiting when giving up is as fast as service", leaving.Waiting, 1-endless.AtMost(servers-1), 1e-12)
	for n := range 12 {
		same(t, "P(N = n) when giving up is as fast as service", leaving.Exactly(n), endless.Exactly(n), 1e-11)
	}
	same(t, "Lq of instant setups", must[SetupQueue](t)(NewSetup(servers, lambda, mu, 1e12)).Lq, pool.Lq, 1e-9)
	same(t, "W of one server with setup", must[SetupQueue](t)(NewSetup(1, 0.7, 1.1, 0.3)).W, 1/(1.1-0.7)+1/0.3, 1e-12)
	const a = 1e6
	large := must[MMc](t)(NewMMc(a+1000, a, 1)) // c = a + √a
	same(t, "waiting of a very large pool", large.Waiting, must[HalfinWhitt](t)(NewHalfinWhitt(1)).Waiting, 1e-3)
	// The distribution of the time in the system depends on two rates, cμ − λ and μ. In this case
	// they are equal.
	equal := must[MMc](t)(NewMMc(3, 2, 1))
	near := must[MMc](t)(NewMMc(3, 2+1e-9, 1))
	same(t, "P(W > 2) with equal rates", equal.TimeAbove(2), near.TimeAbove(2), 1e-8)
	same(t, "quantile of the time", equal.TimeAbove(must[float64](t)(equal.TimeQuantile(0.99))), 0.01, 1e-12)
	if total := equal.AtLeast(0); math.Abs(total-1) > 1e-12 {
		t.Errorf("the states of M/M/c sum to %v", total)
	}
}

func TestFlowsBalance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		servers := rapid.IntRange(1, 12).Draw(t, "servers")
		lambda := rapid.Float64Range(0.1, 20).Draw(t, "lambda")
		room := servers + rapid.IntRange(0, 20).Draw(t, "more room")
		theta := rapid.Float64Range(0.01, 5).Draw(t, "theta")
		full, err := NewMMcK(servers, room, lambda, 1.3)
		if err != nil {
			t.Fatal(err)
		}
		if want := lambda * (1 - full.Blocked); math.Abs(full.Throughput-want) > 1e-9*want {
			t.Errorf("throughput %v of what enters, %v", full.Throughput, want)
		}
		left, err := NewErlangA(servers, lambda, 1.3, theta)
		if err != nil {
			t.Fatal(err)
		}
		if want := lambda * (1 - left.Abandoned); math.Abs(left.Throughput-want) > 1e-9*want {
			t.Errorf("throughput %v of who stays, %v", left.Throughput, want)
		}
		n, think := rapid.IntRange(1, 30).Draw(t, "customers"), rapid.Float64Range(0.1, 30).Draw(t, "think")
		closed, err := NewClosed(n, think, 1.3)
		if err != nil {
			t.Fatal(err)
		}
		states, _ := birthDeath(n, func(k int) float64 { return float64(n-k) / think }, func(int) float64 { return 1.3 })
		if math.Abs(closed.Utilisation-(1-states[0])) > 1e-9 {
			t.Errorf("%d customers keep the server %v busy by mean values, %v by states", n, closed.Utilisation, 1-states[0])
		}
	})
}

func TestSizingIsSmallest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lambda := rapid.Float64Range(0.1, 300).Draw(t, "lambda")
		eps := rapid.Float64Range(0.001, 0.9).Draw(t, "eps")
		bound := rapid.SampledFrom([]float64{0, 0.1, 2}).Draw(t, "t")
		servers, err := ServersToWait(lambda, 1.7, bound, eps)
		if err != nil {
			t.Fatal(err)
		}
		if q, err := NewMMc(servers, lambda, 1.7); err != nil || q.WaitAbove(bound) > eps*(1+1e-12) {
			t.Errorf("%d servers are too few: %v", servers, err)
		}
		if q, err := NewMMc(servers-1, lambda, 1.7); err == nil && q.WaitAbove(bound) <= eps*(1-1e-12) {
			t.Errorf("%d servers are more than needed", servers)
		}
	})
}
