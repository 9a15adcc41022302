package theory

// family is a family of systems that Parse knows.
type family struct {
	name   string
	prefix bool // the rest of the name is a parameter, such as the service distribution
	build  func(r *reader) ([]quantity, error)
}

// families lists the families with the names that tables use. The parameters lam and mu are the
// rates of arrival and of service per server, and a is λ/μ.
var families = []family{
	{name: "M/M/1", build: func(r *reader) ([]quantity, error) { return solved(NewMM1(r.number("lam"), r.number("mu"))) }},
	{name: "M/M/c", build: func(r *reader) ([]quantity, error) {
		return solved(NewMMc(r.count("c"), r.number("lam"), r.number("mu")))
	}},
	{name: "M/M/c/K", build: func(r *reader) ([]quantity, error) {
		return solved(NewMMcK(r.count("c"), r.count("K"), r.number("lam"), r.number("mu")))
	}},
	{name: "M/G/c/c(ErlangB)", build: func(r *reader) ([]quantity, error) { return solved(NewLoss(r.count("c"), r.number("a"))) }},
	{name: "M/M/c+M (Erlang-A)", build: func(r *reader) ([]quantity, error) {
		return solved(NewErlangA(r.count("c"), r.number("lam"), r.number("mu"), r.number("theta")))
	}},
	{name: "ErlangC sizing: min c s.t. P(wait)<=eps", build: func(r *reader) ([]quantity, error) {
		return sized(ServersToWait(r.number("a"), 1, 0, r.number("eps")))
	}},
	{name: "ErlangC sizing: min c s.t. P(Wq>t)<=eps", build: func(r *reader) ([]quantity, error) {
		return sized(ServersToWait(r.number("lam"), r.number("mu"), r.number("t"), r.number("eps")))
	}},
	{name: "Halfin-Whitt", build: func(r *reader) ([]quantity, error) { return solved(NewHalfinWhitt(r.number("beta"))) }},
	{name: "D/D/1", build: func(r *reader) ([]quantity, error) { return solved(NewDD1(r.number("T"), r.number("S"))) }},
	{name: "M/D/1", build: func(r *reader) ([]quantity, error) { return solved(NewMD1(r.number("lam"), r.number("D"))) }},
	{name: "M/G/1:", prefix: true, build: readMG1},
	{name: "M/G/1 multiple vacations", build: readVacations},
	{name: "M/M/1 breakdowns (time-dependent, preempt-resume)", build: func(r *reader) ([]quantity, error) {
		return solved(NewBreakdowns(r.number("lam"), r.number("mu"), r.number("fail"), r.number("repair")))
	}},
	{name: "GI/M/1", build: readGIM1},
	{name: "M/G/inf", build: func(r *reader) ([]quantity, error) { return solved(NewInfinite(r.number("a"))) }},
	{name: "Mt/M/inf sinusoid", build: func(r *reader) ([]quantity, error) {
		return solved(NewSinusoid(r.number("lam0"), r.number("amp"), r.number("period"), r.number("mu")))
	}},
	{name: "M/G/1-PS", build: func(r *reader) ([]quantity, error) { return solved(NewSharing(r.number("lam"), r.number("ES"))) }},
	{name: "M/M/1-PS", build: func(r *reader) ([]quantity, error) {
		return solved(NewExponentialSharing(r.number("lam"), r.number("ES")))
	}},
	{name: "M/M/1-SRPT", build: func(r *reader) ([]quantity, error) {
		return solved(NewShortestRemaining(r.number("lam"), r.number("mu")))
	}},
	{name: "M/M/1-SJF(nonpreemptive)", build: func(r *reader) ([]quantity, error) {
		return solved(NewShortestJob(r.number("lam"), r.number("mu")))
	}},
	{name: "M/M/1-LAS/FB", build: func(r *reader) ([]quantity, error) {
		return solved(NewLeastAttained(r.number("lam"), r.number("mu")))
	}},
	{name: "M/M/1-NPprio", build: func(r *reader) ([]quantity, error) { return solved(NewNonPreemptive(readClasses(r)...)) }},
	{name: "M/M/1-PRprio", build: func(r *reader) ([]quantity, error) { return solved(NewPreemptive(readClasses(r)...)) }},
	{name: "Jackson-tandem M/M/1", build: func(r *reader) ([]quantity, error) {
		return solved(NewTandem(r.number("lam"), r.list("mus")...))
	}},
	{name: "Jackson-feedback(", prefix: true, build: readFeedback},
	{name: "Fork-join 2xM/M/1 (Flatto-Hahn)", build: func(r *reader) ([]quantity, error) {
		return solved(NewForkJoin(r.number("lam"), r.number("mu")))
	}},
	{name: "M/D^[inf]/1 linear batch s(b)=alpha*b+tau0", build: readLinearBatches},
	{name: "M/D^[1,bmax]/1 greedy batch s(b)=alpha*b+tau0", build: func(r *reader) ([]quantity, error) {
		return solved(NewCappedBatches(r.number("lam"), r.number("alpha"), r.number("tau0"), r.count("bmax")))
	}},
	{name: "M/M^[1,bmax]/1 greedy bulk service (Bailey, rate mu indep. of size)", build: func(r *reader) ([]quantity, error) {
		return solved(NewBulkService(r.number("lam"), r.number("mu"), r.count("bmax")))
	}},
	{name: "M^X/M/1 fixed batch", build: func(r *reader) ([]quantity, error) {
		return solved(NewFixedGroups(r.number("lam"), r.count("X"), r.number("mu")))
	}},
	{name: "M^X/M/1 geometric batch", build: func(r *reader) ([]quantity, error) {
		return solved(NewGeometricGroups(r.number("lam"), r.number("p"), r.number("mu")))
	}},
	{name: "MMPP2/M/1", build: func(r *reader) ([]quantity, error) {
		return solved(NewModulated(r.number("lam1"), r.number("lam2"), r.number("r12"), r.number("r21"), r.number("mu")))
	}},
	{name: "Supermarket JSQ(d) mean-field (n->inf)", build: func(r *reader) ([]quantity, error) {
		return solved(NewSupermarket(r.count("d"), r.number("lam"), r.number("mu")))
	}},
	{name: "JSQ exact (2 servers)", build: func(r *reader) ([]quantity, error) {
		if r.has("servers") && r.number("servers") != 2 {
			r.fault("servers is %s; exact values are known for 2 only", r.text("servers"))
		}
		return solved(NewTwoShortest(r.number("lam"), r.number("mu")))
	}},
	{name: "M/M/k/setup (off when idle; exp setup, cancellable)", build: func(r *reader) ([]quantity, error) {
		return solved(NewSetup(r.count("k"), r.number("lam"), r.number("mu"), r.number("setup_rate")))
	}},
	{name: "Closed M/M/1//N (machine repair, MVA)", build: func(r *reader) ([]quantity, error) {
		return solved(NewClosed(r.count("N"), r.number("Z"), r.number("mu")))
	}},
}

// Families lists the names of the families that Parse knows. A name that ends in an opening bracket
// is followed by a parameter, such as a service distribution.
func Families() []string {
	names := make([]string, len(families))
	for i, f := range families {
		names[i] = f.name
	}
	return names
}
