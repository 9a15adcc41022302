package metrics

import "wavetank/sim"

// byCall shows facts about the ends of requests to a function, such that a request of a client
// counts once. Facts about its attempts are left out. The end of the call is shown instead: as the
// end of a request that arrived with the first attempt.
type byCall struct {
	do   func(*sim.Fact)
	fact sim.Fact
}

// asCalls returns the function of a byCall for a function.
func asCalls(do func(*sim.Fact)) func(*sim.Fact) {
	b := &byCall{do: do}
	return b.show
}

func (b *byCall) show(f *sim.Fact) {
	switch {
	case f.Kind == sim.CallEnded:
		b.fact = *f
		b.fact.Kind = f.Outcome
		b.do(&b.fact)
	case f.Request.Attempt == 0:
		b.do(f)
	}
}
