package routing

import (
	"math"
	"slices"
	"testing"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

func TestRandomChoosesAllAlike(t *testing.T) {
	_, v := stage(t, 5, 1)
	const draws = 50_000
	var hits [5]int
	for _, at := range sequence(NewRandom(1, 0), v, draws) {
		hits[at]++
	}
	for at, n := range hits { // five standard deviations of a binomial count are 450
		if math.Abs(float64(n)-draws/5) > 450 {
			t.Errorf("replica %d chosen %d times of %d", at, n, draws)
		}
	}
	if other := sequence(NewRandom(1, 1), v, 50); slices.Equal(other, sequence(NewRandom(1, 0), v, 50)) {
		t.Error("two replications draw alike")
	}
}

func TestShortestQueueCountsThoseThatWaitFirst(t *testing.T) {
	f, v := stage(t, 3, 4)
	give(f, 0, 1, 1, 1, 1, 2, 2)
	f.Start(1, 4) // one waits at 0, four are in service at 1, two wait at 2
	if got := NewShortestQueue().Route(v, &fleet.Request{}); got != 1 {
		t.Errorf("replica %d, want the one at which no request waits", got)
	}
	if got := NewLeastOutstanding().Route(v, &fleet.Request{}); got != 0 {
		t.Errorf("replica %d, want the one with one unfinished request", got)
	}
	f.Start(2, 2) // now no request waits at 1 or 2
	if got := NewShortestQueue().Route(v, &fleet.Request{}); got != 2 {
		t.Errorf("replica %d, want the one with fewer requests in service", got)
	}
}

func TestCapacityWeightedFillsReplicasInProportion(t *testing.T) {
	f, v := crew(t, 3, 1)
	hire(t, f, 1)
	hire(t, f, 0)
	p := NewCapacityWeighted()
	var got []fleet.ReplicaID
	for range 8 {
		at := p.Route(v, &fleet.Request{})
		got = append(got, at)
		give(f, at)
	}
	// The large idle replica comes first, then the small idle one. Then loads per capacity are
	// compared: 1/3 against 1, and so on.
	if want := []fleet.ReplicaID{1, 0, 1, 1, 0, 1, 1, 1}; !slices.Equal(got, want) {
		t.Errorf("sequence %v, want %v", got, want)
	}
}

// serve starts and ends all requests that wait at a replica.
func serve(f *fleet.Fleet, at fleet.ReplicaID) {
	for f.Replica(at).Queued() > 0 {
		id, _ := f.Start(at, 1)
		f.Finish(at, 1, 0)
		f.Forget(id)
	}
}

func TestIdleReplicasAreServedInTheOrderTheyBecameIdle(t *testing.T) {
	f, v := stage(t, 4, 1)
	p := NewIdleQueue(1, 0)
	for _, want := range []fleet.ReplicaID{0, 1, 2, 3} {
		at := p.Route(v, &fleet.Request{})
		if at != want {
			t.Fatalf("replica %d, want %d", at, want)
		}
		give(f, at)
	}
	serve(f, 2)
	serve(f, 0)
	for _, want := range []fleet.ReplicaID{2, 0} {
		at := p.Route(v, &fleet.Request{})
		if at != want {
			t.Fatalf("replica %d, want %d", at, want)
		}
		give(f, at)
	}
	seen := map[fleet.ReplicaID]bool{}
	for _, at := range sequence(p, v, 100) { // no replica is idle
		seen[at] = true
	}
	if len(seen) != 4 {
		t.Errorf("random choices among busy replicas reached %d of 4", len(seen))
	}
}

func TestWorkLeftKnowsSizesAndWhatIsUnderWay(t *testing.T) {
	f, _ := stage(t, 3, 1) // a request of mean work takes 2 ms alone
	const ms = kernel.Time(time.Millisecond)
	load := func(at fleet.ReplicaID, work float64) {
		id, _ := f.Admit(&fleet.Request{Work: work})
		f.Give(id, at)
	}
	load(0, 10) // 20 ms in service from instant 0
	f.Start(0, 1)
	f.Occupy(0, 20*ms)
	load(1, 1) // 2 + 4 ms wait
	load(1, 2)
	load(2, 4) // 8 ms wait
	p := NewWorkLeft()
	for _, c := range []struct {
		now  kernel.Time
		want fleet.ReplicaID
	}{{0, 1}, {13 * ms, 1}, {14*ms + 1, 0}, {20 * ms, 0}} {
		if got := p.Route(sim.ViewOf(f, c.now), &fleet.Request{}); got != c.want {
			t.Errorf("at %v: replica %d, want %d", c.now, got, c.want)
		}
	}
}

func TestWorkLeftIsAsARescanSays(t *testing.T) {
	for _, slots := range []int{1, 3} {
		f, _ := stage(t, 20, 1)
		f.Spec().Deployments[0].Slots = slots
		draw := kernel.NewStream(3, 0, "test", 0)
		p := NewWorkLeft()
		type end struct {
			at    fleet.ReplicaID
			first fleet.RequestID
			when  kernel.Time
		}
		var ends []end
		for step := range kernel.Time(3000) {
			now := step * kernel.Time(time.Millisecond)
			ends = slices.DeleteFunc(ends, func(e end) bool {
				if e.when > now {
					return false
				}
				f.Finish(e.at, 1, e.when)
				f.Forget(e.first)
				return true
			})
			best, least := fleet.NoReplica, math.Inf(1)
			for at := range fleet.ReplicaID(20) {
				if left := f.WorkEnd(at) - float64(f.Replica(at).Timed())*float64(now); left < least {
					best, least = at, left
				}
			}
			id, _ := f.Admit(&fleet.Request{Work: 15 * draw.Exponential()})
			got := p.Route(sim.ViewOf(f, now), f.Request(id))
			if got != best {
				t.Fatalf("step %d: replica %d, a rescan says %d", step, got, best)
			}
			f.Give(id, got)
			for at := range fleet.ReplicaID(20) {
				for f.Replica(at).Queued() > 0 && int(f.Replica(at).Busy) < slots {
					first, work := f.Start(at, 1)
					when := now.Add(time.Duration(work * 2e6 * float64(slots)))
					f.Occupy(at, when)
					ends = append(ends, end{at, first, when})
				}
			}
		}
	}
}

// finished makes a router observe that a request finished at a replica.
func finished(p sim.Observer, at fleet.ReplicaID, when, latency time.Duration) {
	p.Observe(&sim.Fact{Kind: sim.RequestFinished, Replica: at, At: kernel.Time(when), Span: latency})
}

func TestPeakEWMARisesAtOnceAndFallsSlowly(t *testing.T) {
	p, err := NewPeakEWMA(10 * time.Second)
	if err != nil {
		t.Fatal(err)
	}
	estimate := func(want float64) {
		t.Helper()
		if got := p.known[0].nanoseconds / 1e6; math.Abs(got-want) > 1e-9 {
			t.Errorf("estimate %v ms, want %v", got, want)
		}
	}
	finished(p, 0, 0, 100*time.Millisecond)
	estimate(100)
	finished(p, 0, 5*time.Second, 300*time.Millisecond)
	estimate(300)
	finished(p, 0, 15*time.Second, 50*time.Millisecond)
	estimate(300/math.E + 50*(1-1/math.E))
	finished(p, 0, 65*time.Second, 10*time.Millisecond) // the estimate has decayed to 142/e^5 < 10
	estimate(10)
}

func TestPeakEWMAWeighsLatencyWithUnfinishedRequests(t *testing.T) {
	f, v := stage(t, 3, 1)
	p, err := NewPeakEWMA(10 * time.Second)
	if err != nil {
		t.Fatal(err)
	}
	route := func(what string, want fleet.ReplicaID) {
		t.Helper()
		if got := p.Route(v, &fleet.Request{}); got != want {
			t.Errorf("%s: replica %d, want %d", what, got, want)
		}
	}
	give(f, 0)
	route("the first idle one of which nothing is known", 1)
	finished(p, 1, time.Second, 40*time.Millisecond)
	finished(p, 2, time.Second, 100*time.Millisecond)
	route("0 is busy and unknown, 1 the faster one", 1)
	give(f, 1, 1)
	route("40·3 > 100", 2)
	finished(p, 0, time.Second, 45*time.Millisecond)
	route("45·2 < 100", 0)
	give(f, 0)
	finished(p, 2, 12*time.Second, time.Millisecond)
	route("2 has become faster: (100/e^1.1 + 0.67)·1 < 45/e^1.1·3", 2)
	finished(p, 1, 200*time.Second, time.Microsecond)
	route("0 and 2 have decayed since, but 1 is at its peak", 2)
}

func TestPeakEWMARefusesToForgetAtOnce(t *testing.T) {
	if _, err := NewPeakEWMA(0); err == nil {
		t.Error("a decay of 0 is accepted")
	}
}

func TestIndexPackingFillsTheOldestFirst(t *testing.T) {
	f, v := stage(t, 3, 2)
	p, err := NewIndexPacking(0, false)
	if err != nil {
		t.Fatal(err)
	}
	var got []fleet.ReplicaID
	for range 7 {
		at := p.Route(v, &fleet.Request{})
		got = append(got, at)
		give(f, at)
	}
	if want := []fleet.ReplicaID{0, 0, 1, 1, 2, 2, 0}; !slices.Equal(got, want) {
		t.Errorf("sequence %v, want %v", got, want)
	}
	serve(f, 1)
	if at := p.Route(v, &fleet.Request{}); at != 1 {
		t.Errorf("replica %d, want the one with room", at)
	}
}

func TestMostRecentlyBusyIsTheLastToFallIdle(t *testing.T) {
	f, v := stage(t, 4, 1)
	p, err := NewIndexPacking(1, true)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []fleet.ReplicaID{0, 1, 2, 3} {
		at := p.Route(v, &fleet.Request{})
		if at != want {
			t.Fatalf("replica %d, want %d of the replicas that were never busy", at, want)
		}
		give(f, at)
	}
	for _, at := range []fleet.ReplicaID{3, 1, 0} {
		serve(f, at)
	}
	for _, want := range []fleet.ReplicaID{0, 1, 3} {
		at := p.Route(v, &fleet.Request{})
		if at != want {
			t.Fatalf("replica %d, want %d", at, want)
		}
		give(f, at)
	}
	if _, err := NewIndexPacking(-1, false); err == nil {
		t.Error("negative room is accepted")
	}
}

// TestCachesThatLeaveCountAsUnfinished: no router that counts what replicas have to do
// takes a replica for idle whose KV caches are on their way.
func TestCachesThatLeaveCountAsUnfinished(t *testing.T) {
	for _, p := range []sim.Router{
		NewLeastOutstanding(), NewShortestQueue(), made(t)(NewPowerOfTwo(DefaultChoices, false, 1, 0)), NewIdleQueue(1, 0),
		made(t)(NewPeakEWMA(DefaultDecay)), NewCapacityWeighted(), made(t)(NewIndexPacking(1, false)), made(t)(NewIndexPacking(1, true)),
	} {
		f, v := stage(t, 2, 1)
		for _, sending := range []fleet.ReplicaID{0, 1} {
			f.Send(sending, 100)
			if to := p.Route(v, &fleet.Request{}); to != 1-sending {
				t.Errorf("%v: the caches of replica %d leave it, and the next request goes to replica %d", p, sending, to)
			}
			f.Sent(sending, 100)
		}
	}
}
