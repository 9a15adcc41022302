package fleet

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"wavetank/sim/kernel"
)

// rescan is a simple ranking: it searches all ready replicas.
func rescan(f *Fleet, m ModelID, by *Measure) (best ReplicaID, least, sum float64) {
	best, least = NoReplica, Barred
	ready := slices.Clone(f.ReadyReplicas(m))
	slices.Sort(ready)
	for _, at := range ready {
		key := by.Key(f, at)
		if key < least {
			best, least = at, key
		}
		if key != Barred {
			sum += key
		}
	}
	return best, least, sum
}

// TestRankingsAgreeWithARescan asks for the least replica by every measure, from a random operation
// on, while a fleet goes through random operations.
func TestRankingsAgreeWithARescan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := mixed()
		c.Models[1].Varied, c.Models[1].Combine = true, Combine(rapid.IntRange(0, 2).Draw(t, "combine"))
		f := New(c)
		w := &twin{
			c: c, machines: map[MachineID]TypeID{}, cordoned: map[MachineID]bool{}, placed: map[ReplicaID]site{}, state: map[ReplicaID]ReplicaState{},
			queues: map[ReplicaID][]int64{}, serving: map[ReplicaID][]int64{}, pending: map[ModelID][]int64{},
		}
		o := &operations{t: t, f: f, w: w}
		var taste [64]float64 // the part of a key that does not depend on the load
		canLoseMachines := &Measure{func(f *Fleet, at ReplicaID) float64 { return taste[at%64] - float64(f.Replica(at).Queued()) }}
		measures := []*Measure{LeastOutstanding, LeastQueued, LeastOutstandingWithRoom, canLoseMachines, {(*Fleet).WorkEnd}}
		used := make([]bool, len(measures))
		for range rapid.IntRange(1, 150).Draw(t, "steps") {
			o.step()
			if n := f.Replicas(); n > 0 && used[3] {
				at := ReplicaID(o.pick("whose taste", n))
				taste[at%64] = rapid.SampledFrom([]float64{0, 1, -2.5, Barred}).Draw(t, "taste")
				for other := at % 64; int(other) < n; other += 64 {
					f.Rerank(canLoseMachines, other)
				}
			}
			for i, by := range measures {
				used[i] = used[i] || o.pick("use", 20) == 0
				if !used[i] {
					continue
				}
				for m := range ModelID(2) {
					at, key := f.Least(m, by)
					want, least, sum := rescan(f, m, by)
					if at != want || key != least || f.Sum(m, by) != sum {
						t.Fatalf("measure %d, model %d: replica %d with %v, sum %v; a rescan says %d with %v, sum %v", i, m, at, key, f.Sum(m, by), want, least, sum)
					}
				}
			}
		}
	})
}

// TestTournamentAgreesWithAList sets random keys of a tournament and a list.
func TestTournamentAgreesWithAList(t *testing.T) {
	keys := []float64{0, math.Copysign(0, -1), 1, 2, 3.5, -1, -1e300, 1e300, Barred, math.NaN()}
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.SampledFrom([]int{1, 7, 8, 9, 70, 600}).Draw(t, "size")
		var tree tournament
		list := make([]float64, size)
		for i := range list {
			list[i] = Barred
		}
		for range rapid.IntRange(1, 200).Draw(t, "changes") {
			i, key := rapid.IntRange(0, size-1).Draw(t, "index"), rapid.SampledFrom(keys).Draw(t, "key")
			tree.Set(i, key)
			if key != key {
				key = Barred
			}
			list[i] = key
			want, least := -1, Barred
			for j, k := range list {
				if k < least {
					want, least = j, k
				}
			}
			if got, key := tree.Least(); got != want || key != least {
				t.Fatalf("least is %d with %v, want %d with %v", got, key, want, least)
			}
			if j := rapid.IntRange(0, 2*size).Draw(t, "look"); j < size && tree.Key(j) != list[j] || j >= size && tree.Key(j) != Barred {
				t.Fatalf("key %d is %v", j, tree.Key(j))
			}
		}
	})
}

// ready returns a fleet with one ready replica of deployment "a@c", on which a request alone takes
// 2 ms.
func ready(t *testing.T) *Fleet {
	t.Helper()
	return readyIn(t, mixed())
}

