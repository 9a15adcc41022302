package engine_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"wavetank/policies/batching"
	"wavetank/policies/ordering"
	"wavetank/policies/routing"
	"wavetank/sim"
	"wavetank/sim/engine"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
	"wavetank/sim/simtest"
	"wavetank/workload/distribution"
)

// loseMachines changes a spec: machines fail, are reclaimed and are slow at times, transfers of
// weights share links, and batches interfere.
func loseMachines(t *rapid.T, c *fleet.Spec) {
	seconds := func(name string, least, most int) time.Duration {
		return time.Duration(rapid.IntRange(least, most).Draw(t, name)) * time.Second
	}
	for z := range rapid.IntRange(0, 3).Draw(t, "zones") {
		zone := fleet.Zone{Name: string(rune('a' + z))}
		if rapid.Bool().Draw(t, "zone fails") {
			zone.Failures = fleet.Failures{MTBF: seconds("mtbf of the zone", 1, 40), Repair: seconds("repair of the zone", 0, 20), Constant: rapid.Bool().Draw(t, "constant")}
		}
		if rapid.Bool().Draw(t, "zone is down") {
			from := kernel.Time(seconds("down from", 0, 20))
			zone.Outages = []fleet.Outage{{Down: from, Up: from.Add(seconds("down for", 1, 20))}}
		}
		c.Zones = append(c.Zones, zone)
	}
	for i := range c.Types {
		kind := &c.Types[i]
		if rapid.Bool().Draw(t, "fails") {
			kind.Failures = fleet.Failures{MTBF: seconds("mtbf", 1, 40), Repair: seconds("repair", 0, 20), Constant: rapid.Bool().Draw(t, "constant")}
		}
		if rapid.Bool().Draw(t, "spot") {
			kind.Spot = fleet.Spot{Life: seconds("life", 1, 60), Notice: time.Duration(rapid.IntRange(0, 3000).Draw(t, "notice")) * time.Millisecond}
		}
		traced(t, kind)
		for z := range c.Zones {
			if rapid.Bool().Draw(t, "stands there") {
				kind.Zones = append(kind.Zones, fleet.ZoneID(z+1))
			}
		}
		if rapid.Bool().Draw(t, "maintained") {
			from := kernel.Time(seconds("maintained from", 0, 20))
			kind.Maintenance = []fleet.Maintenance{{From: from, Until: from.Add(seconds("maintained for", 1, 20)), Share: rapid.Float64Range(0.1, 1).Draw(t, "maintained share")}}
		}
		kind.LoadBandwidth = 1e9
		kind.Interference = rapid.Float64Range(1, 2).Draw(t, "interference")
		if rapid.Bool().Draw(t, "slow") {
			from := kernel.Time(seconds("slow from", 0, 20))
			kind.Slowdowns = []fleet.Slowdown{{From: from, Until: from.Add(seconds("slow for", 1, 20)), Factor: rapid.Float64Range(1, 5).Draw(t, "slow by"), Share: rapid.Float64Range(0.1, 1).Draw(t, "slow share")}}
		}
		kind.Boot = seconds("boot", 0, 20)
		if rapid.Bool().Draw(t, "boots vary") {
			kind.BootDistribution = distributionOf(distribution.Lognormal(rapid.Float64Range(0.1, 5).Draw(t, "scv")))
		}
	}
	for d := range c.Deployments {
		c.Deployments[d].Transfer = c.Deployments[d].Load / time.Duration(rapid.IntRange(1, 3).Draw(t, "transfer"))
		if rapid.Bool().Draw(t, "starts vary") {
			c.Deployments[d].StartDistribution = distributionOf(distribution.Exponential(), nil)
		}
	}
	c.Grace = time.Duration(rapid.SampledFrom([]int{0, 0, 1, 50, 2000}).Draw(t, "grace ms")) * time.Millisecond
	if rapid.Bool().Draw(t, "limited storage") {
		c.StorageBandwidth = rapid.Float64Range(1e8, 3e9).Draw(t, "storage")
	}
}

