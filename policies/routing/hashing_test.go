package routing

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// TestSessionsAreTheLastUsedOnes compares the sessions with a list in the order of their last use.
func TestSessionsAreTheLastUsedOnes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type remembered struct {
			model   fleet.ModelID
			session int64
			home    fleet.ReplicaID
		}
		limit := rapid.IntRange(1, 9).Draw(t, "limit")
		s := newSessions(limit)
		var list []remembered
		for step := range rapid.IntRange(1, 150).Draw(t, "steps") {
			m, session := fleet.ModelID(rapid.IntRange(0, 1).Draw(t, "model")), rapid.Int64Range(1, 8).Draw(t, "session")
			want := remembered{m, session, fleet.NoReplica}
			if i := slices.IndexFunc(list, func(r remembered) bool { return r.model == m && r.session == session }); i >= 0 {
				want = list[i]
				list = slices.Delete(list, i, i+1)
			} else if len(list) == limit {
				list = slices.Delete(list, 0, 1)
			}
			home := s.home(m, session)
			if *home != want.home {
				t.Fatalf("session %d of model %d is at %d, want %d", session, m, *home, want.home)
			}
			if rapid.Bool().Draw(t, "move") {
				want.home = fleet.ReplicaID(step)
				*home = want.home
			}
			list = append(list, want)
		}
	})
}

// homes returns the replica of each session.
func homes(p *ConsistentHashing, f *fleet.Fleet, sessions int64) []fleet.ReplicaID {
	v := sim.ViewOf(f, 0)
	list := make([]fleet.ReplicaID, sessions)
	for s := range sessions {
		list[s] = p.Route(v, &fleet.Request{Session: s + 1})
	}
	return list
}

// share fails unless the number of sessions is about 1/n of all; chance may account for the rest.
func share(t *testing.T, what string, sessions, all, n int) {
	t.Helper()
	p := 1 / float64(n)
	if mean := float64(all) * p; math.Abs(float64(sessions)-mean) > 4*math.Sqrt(mean*(1-p)) {
		t.Errorf("%d of %d sessions %s, want one in %d", sessions, all, what, n)
	}
}

func TestOnlySessionsOfAReplicaThatLeavesMove(t *testing.T) {
	const sessions = 4000
	for n := 2; n <= 33; n++ {
		f, _ := stage(t, n, 1)
		p := made(t)(NewConsistentHashing(DefaultBound)).(*ConsistentHashing)
		before := homes(p, f, sessions)
		gone := fleet.ReplicaID(n / 2)
		if err := f.Drain(gone, 0); err != nil {
			t.Fatal(err)
		}
		moved := 0
		for s, home := range homes(p, f, sessions) {
			if home == gone {
				t.Fatalf("session %d goes to a replica that drains", s)
			}
			if home != before[s] {
				moved++
				if before[s] != gone {
					t.Errorf("of %d replicas, session %d moved from %d to %d, which stayed both", n, s, before[s], home)
				}
			}
		}
		share(t, "moved", moved, sessions, n)
	}
}