// readyIn is ready with another specification.
func readyIn(t *testing.T, c *Spec) *Fleet {
	t.Helper()
	f := New(c)
	on, err := f.Order(0, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	f.Boot(on)
	if _, err := f.Place(0, on, 0, 0); err != nil {
		t.Fatal(err)
	}
	f.MakeReady(0, 0)
	return f
}

// left returns the work left at replica 0 in milliseconds.
func left(f *Fleet, now kernel.Time) float64 {
	return (f.WorkEnd(0) - float64(f.Replica(0).Timed())*float64(now)) / 1e6
}

func TestWorkLeftIsQueuedWorkAndTheRestOfServices(t *testing.T) {
	const ms = kernel.Time(time.Millisecond)
	f := ready(t)
	var ids []RequestID
	for _, work := range []float64{1, 3, 0.5} {
		id, _ := f.Admit(&Request{Work: work})
		f.Give(id, 0)
		ids = append(ids, id)
	}
	check := func(what string, now kernel.Time, want float64) {
		t.Helper()
		if got := left(f, now); math.Abs(got-want) > 1e-5 {
			t.Errorf("%s: %v ms left, want %v", what, got, want)
		}
	}
	check("4.5 mean requests of 2 ms wait", 0, 9)
	f.Start(0, 2)
	f.Occupy(0, 10*ms)
	check("a batch ends in 6 ms and 1 ms of work waits", 4*ms, 7)
	f.Finish(0, 2, 10*ms)
	check("the batch is done", 10*ms, 1)
	f.Abandon(ids[2])
	check("nothing is left", 10*ms, 0)
}

func TestWorkLeftOfAPreemptedRequestIsWhatItStillNeeds(t *testing.T) {
	const ms = kernel.Time(time.Millisecond)
	f := ready(t)
	f.Rank()
	id, _ := f.Admit(&Request{Work: 5})
	f.Give(id, 0)
	f.Start(0, 1)
	f.Begin(0, id, 0, 10*time.Millisecond)
	if _, key := f.Least(0, LeastQueued); key != 1 {
		t.Errorf("key %v with one request in service", key)
	}
	if got := left(f, 3*ms); math.Abs(got-7) > 1e-5 {
		t.Errorf("%v ms left of 10 after 3", got)
	}
	f.Preempt(0, id, 3*ms, 1)
	if _, key := f.Least(0, LeastQueued); key != 1<<20 {
		t.Errorf("key %v with one request in line", key)
	}
	if got := left(f, 50*ms); math.Abs(got-7) > 1e-5 {
		t.Errorf("%v ms left of a preempted request, want 7 at any time", got)
	}
	f.Start(0, 1)
	f.Begin(0, id, 60*ms, 0)
	if got := left(f, 61*ms); math.Abs(got-6) > 1e-5 {
		t.Errorf("%v ms left after it resumed for 1 ms, want 6", got)
	}
	f.Cease(0, id)
	if got := left(f, 67*ms); got != 0 {
		t.Errorf("without requests %v ms of work are left", got)
	}
}

func TestARetriedRequestNeedsItsWholeWork(t *testing.T) {
	f := ready(t)
	f.Rank()
	id, _ := f.Admit(&Request{Work: 5})
	f.Give(id, 0)
	f.Start(0, 1)
	f.Begin(0, id, 0, 10*time.Millisecond)
	f.Preempt(0, id, 6*kernel.Time(time.Millisecond), 1)
	f.Lose(0, 0)
	f.Retry(id)
	at, err := f.Place(0, 0, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	f.MakeReady(at, 0)
	f.Give(id, at)
	if got := f.WorkEnd(at) / 1e6; math.Abs(got-10) > 1e-5 {
		t.Errorf("%v ms left of a request that starts anew, want 10", got)
	}
}

func TestWorkLeftOfSharingRequestsIsTheirWholeWork(t *testing.T) {
	f := ready(t)
	a, _ := f.Admit(&Request{Work: 2})
	b, _ := f.Admit(&Request{Work: 1})
	f.Give(a, 0)
	f.Give(b, 0)
	f.Share(0)
	f.Share(0)
	f.Unshare(0, a)
	if got := left(f, 0); math.Abs(got-2) > 1e-5 {
		t.Errorf("%v ms left of a mean request, want 2", got)
	}
}

func TestReadyReplicasAreTheSameWhileChangesStays(t *testing.T) {
	f := ready(t)
	before := f.Changes(0)
	id, _ := f.Admit(&Request{})
	f.Give(id, 0)
	if f.Changes(0) != before {
		t.Error("a request at a replica counts as a change of the ready replicas")
	}
	if err := f.Drain(0, 0); err != nil {
		t.Fatal(err)
	}
	if f.Changes(0) == before {
		t.Error("a drain does not count as a change of the ready replicas")
	}
}

// BenchmarkTournament changes the least of many keys to the largest.
func BenchmarkTournament(b *testing.B) {
	for _, n := range []int{10, 1000, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var t tournament
			for i := range n {
				t.Set(i, float64(i))
			}
			next := float64(n)
			for b.Loop() {
				i, _ := t.Least()
				t.Set(i, next)
				next++
			}
		})
	}
}