// TestLossesKeepTheInvariants runs fleets whose machines are lost at random, under every
// discipline.
func TestLossesKeepTheInvariants(t *testing.T) {
	orders := []sim.Order{
		nil, nil, ordering.FCFS(), ordering.PS(), ordering.LAS(), ordering.SRPT(), ordering.SJF(), ordering.PreemptivePriority(), ordering.EDF(), ordering.LeastSlack(),
	}
	var losses, retried, failed int64
	rapid.Check(t, func(t *rapid.T) {
		s := randomSetup(rapid.Uint64().Draw(t, "seed"), time.Millisecond, simtest.Mixed())
		loseMachines(t, s.Spec)
		carry(t, s.Spec)
		s.Spec.Classes = []fleet.Class{{Name: "urgent"}, {Name: "patient", Priority: 1}}
		s.Order = rapid.SampledFrom(orders).Draw(t, "order")
		s.Router = rapid.SampledFrom([]sim.Router{routing.NewLeastOutstanding(), routing.NewRoundRobin(), routing.NewCentralQueue()}).Draw(t, "router")
		s.Batcher = rapid.SampledFrom([]sim.Batcher{fitting{}, impatient{}}).Draw(t, "batcher")
		s.Arrivals = &varied{s.Arrivals, kernel.NewStream(rapid.Uint64().Draw(t, "works"), 0, "works", 0), s.Spec}
		s.Duration = time.Duration(rapid.IntRange(11, 40).Draw(t, "duration")) * time.Second
		s.Drain = rapid.SampledFrom([]time.Duration{-1, 0, 2 * time.Second}).Draw(t, "drain")
		s.FailLost, s.ColdStart = rapid.Bool().Draw(t, "fail lost"), rapid.Bool().Draw(t, "cold")
		check := simtest.NewInvariantChecker(s.Spec)
		s.Observers = []sim.Observer{check}
		if err := errors.Join(engine.Run(t.Context(), s), check.Err()); err != nil {
			t.Fatalf("%v: %v", s.Order, err)
		}
		losses += check.MachinesFailed + check.Reclaimed
		retried += check.Retried
		failed += check.Failed
	})
	t.Logf("%d machines lost, %d requests retried, %d failed", losses, retried, failed)
	if losses == 0 || retried == 0 || failed == 0 {
		t.Errorf("%d machines lost, %d requests retried, %d failed: one of them never happened", losses, retried, failed)
	}
}

// TestWithoutLossesTheirSettingsChangeNothing: the seed and the treatment of lost requests matter
// only if machines can be lost.
func TestWithoutLossesTheirSettingsChangeNothing(t *testing.T) {
	sum := func(change func(*sim.Setup)) uint64 {
		p := simtest.NewFingerprint()
		s := randomSetup(5, time.Millisecond, simtest.Mixed())
		s.Observers = []sim.Observer{p}
		change(&s)
		run(t, s)
		return p.Sum()
	}
	plain := sum(func(*sim.Setup) {})
	settled := sum(func(s *sim.Setup) {
		s.Seed, s.Replication, s.FailLost = 3, 4, true
		for i := range s.Spec.Types {
			kind := &s.Spec.Types[i]
			kind.Interference, kind.LoadBandwidth = 1, 1e9
			kind.Failures, kind.Spot = fleet.Failures{Repair: time.Second}, fleet.Spot{Notice: time.Second}
		}
	})
	if plain != settled {
		t.Error("settings of losses changed a run without losses")
	}
}

// TestLossesAreDrawnFromTheSeed: a run with losses can be repeated, and another seed or replication
// loses other machines.
func TestLossesAreDrawnFromTheSeed(t *testing.T) {
	sum := func(seed uint64, replication int) uint64 {
		p := simtest.NewFingerprint()
		s := randomSetup(5, time.Millisecond, simtest.Mixed())
		for i := range s.Spec.Types {
			s.Spec.Types[i].Failures = fleet.Failures{MTBF: 20 * time.Second, Repair: 5 * time.Second}
			s.Spec.Types[i].Spot = fleet.Spot{Life: 40 * time.Second, Notice: time.Second}
		}
		s.Seed, s.Replication, s.Observers = seed, replication, []sim.Observer{p}
		run(t, s)
		return p.Sum()
	}
	if sum(1, 0) != sum(1, 0) {
		t.Error("two runs of one setup differ")
	}
	if sum(1, 0) == sum(2, 0) || sum(1, 0) == sum(1, 1) {
		t.Error("the losses do not depend on seed and replication")
	}
}

func TestImpossibleDynamicsAreRefused(t *testing.T) {
	s := randomSetup(5, time.Millisecond, simtest.Mixed())
	s.Spec.Types[0].Failures = fleet.Failures{MTBF: time.Second, Repair: -1}
	s.Spec.Types[1].Spot = fleet.Spot{Life: time.Second, Notice: -1}
	s.Spec.Deployments[0].Transfer = s.Spec.Deployments[0].Load + 1
	err := engine.Run(t.Context(), s)
	for _, want := range []string{"machine type c: ", "machine type g: ", "deployment a1@c: "} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not name %q", err, want)
		}
	}
}

