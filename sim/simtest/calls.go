package simtest

import (
	"fmt"
	"math/big"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Calls checks the calls of clients:
//
//   - Each call ends in exactly one outcome: that of its last attempt, or RequestTimedOut at the
//     end of that attempt's timeout.
//   - Attempts are numbered from 1, and no more than the client makes. An attempt begins after the
//     client no longer waits for the one before, and after a pause that the client's backoff
//     allows.
//   - An answer that counts comes within the timeout.
//   - An attempt of a hedged request begins when the delay after the last one is over, or when an
//     attempt fails. The first answer ends the call.
//   - If servers learn that the client has gone, no attempt starts after that.
type Calls struct {
	Began, Attempts, Retries int64
	Ended                    map[sim.FactKind]int64 // number of calls by outcome
	Gone                     int64                  // attempts that ended without their client
	Cancelled                int64                  // RequestCancelled
	Hedges                   int64                  // attempts of hedged requests after the first

	inFlight map[int32]*progress
	inside   int64   // calls that have not ended
	area     big.Int // ∫ inside dt, ns
	sojourn  big.Int // Σ time until the end, ns
}

// progress is a call that has not ended.
type progress struct {
	arrival  kernel.Time
	ordinal  int64
	attempts int
	begun    kernel.Time  // when its last attempt began
	heard    bool         // the client waits for an attempt
	how      sim.FactKind // how that attempt has ended
	changed  kernel.Time  // when it ended, or its client went
	open     map[int64]bool
	over     bool
	begins   []kernel.Time // of a hedged request: when its attempts began
}

// advance integrates the number of calls inside over a span.
func (p *Calls) advance(span kernel.Time) {
	p.area.Add(&p.area, new(big.Int).Mul(big.NewInt(p.inside), big.NewInt(int64(span))))
}

// begin checks the begin of a call.
func (c *InvariantChecker) begin(f *sim.Fact) {
	p := &c.Calls
	if p.inFlight[f.Parent] != nil {
		c.fault(f, "call %d begins twice", f.Parent)
	}
	if f.At != f.Request.Arrival || f.Request.Client == 0 || f.Request.Attempt != 0 {
		c.fault(f, "call %d begins at another instant than %v, or without a client", f.Parent, f.Request.Arrival)
	}
	p.Began++
	p.inside++
	p.inFlight[f.Parent] = &progress{arrival: f.At, changed: f.At, ordinal: f.Request.Ordinal, open: map[int64]bool{}}
}

// endCall checks the end of a call.
func (c *InvariantChecker) endCall(f *sim.Fact) {
	p := &c.Calls
	in := p.inFlight[f.Parent]
	if in == nil || in.over || in.ordinal != f.Request.Ordinal {
		c.fault(f, "call %d ends, but is not in flight", f.Parent)
		return
	}
	client := &c.spec.Clients[f.Request.Client-1]
	if client.HedgeAfter > 0 {
		c.endHedged(f, in)
		return
	}
	switch expires := in.begun.Add(client.Timeout); {
	case f.Count != in.attempts:
		c.fault(f, "call %d had %d attempts, the fact says %d", f.Parent, in.attempts, f.Count)
	case f.Outcome == sim.RequestUnfinished:
	case in.heard && (f.Outcome != sim.RequestTimedOut || client.Timeout == 0 || f.At != expires):
		c.fault(f, "call %d ends as %v while its attempt goes on, which expires at %v", f.Parent, f.Outcome, expires)
	case !in.heard && (in.how != f.Outcome || in.changed != f.At):
		c.fault(f, "call %d ends as %v, its last attempt ended as %v at %v", f.Parent, f.Outcome, in.how, in.changed)
	case f.Outcome == sim.RequestFinished && f.Span != f.At.Sub(in.arrival):
		c.fault(f, "the fact says that call %d took %v", f.Parent, f.Span)
	}
	p.end(f, in)
}

// endHedged checks the end of the call of a hedged request.
func (c *InvariantChecker) endHedged(f *sim.Fact, in *progress) {
	switch answered := in.how == sim.RequestFinished; {
	case f.Count != in.attempts:
		c.fault(f, "call %d had %d attempts, the fact says %d", f.Parent, in.attempts, f.Count)
	case answered != (f.Outcome == sim.RequestFinished) || answered && (in.changed != f.At || f.Span != f.At.Sub(in.arrival)):
		c.fault(f, "hedged call %d ends as %v after %v, its attempt ended as %v at %v", f.Parent, f.Outcome, f.Span, in.how, in.changed)
	}
	c.Calls.end(f, in)
}

// end counts the end of a call.
func (p *Calls) end(f *sim.Fact, in *progress) {
	p.Ended[f.Outcome]++
	p.inside--
	p.sojourn.Add(&p.sojourn, big.NewInt(int64(f.At-in.arrival)))
	in.over, in.heard = true, false
	p.forget(f.Parent)
}

// forget drops a call that has ended with all its attempts.
func (p *Calls) forget(of int32) {
	if in := p.inFlight[of]; in.over && len(in.open) == 0 {
		delete(p.inFlight, of)
	}
}

// attempt checks a fact about an attempt against its call.
func (c *InvariantChecker) attempt(f *sim.Fact) {
	p, r := &c.Calls, f.Request
	if r.Attempt == 0 {
		if r.Client != 0 {
			c.fault(f, "request %d has a client, but is no attempt", r.Ordinal)
		}
		return
	}
	in := p.inFlight[f.Parent]
	if in == nil {
		c.fault(f, "request %d is an attempt, but of no call in flight", r.Ordinal)
		return
	}
	client := &c.spec.Clients[r.Client-1]
	switch {
	case f.Kind == sim.RequestArrived:
		c.attemptArrives(f, in, client)
	case f.Kind == sim.RequestStarted && f.Gone && client.Cancels && !c.spec.Decodes(f.Model):
		c.fault(f, "request %d starts after its client has gone", r.Ordinal)
	case f.Kind == sim.RequestCancelled && (!f.Gone || !client.Cancels):
		c.fault(f, "request %d is cancelled, but its client waits for it, or does not cancel", r.Ordinal)
	}
	if c.outcome(f.Kind) == nil {
		return
	}
	if !in.open[r.Ordinal] {
		c.fault(f, "request %d is no open attempt of call %d", r.Ordinal, f.Parent)
	}
	delete(in.open, r.Ordinal)
	switch {
	case f.Gone:
		p.Gone++
	case client.HedgeAfter == 0 && int(r.Attempt) != in.attempts || in.over || in.how == sim.RequestFinished && in.attempts > 0 && client.HedgeAfter > 0:
		c.fault(f, "request %d ends as attempt %d of %d, and its client still waits for it", r.Ordinal, r.Attempt, in.attempts)
	default:
		in.heard, in.how, in.changed = false, f.Kind, f.At
		if f.Kind == sim.RequestFinished && client.Timeout > 0 && f.Span > client.Timeout {
			c.fault(f, "request %d is answered after %v, its client waits for %v", r.Ordinal, f.Span, client.Timeout)
		}
	}
	if f.Kind == sim.RequestCancelled {
		p.Cancelled++
	}
	p.forget(f.Parent)
}

// attemptArrives checks that an attempt may begin.
func (c *InvariantChecker) attemptArrives(f *sim.Fact, in *progress, client *fleet.Client) {
	p, r := &c.Calls, f.Request
	if client.HedgeAfter > 0 {
		c.hedgeArrives(f, in, client)
		return
	}
	if in.heard { // the client of the attempt before has gone
		in.heard, in.how, in.changed = false, sim.RequestTimedOut, in.begun.Add(client.Timeout)
	}
	pause, most := f.At.Sub(in.changed), time.Duration(0)
	if in.attempts > 0 {
		most = client.Backoff.Most(in.attempts)
		p.Retries++
	}
	if pause < 0 || pause > most || in.attempts > 0 && !client.Backoff.Jitter && pause != most {
		c.fault(f, "attempt %d of call %d begins after a pause of %v, at most %v", r.Attempt, f.Parent, pause, most)
	}
	in.attempts++
	if in.over || int(r.Attempt) != in.attempts || in.attempts > client.Attempts || r.Entered != in.arrival {
		c.fault(f, "attempt %d of call %d is number %d; over: %v", r.Attempt, f.Parent, in.attempts, in.over)
	}
	p.Attempts++
	in.begun, in.heard, in.open[r.Ordinal] = f.At, true, true
}

// hedgeArrives checks that an attempt of a hedged request may begin: when the delay after the last
// one is over, or when an attempt has failed. That is when it has ended, or its timeout.
func (c *InvariantChecker) hedgeArrives(f *sim.Fact, in *progress, client *fleet.Client) {
	p, r := &c.Calls, f.Request
	if in.attempts > 0 {
		p.Retries++
		p.Hedges++
		failed := in.changed == f.At
		for _, begun := range in.begins {
			failed = failed || client.Timeout > 0 && begun.Add(client.Timeout) == f.At
		}
		if f.At != in.begun.Add(client.HedgeAfter) && !failed {
			c.fault(f, "attempt %d of call %d begins at %v, the one before at %v, and none has failed", r.Attempt, f.Parent, f.At, in.begun)
		}
	}
	in.attempts++
	if in.over || int(r.Attempt) != in.attempts || in.attempts > client.Attempts || r.Entered != in.arrival {
		c.fault(f, "attempt %d of call %d is number %d; over: %v", r.Attempt, f.Parent, in.attempts, in.over)
	}
	p.Attempts++
	in.begun, in.open[r.Ordinal] = f.At, true
	in.begins = append(in.begins, f.At)
}

// faults returns the broken invariants at the end of a run.
func (p *Calls) faults() []error {
	var faults []error
	sum := int64(0)
	for _, n := range p.Ended {
		sum += n
	}
	if sum != p.Began || p.inside != 0 || len(p.inFlight) != 0 || p.Attempts != p.Began+p.Retries {
		faults = append(faults, fmt.Errorf("%d calls began, %d ended, %d are inside, %d have attempts; %d attempts, %d retries", p.Began, sum, p.inside, len(p.inFlight), p.Attempts, p.Retries))
	}
	if p.area.Cmp(&p.sojourn) != 0 {
		faults = append(faults, fmt.Errorf("little's law of calls: ∫ N dt is %v ns, Σ T is %v ns", &p.area, &p.sojourn))
	}
	return faults
}
