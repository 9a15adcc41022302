package routing

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// TestRingAgreesWithASortedList adds, removes and walks.
func TestRingAgreesWithASortedList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var r ring
		var list []point
		position := rapid.OneOf(rapid.Uint32(), rapid.SampledFrom([]uint32{0, 1, math.MaxUint32, math.MaxUint32 - 1, 1 << 31, 1<<31 + 1}))
		order := func(a, b point) int {
			if a.before(b) {
				return -1
			}
			return 1
		}
		for range rapid.IntRange(1, 120).Draw(t, "steps") {
			if len(list) > 0 && rapid.IntRange(0, 2).Draw(t, "remove") == 0 {
				i := rapid.IntRange(0, len(list)-1).Draw(t, "which")
				r.remove(list[i])
				list = slices.Delete(list, i, i+1)
			} else if p := (point{position.Draw(t, "position"), rapid.Int32Range(0, 3).Draw(t, "number")}); !slices.Contains(list, p) {
				r.add(p)
				list = append(list, p)
				slices.SortFunc(list, order)
			}
			if len(list) == 0 {
				continue
			}
			from := position.Draw(t, "from")
			want := slices.IndexFunc(list, func(p point) bool { return p.position >= from })
			if want < 0 {
				want = 0
			}
			for i, steps := r.after(from), 0; steps <= len(list); i, steps = r.next(i), steps+1 {
				if r.table[i] != list[(want+steps)%len(list)] {
					t.Fatalf("step %d from %d: %v, want %v of %v", steps, from, r.table[i], list[(want+steps)%len(list)], list)
				}
			}
		}
	})
}

// TestSessionsAreTheLastUsedOnes compares with a list in which the last used session stands last.
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

// homes returns where so many sessions go.
func homes(p *ConsistentHashing, f *fleet.Fleet, sessions int64) []fleet.ReplicaID {
	v := sim.ViewOf(f, 0)
	list := make([]fleet.ReplicaID, sessions)
	for s := range sessions {
		list[s] = p.Route(v, &fleet.Request{Session: s + 1})
	}
	return list
}

func TestOnlySessionsOfAReplicaThatLeavesMove(t *testing.T) {
	f, _ := stage(t, 10, 1)
	p, err := NewConsistentHashing(DefaultBound, DefaultPoints)
	if err != nil {
		t.Fatal(err)
	}
	before := homes(p, f, 2000)
	if err := f.Drain(4, 0); err != nil {
		t.Fatal(err)
	}
	after := homes(p, f, 2000)
	moved := 0
	for s := range before {
		if after[s] == 4 {
			t.Fatalf("session %d goes to a replica that drains", s)
		}
		if before[s] != after[s] {
			moved++
			if before[s] != 4 {
				t.Errorf("session %d moved from %d to %d, which stayed both", s, before[s], after[s])
			}
		}
	}
	if moved == 0 || moved > 600 { // a tenth of them, give or take the luck of eight points
		t.Errorf("%d of 2000 sessions moved", moved)
	}
}

func TestNoReplicaIsLoadedBeyondTheBound(t *testing.T) {
	for _, bound := range []float64{1, 1.25, 2} {
		const n = 10
		f, v := stage(t, n, 1)
		p, err := NewConsistentHashing(bound, DefaultPoints)
		if err != nil {
			t.Fatal(err)
		}
		for total := 1; total <= 500; total++ {
			at := p.Route(v, &fleet.Request{Session: 7}) // one session, which overflows from replica to replica
			give(f, at)
			if load, limit := v.Outstanding(at), math.Ceil(bound*float64(total)/n); float64(load) > limit {
				t.Fatalf("bound %v: %d requests on one replica of %d, at most %v allowed", bound, load, n, limit)
			}
		}
	}
}

func TestHashingFallsBackFromSessionToTenantToRequest(t *testing.T) {
	f, v := stage(t, 50, 1)
	p, err := NewConsistentHashing(DefaultBound, DefaultPoints)
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
	f.Catalog().Tenants = []string{"a", "b"}
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
	route(1, 1) // the first of the least loaded
	give(f, 1, 1)
	route(1, 1) // 2 more than replica 2
	route(0, 2) // no session
	give(f, 1)
	route(1, 2) // 3 more: moves
	give(f, 2)
	serve(f, 0)
	serve(f, 1)
	route(1, 2) // and stays there, though others are idle
	if err := f.Drain(2, 0); err != nil {
		t.Fatal(err)
	}
	route(1, 0)
}

func TestImpossibleParametersAreRefused(t *testing.T) {
	for _, bound := range []float64{0.9, math.NaN(), math.Inf(1)} {
		if _, err := NewConsistentHashing(bound, 1); err == nil {
			t.Errorf("bound %v is accepted", bound)
		}
	}
	for _, points := range []int{0, 1001} {
		if _, err := NewConsistentHashing(1, points); err == nil {
			t.Errorf("%d points are accepted", points)
		}
	}
	if _, err := NewSessionAffinity(-1, 1); err == nil {
		t.Error("negative imbalance is accepted")
	}
	if _, err := NewSessionAffinity(0, 0); err == nil {
		t.Error("no session is accepted")
	}
}