// alone returns a run with one server, whose requests take a second each. Function change adapts
// its machine type.
func alone(t testing.TB, machines int, change func(*fleet.MachineType)) sim.Setup {
	latency, err := profile.Table([]profile.Point{{Size: 1, Latency: time.Second}})
	if err != nil {
		t.Fatal(err)
	}
	c := simtest.OneModel(latency, 1, machines)
	change(&c.Types[0])
	return sim.Setup{
		Spec: c, Levers: sim.Levers{Router: routing.NewRoundRobin(), Batcher: batching.NewGreedy(), Allocator: simtest.Keeper{Replicas: machines}},
		Duration: 60 * time.Second, Drain: -1, Period: time.Second,
	}
}

// at returns a stream of requests with work 1 at given instants, in seconds.
func at(seconds ...float64) *simtest.GapStream {
	i := -1
	return &simtest.GapStream{Count: int64(len(seconds)), Work: func() float64 { return 1 }, Gap: func() float64 {
		i++
		if i == 0 {
			return seconds[0]
		}
		return seconds[i] - seconds[i-1]
	}}
}

// trace returns the facts of a run with the given kinds, with their instants in seconds.
func trace(t testing.TB, s sim.Setup, kinds ...sim.FactKind) []string {
	r := &recorder{step: time.Second, keep: func(f *sim.Fact) bool { return slices.Contains(kinds, f.Kind) }}
	s.Observers = append(s.Observers, r)
	run(t, s)
	return r.lines
}