func TestSessionsMoveOnlyToAReplicaThatJoins(t *testing.T) {
	const sessions, most = 4000, 70
	f, _ := stage(t, most, 1)
	for at := range fleet.ReplicaID(most) {
		if err := f.Drain(at, 0); err != nil {
			t.Fatal(err)
		}
		f.Remove(at, 0)
	}
	p := made(t)(NewConsistentHashing(DefaultBound)).(*ConsistentHashing)
	var before []fleet.ReplicaID
	for n := 1; n <= most; n++ {
		fresh, err := f.Place(0, 0, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		f.MakeReady(fresh, 0)
		after := homes(p, f, sessions)
		counts := map[fleet.ReplicaID]int{}
		for s, home := range after {
			counts[home]++
			if before != nil && home != before[s] && home != fresh {
				t.Fatalf("session %d moved from %d to %d when %d joined", s, before[s], home, fresh)
			}
		}
		for at, sent := range counts {
			share(t, fmt.Sprintf("go to replica %d", at), sent, sessions, n)
		}
		before = after
	}
}

// TestTheSessionsOfAnOverloadedReplicaGoEverywhere fills one of 20 replicas up to the bound.
func TestTheSessionsOfAnOverloadedReplicaGoEverywhere(t *testing.T) {
	const n, sessions = 20, 8000
	f, _ := stage(t, n, 1)
	p := made(t)(NewConsistentHashing(DefaultBound)).(*ConsistentHashing)
	before := homes(p, f, sessions)
	give(f, 3)
	counts, moved := map[fleet.ReplicaID]int{}, 0
	for s, home := range homes(p, f, sessions) {
		if home != before[s] {
			if before[s] != 3 {
				t.Errorf("session %d moved from %d to %d", s, before[s], home)
			}
			counts[home]++
			moved++
		}
	}
	for at, sent := range counts {
		share(t, fmt.Sprintf("moved to %d", at), sent, moved, n-1)
	}
	share(t, "moved", moved, sessions, n)
	if len(counts) != n-1 {
		t.Errorf("they went to %d replicas", len(counts))
	}
}

func TestNoReplicaIsLoadedBeyondTheBound(t *testing.T) {
	for _, bound := range []float64{1, 1.25, 2} {
		const n = 10
		f, v := stage(t, n, 1)
		p, err := NewConsistentHashing(bound)
		if err != nil {
			t.Fatal(err)
		}
		for total := 1; total <= 500; total++ {
			at := p.Route(v, &fleet.Request{Session: 7}) // always the same session, which overflows
			give(f, at)
			if load, limit := v.Outstanding(at), math.Ceil(bound*float64(total)/n); float64(load) > limit {
				t.Fatalf("bound %v: %d requests on one replica of %d, at most %v allowed", bound, load, n, limit)
			}
		}
	}
}

func TestHashingFallsBackFromSessionToTenantToRequest(t *testing.T) {
	f, v := stage(t, 50, 1)
	p, err := NewConsistentHashing(DefaultBound)
	if err != nil {
		t.Fatal(err)
	}
	distinct := func(change func(*fleet.Request, int64)) int {
		seen := map[fleet.ReplicaID]bool{}
		for i := range int64(20) {
			r := fleet.Request{}
			change(&r, i)
			seen[p.Route(v, &r)] = true
		}
		return len(seen)
	}
	ordinal := func(r *fleet.Request, i int64) { r.Ordinal = i }
	if n := distinct(ordinal); n < 5 {
		t.Errorf("20 requests of nobody go to %d replicas", n)
	}
	f.Spec().Tenants = []string{"a", "b"}
	if n := distinct(ordinal); n != 1 {
		t.Errorf("20 requests of one tenant go to %d replicas", n)
	}
	if n := distinct(func(r *fleet.Request, i int64) { r.Ordinal, r.Tenant, r.Session = i, fleet.TenantID(i%2), 5 }); n != 1 {
		t.Errorf("20 requests of one session go to %d replicas", n)
	}
}

func TestASessionStaysUntilItsReplicaIsOverloadedOrLeaves(t *testing.T) {
	f, v := stage(t, 3, 8)
	p, err := NewSessionAffinity(2, 100)
	if err != nil {
		t.Fatal(err)
	}
	route := func(session int64, want fleet.ReplicaID) {
		t.Helper()
		if got := p.Route(v, &fleet.Request{Session: session}); got != want {
			t.Errorf("session %d: replica %d, want %d", session, got, want)
		}
	}
	give(f, 0)
	route(1, 1) // the lowest identity of the least loaded
	give(f, 1, 1)
	route(1, 1) // stays: 2 requests more than replica 2
	route(0, 2) // no session
	give(f, 1)
	route(1, 2) // moves: 3 requests more than replica 2
	give(f, 2)
	serve(f, 0)
	serve(f, 1)
	route(1, 2) // stays there, although others are idle
	if err := f.Drain(2, 0); err != nil {
		t.Fatal(err)
	}
	route(1, 0)
}

func TestImpossibleParametersAreRefused(t *testing.T) {
	for _, bound := range []float64{0.9, math.NaN(), math.Inf(1)} {
		if _, err := NewConsistentHashing(bound); err == nil {
			t.Errorf("bound %v is accepted", bound)
		}
	}
	if _, err := NewSessionAffinity(-1, 1); err == nil {
		t.Error("negative imbalance is accepted")
	}
	if _, err := NewSessionAffinity(0, 0); err == nil {
		t.Error("a router that remembers 0 sessions is accepted")
	}
}
