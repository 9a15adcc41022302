package workload

import (
	"math"
	"testing"
	"time"

	"wavetank/sim/fleet"
	"wavetank/workload/distribution"
)

// labelledBy returns requests at 100/s with the labels.
func labelledBy(t *testing.T, labels Labels, n int) []fleet.Request {
	t.Helper()
	l := lane("labels")
	l.Work = distribution.Exponential()
	return take(t, must(l.Label(must(l.Synthetic(must(Poisson(100)))), labels)), n)
}

var (
	twoClasses   = must(distribution.NewChoice([]fleet.ClassID{1, 0}, []float64{1, 4}))
	threeTenants = must(distribution.NewChoice([]fleet.TenantID{4, 5, 9}, []float64{1, 2, 5}))
)

func TestLabelsMoveNeitherArrivalsNorEachOther(t *testing.T) {
	const n = 2000
	plain := labelledBy(t, Labels{}, n)
	patience := Patience{Mean: time.Second, Distribution: distribution.Exponential()}
	one := labelledBy(t, Labels{Classes: twoClasses}, n)
	all := labelledBy(t, Labels{Patience: patience, Classes: twoClasses, Tenants: threeTenants}, n)
	again := labelledBy(t, Labels{Patience: patience, Classes: twoClasses, Tenants: threeTenants}, n)
	waits := labelledBy(t, Labels{Patience: patience, Sessions: Sessions{Requests: 5, Open: 10, First: 1, Step: 1}}, n)
	for i := range n {
		if all[i] != again[i] {
			t.Fatalf("request %d is %+v and then %+v", i, all[i], again[i])
		}
		if all[i].Class != one[i].Class || all[i].Patience != waits[i].Patience {
			t.Fatalf("the class or patience of request %d depends on other labels", i)
		}
		for _, r := range []*fleet.Request{&one[i], &all[i], &waits[i]} {
			r.Class, r.Tenant, r.Session, r.Patience = 0, 0, 0, 0
			if *r != plain[i] {
				t.Fatalf("request %d is %+v, without labels %+v", i, *r, plain[i])
			}
		}
	}
}

func TestLabelsComeInTheirShares(t *testing.T) {
	const n = 40_000
	for _, sessions := range []Sessions{{}, {Requests: 1, Open: 3, First: 1, Step: 1}} {
		classes, tenants := map[fleet.ClassID]float64{}, map[fleet.TenantID]float64{}
		for _, r := range labelledBy(t, Labels{Classes: twoClasses, Tenants: threeTenants, Sessions: sessions}, n) {
			classes[r.Class]++
			tenants[r.Tenant]++
		}
		within := func(what string, got, want float64) {
			if band := 4 * math.Sqrt(want*(1-want)/n); math.Abs(got/n-want) > band {
				t.Errorf("%s has %g of the requests, want %g ± %g", what, got/n, want, band)
			}
		}
		within("class 1", classes[1], 0.2)
		within("class 0", classes[0], 0.8)
		within("tenant 4", tenants[4], 1./8)
		within("tenant 5", tenants[5], 2./8)
		within("tenant 9", tenants[9], 5./8)
	}
}

func TestPatienceFollowsItsDistribution(t *testing.T) {
	const n = 100_000
	for _, c := range []struct {
		distribution distribution.Service
		cv           float64
	}{{nil, 0}, {distribution.Exponential(), 1}, {must(distribution.Erlang(4)), 0.5}, {must(distribution.Lognormal(1)), 1}} {
		x := make([]float64, n)
		for i, r := range labelledBy(t, Labels{Patience: Patience{Mean: 2 * time.Second, Distribution: c.distribution}}, n) {
			if r.Patience <= 0 {
				t.Fatalf("request %d has a patience of %v", i, r.Patience)
			}
			x[i] = r.Patience.Seconds()
		}
		mean, deviation := moments(x)
		if band := 4*2*c.cv/math.Sqrt(n) + 1e-9; math.Abs(mean-2) > band || math.Abs(deviation/mean-c.cv) > 0.05*c.cv+1e-9 {
			t.Errorf("%v: mean patience %g s ± %g, cv %g", c.distribution, mean, band, deviation/mean)
		}
	}
	if r := labelledBy(t, Labels{Patience: Patience{Mean: math.MaxInt64, Distribution: distribution.Exponential()}}, 100); r[0].Patience <= 0 {
		t.Errorf("the longest patience is %v", r[0].Patience)
	}
}

func TestSessionsAreGeometricAndOfOneClassAndTenant(t *testing.T) {
	const n, open = 100_000, 20
	type session struct {
		requests, first, last int
		class                 fleet.ClassID
		tenant                fleet.TenantID
	}
	sessions := map[int64]*session{}
	for i, r := range labelledBy(t, Labels{Classes: twoClasses, Tenants: threeTenants, Sessions: Sessions{Requests: 5, Open: open, First: 2, Step: 3}}, n) {
		s := sessions[r.Session]
		if s == nil {
			s = &session{first: i, class: r.Class, tenant: r.Tenant}
			sessions[r.Session] = s
		}
		if r.Session%3 != 2 || s.class != r.Class || s.tenant != r.Tenant {
			t.Fatalf("request %d of session %d has class %d and tenant %d", i, r.Session, r.Class, r.Tenant)
		}
		s.requests++
		s.last = i
	}
	ended, ones, requests, meanwhile := 0.0, 0.0, 0.0, 0
	for _, s := range sessions {
		if s.first > n/2 {
			continue // the session may not have ended
		}
		ended++
		requests += float64(s.requests)
		if s.requests == 1 {
			ones++
		}
		if s.last-s.first >= s.requests {
			meanwhile++
		}
	}
	if band := 4 * math.Sqrt(20/ended); math.Abs(requests/ended-5) > band {
		t.Errorf("sessions have %g requests, want 5 ± %g", requests/ended, band)
	}
	if band := 4 * math.Sqrt(0.2*0.8/ended); math.Abs(ones/ended-0.2) > band {
		t.Errorf("%g of the sessions have one request, want 0.2 ± %g", ones/ended, band)
	}
	if meanwhile < int(ended/2) {
		t.Errorf("requests of others come in between for %d of %g sessions", meanwhile, ended)
	}
}

func TestLabelsAreChecked(t *testing.T) {
	for _, c := range []struct {
		labels Labels
		want   string
	}{
		{Labels{Patience: Patience{Mean: -1}}, "patience: mean: -1ns"},
		{Labels{Sessions: Sessions{Requests: 0.5, Open: 0}}, "sessions: mean-requests: 0.5"},
		{Labels{Sessions: Sessions{Requests: 2, Open: 0}}, "sessions: open: 0"},
		{Labels{Sessions: Sessions{Requests: 2, Open: 1}}, "sessions: the first number 0 and the step 0"},
		{Labels{Sessions: Sessions{Open: 1}}, "sessions: mean-requests: none"},
	} {
		mentions(t, second(lane("a").Label(instants(), c.labels)), c.want)
	}
}

func TestLabelsAllocateNothing(t *testing.T) {
	l := lane("a")
	src := must(l.Label(must(l.Synthetic(must(Poisson(1)))), Labels{
		Patience: Patience{Mean: time.Second, Distribution: distribution.Exponential()}, Classes: twoClasses, Tenants: threeTenants,
		Sessions: Sessions{Requests: 5, Open: 100, First: 1, Step: 1},
	}))
	var r fleet.Request
	if n := testing.AllocsPerRun(1000, func() { src.Next(&r) }); n != 0 {
		t.Errorf("%g allocations per request", n)
	}
}