func equal(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

// TestLostRequestsStartAnew: a machine fails at 10.5 s and is repaired at 12.5 s. The request of 10
// s was half done, and that of 10.2 s waited.
func TestLostRequestsStartAnew(t *testing.T) {
	s := alone(t, 1, func(m *fleet.MachineType) {
		m.Failures = fleet.Failures{MTBF: 10500 * time.Millisecond, Repair: 2 * time.Second, Constant: true}
	})
	s.Duration = 20 * time.Second
	s.Arrivals = at(10, 10.2)
	kinds := []sim.FactKind{sim.MachineFailed, sim.MachineRepaired, sim.ReplicaReady, sim.ReplicaLost, sim.RequestInterrupted, sim.RequestRetried, sim.RequestFailed, sim.RequestFinished}
	equal(t, trace(t, s, kinds...),
		"0 replica-ready model 0 replica 0 machine 0 count 0 span 0",
		"10.5 machine-failed model -1 replica -1 machine 0 count 0 span 0",
		"10.5 replica-lost model 0 replica 0 machine 0 count 0 span 0",
		"10.5 request-interrupted model 0 replica 0 machine 0 count 0 span 0",
		"10.5 request-retried model 0 replica 0 machine 0 count 0 span 0",
		"10.5 request-retried model 0 replica 0 machine 0 count 0 span 0",
		"12.5 machine-repaired model -1 replica -1 machine 0 count 0 span 0",
		"13 replica-ready model 0 replica 1 machine 0 count 0 span 0", // the allocator decides
		"14 request-finished model 0 replica 1 machine 0 count 0 span 4",
		"15 request-finished model 0 replica 1 machine 0 count 0 span 4.8",
	)
	s.Arrivals, s.FailLost = at(10, 10.2), true
	equal(t, trace(t, s, sim.RequestRetried, sim.RequestFailed, sim.RequestFinished),
		"10.5 request-failed model 0 replica 0 machine 0 count 0 span 0",
		"10.5 request-failed model 0 replica 0 machine 0 count 0 span 0",
	)
}

// TestRetriedRequestsKeepTheirPlaceAndPatience: a retried request is ahead of later arrivals, and
// gives up when its patience is over.
func TestRetriedRequestsKeepTheirPlaceAndPatience(t *testing.T) {
	s := alone(t, 1, func(m *fleet.MachineType) {
		m.Failures = fleet.Failures{MTBF: 10500 * time.Millisecond, Repair: time.Second, Constant: true}
	})
	s.Spec.Models[0].Timeout = 3 * time.Second
	s.Duration = 20 * time.Second
	s.Arrivals = at(10, 10.2, 10.9)
	equal(t, trace(t, s, sim.RequestTimedOut, sim.RequestFinished),
		"13 request-finished model 0 replica 1 machine 0 count 0 span 3",
		"13.9 request-timed-out model 0 replica 1 machine 0 count 0 span 0",
		"14 request-finished model 0 replica 1 machine 0 count 0 span 3.8",
	)
	// the last request can start at the instant at which its patience ends, so it does
	s.Arrivals = at(10, 10.2, 11)
	equal(t, trace(t, s, sim.RequestTimedOut, sim.RequestFinished),
		"13 request-finished model 0 replica 1 machine 0 count 0 span 3",
		"14 request-finished model 0 replica 1 machine 0 count 0 span 3.8",
		"15 request-finished model 0 replica 1 machine 0 count 0 span 4",
	)
	s.Spec.Deployments[0].Latency = s.Spec.Deployments[0].Latency.Scaled(20) // 20 s
	s.Arrivals = at(1)
	equal(t, trace(t, s, sim.RequestRetried, sim.RequestTimedOut, sim.RequestFinished),
		"10.5 request-retried model 0 replica 0 machine 0 count 0 span 0",
		"10.5 request-timed-out model 0 replica -1 machine -1 count 0 span 0",
	)
}

// TestReclaimedMachinesDrain: from the notice on a machine gets no new requests, and at the end of
// the notice the other requests are lost.
func TestReclaimedMachinesDrain(t *testing.T) {
	kinds := []sim.FactKind{sim.ReplicaDraining, sim.ReplicaRemoved, sim.ReplicaLost, sim.RequestRetried, sim.RequestFinished, sim.MachineReleased}
	reclaimed := func(work float64, arrives kernel.Time) (notice kernel.Time, seen []string) {
		s := alone(t, 1, func(m *fleet.MachineType) { m.Spot = fleet.Spot{Life: 10 * time.Second, Notice: 2 * time.Second} })
		s.Period, s.Drain = 0, 0 // nothing is replaced
		arrivals := at(arrives.Seconds())
		arrivals.Work = func() float64 { return work }
		s.Arrivals = arrivals
		s.Observers = []sim.Observer{watcher(func(f *sim.Fact) {
			if f.Kind == sim.MachineReclaiming {
				notice = f.At
			}
			if slices.Contains(kinds, f.Kind) {
				seen = append(seen, fmt.Sprint(f.At.Sub(notice).Round(time.Millisecond), " ", f.Kind))
			}
		})}
		run(t, s)
		return notice, seen
	}
	notice, _ := reclaimed(1, kernel.Time(59*time.Second))
	if notice < kernel.Time(time.Second) {
		t.Fatalf("the notice comes at %v, too early for this test", notice)
	}
	arrives := notice - kernel.Time(time.Second)/2
	_, seen := reclaimed(1, arrives)
	equal(t, seen, "0s replica-draining", "500ms request-finished", "500ms replica-removed", "500ms machine-released")
	_, seen = reclaimed(1000, arrives)
	equal(t, seen, "0s replica-draining", "2s replica-lost", "2s request-retried", "2s machine-released")
}

// watcher is an observer that is a function.
type watcher func(*sim.Fact)

func (w watcher) Observe(f *sim.Fact) { w(f) }

// TestAvailabilityIsTheShareOfTimeUp compares the share of time up with MTBF/(MTBF + repair).
func TestAvailabilityIsTheShareOfTimeUp(t *testing.T) {
	const machines, mtbf, repair = 40, 100 * time.Second, 25 * time.Second
	s := alone(t, machines, func(m *fleet.MachineType) { m.Failures = fleet.Failures{MTBF: mtbf, Repair: repair} })
	s.Duration, s.Arrivals, s.Seed = 20*time.Hour, at(0), 9
	s.Period = time.Hour
	down, failures := time.Duration(0), 0
	since := map[fleet.MachineID]kernel.Time{}
	s.Observers = []sim.Observer{watcher(func(f *sim.Fact) {
		switch f.Kind {
		case sim.MachineFailed:
			since[f.Machine] = f.At
			failures++
		case sim.MachineRepaired:
			down += f.At.Sub(since[f.Machine])
		}
	})}
	run(t, s)
	share := 1 - down.Seconds()/(machines*s.Duration.Seconds())
	want := mtbf.Seconds() / (mtbf + repair).Seconds()
	// The standard deviation of the share of one cycle is about √2·(1−a)·a, where a is the
	// availability.
	if bound := 4 * math.Sqrt2 * want * (1 - want) / math.Sqrt(float64(failures)); math.Abs(share-want) > bound {
		t.Errorf("up for %.4f of the time after %d failures, want %.4f ± %.4f", share, failures, want, bound)
	}
}

// TestFailuresDoNotDependOnWhatIsOrderedBeside: the n-th machine of a type has the same failures,
// no matter which other machines are ordered.
func TestFailuresDoNotDependOnWhatIsOrderedBeside(t *testing.T) {
	failures := func(machines int) []kernel.Time {
		s := alone(t, machines, func(m *fleet.MachineType) { m.Failures = fleet.Failures{MTBF: 5 * time.Second, Repair: time.Second} })
		s.Arrivals = at(0)
		var list []kernel.Time
		s.Observers = []sim.Observer{watcher(func(f *sim.Fact) {
			if f.Kind == sim.MachineFailed && f.Machine == 0 {
				list = append(list, f.At)
			}
		})}
		run(t, s)
		return list
	}
	if one, five := failures(1), failures(5); len(one) == 0 || !slices.Equal(one, five) {
		t.Errorf("the first machine fails at %v alone and at %v beside others", one, five)
	}
}
