package workload

import (
	"errors"
	"fmt"
	"math"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/workload/distribution"
)

// Labels says what requests carry besides their model and work. Each kind of label has a random
// stream of its own, so that it changes neither the arrivals nor other labels. The zero value adds
// nothing.
type Labels struct {
	Patience Patience
	Classes  *distribution.Choice[fleet.ClassID]  // nil: that of the trace, or the first class
	Tenants  *distribution.Choice[fleet.TenantID] // nil: that of the trace, or the first tenant
	Sessions Sessions
}

// Patience is how long requests wait for their start before they give up.
type Patience struct {
	Mean         time.Duration        // 0: the Timeout of their model
	Distribution distribution.Service // around Mean; nil stands for Deterministic
}

// Sessions groups requests into sessions. Each request belongs to one of the Open sessions that are
// open, all equally likely. With probability 1/Requests it is the last request of its session, and
// a new session opens. So the number of requests of a session is geometric. All requests of a
// session have the same class and tenant.
type Sessions struct {
	Requests float64 // mean number of requests of a session; 0: no sessions
	Open     int     // sessions open at a time, 1 to 1,000,000
	First    int64   // number of the first session, above 0
	Step     int64   // difference between the numbers of a session and the next one, above 0
}

// Label returns src with labels on its requests.
func (l Lane) Label(src Source, labels Labels) (Source, error) {
	m, err := l.labeller(labels)
	if err != nil {
		return nil, err
	}
	return &labelled{
		Source: src, labeller: m, open: make([]session, labels.Sessions.Open), next: labels.Sessions.First, sessions: l.Stream("session", 0),
	}, nil
}

// labeller draws labels.
type labeller struct {
	labels                     Labels
	patience, classes, tenants *kernel.Stream
}

func (l Lane) labeller(labels Labels) (labeller, error) {
	if labels.Patience.Distribution == nil {
		labels.Patience.Distribution = distribution.Deterministic()
	}
	return labeller{labels, l.Stream("patience", 0), l.Stream("class", 0), l.Stream("tenant", 0)}, labels.check()
}

func (l *Labels) check() error {
	var faults []error
	if l.Patience.Mean < 0 {
		faults = append(faults, fmt.Errorf("patience: mean: %v is negative", l.Patience.Mean))
	}
	if s := l.Sessions; s.Requests != 0 {
		faults = append(faults, distribution.Within("sessions: mean-requests", s.Requests, 1, 1e9), distribution.Within("sessions: open", float64(s.Open), 1, 1e6))
		if s.First < 1 || s.Step < 1 {
			faults = append(faults, fmt.Errorf("sessions: the first number %d and the step %d must be above 0", s.First, s.Step))
		}
	} else if s.Open != 0 {
		faults = append(faults, errors.New("sessions: mean-requests: none given"))
	}
	return errors.Join(faults...)
}

type labelled struct {
	Source
	labeller
	open     []session
	next     int64 // number of the next session to open
	sessions *kernel.Stream
}

// session is an open session. Its number is 0 before its first request.
type session struct {
	number int64
	class  fleet.ClassID
	tenant fleet.TenantID
}

func (l *labelled) Next(r *fleet.Request) bool {
	if !l.Source.Next(r) {
		return false
	}
	if l.labels.Sessions.Requests > 0 {
		l.join(r)
	} else {
		class, tenant := l.sender()
		if l.labels.Classes != nil {
			r.Class = class
		}
		if l.labels.Tenants != nil {
			r.Tenant = tenant
		}
	}
	r.Patience = l.wait()
	return true
}

// wait draws a patience. It returns 0 if the labels have none.
func (l *labeller) wait() time.Duration {
	p := &l.labels.Patience
	if p.Mean == 0 {
		return 0
	}
	return max(1, span(p.Mean, p.Distribution, l.patience))
}

// span draws a time with a mean, in whole nanoseconds.
func span(mean time.Duration, around distribution.Service, s *kernel.Stream) time.Duration {
	const longest = float64(horizon) / 2
	return time.Duration(min(longest, math.Round(float64(mean)*around.Work(s))))
}

// sender draws the class and the tenant of a sender.
func (l *labeller) sender() (class fleet.ClassID, tenant fleet.TenantID) {
	if l.labels.Classes != nil {
		class = l.labels.Classes.Draw(l.classes)
	}
	if l.labels.Tenants != nil {
		tenant = l.labels.Tenants.Draw(l.tenants)
	}
	return class, tenant
}

// join assigns a request to a session.
func (l *labelled) join(r *fleet.Request) {
	s := &l.open[l.sessions.IntN(len(l.open))]
	if s.number == 0 {
		s.number = l.next
		s.class, s.tenant = l.sender()
		l.next += l.labels.Sessions.Step
	}
	r.Session, r.Class, r.Tenant = s.number, s.class, s.tenant
	if l.sessions.Float64()*l.labels.Sessions.Requests < 1 {
		s.number = 0
	}
}
