package engine_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"wavetank/policies/batching"
	"wavetank/policies/routing"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
	"wavetank/sim/simtest"
	"wavetank/workload/distribution"
)

// buyer is an allocator with a list of numbers. At each decision it orders the next number of
// machines, with a replica on each.
type buyer []int

func (b *buyer) Allocate(v *sim.View) (p sim.Plan, _ error) {
	if len(*b) == 0 {
		return p, nil
	}
	for i := range (*b)[0] {
		p.Boot = append(p.Boot, 0)
		p.Load = append(p.Load, sim.Placement{Machine: sim.Booted(i)})
	}
	*b = (*b)[1:]
	return p, nil
}
func (*buyer) String() string { return "buyer" }

// begun returns how long the machines of a run booted and its replicas started up, in the order in
// which they were ordered. The mean times of boots and start-ups are 20 s and 7 s.
func begun(t anyT, cold bool, boot, start fleet.Distribution, orders ...int) (boots, starts []time.Duration) {
	latency, err := profile.Linear(time.Millisecond, time.Millisecond, 1)
	if err != nil {
		t.Fatal(err)
	}
	c := simtest.OneModel(latency, 1, 1)
	kind, d := &c.Types[0], &c.Deployments[0]
	kind.Boot, kind.BootDistribution, kind.Max = 20*time.Second, boot, math.MaxInt32
	d.Load, d.Transfer, d.StartDistribution = 7*time.Second, 0, start
	b := buyer(orders)
	ordered, up, ready := map[fleet.MachineID]kernel.Time{}, map[fleet.MachineID]kernel.Time{}, map[fleet.MachineID]kernel.Time{}
	run(t, sim.Setup{
		Spec: c, Arrivals: at(0), Levers: sim.Levers{Router: routing.NewRoundRobin(), Batcher: batching.NewGreedy(), Allocator: &b}, ColdStart: cold,
		Duration: 100 * time.Hour, Period: time.Minute, Seed: 5,
		Observers: []sim.Observer{watcher(func(f *sim.Fact) {
			switch f.Kind {
			case sim.MachineOrdered:
				ordered[f.Machine] = f.At
			case sim.MachineUp:
				up[f.Machine] = f.At
			case sim.ReplicaReady:
				ready[f.Machine] = f.At
			}
		})},
	})
	for m := range fleet.MachineID(len(ordered)) {
		boots, starts = append(boots, up[m].Sub(ordered[m])), append(starts, ready[m].Sub(up[m]))
	}
	return boots, starts
}

func distributionOf(d distribution.Service, err error) fleet.Distribution {
	if err != nil {
		panic(err) // the tests give legal parameters
	}
	return d
}

func TestBootsAndStartsFollowTheirDistributions(t *testing.T) {
	const n = 20_000
	boots, starts := begun(t, true, distributionOf(distribution.Lognormal(0.5)), distributionOf(distribution.Gamma(2)), n)
	for _, c := range []struct {
		name      string
		list      []time.Duration
		mean, scv float64
	}{{"boots", boots, 20, 0.5}, {"starts", starts, 7, 2}} {
		sum, squares := 0.0, 0.0
		for _, d := range c.list {
			sum += d.Seconds() / c.mean
			squares += math.Pow(d.Seconds()/c.mean, 2)
		}
		mean := sum / n
		if band := 4 * math.Sqrt(c.scv/n); math.Abs(mean-1) > band {
			t.Errorf("%s take %v of their mean, want 1 ± %v", c.name, mean, band)
		}
		if scv := squares/n - mean*mean; math.Abs(scv-c.scv) > 0.1*c.scv {
			t.Errorf("%s have the squared coefficient of variation %v, want %v", c.name, scv, c.scv)
		}
	}
}

// TestTheNthBootTakesAsLongWheneverItIs: the n-th machine takes the same time to boot, no matter
// when it is ordered, together with others or alone, and after a first fleet that boots in no time.
func TestTheNthBootTakesAsLongWheneverItIs(t *testing.T) {
	boot, start := distributionOf(distribution.Lognormal(1)), distributionOf(distribution.Exponential(), nil)
	boots, starts := begun(t, true, boot, start, 40)
	rapid.Check(t, func(t *rapid.T) {
		orders := rapid.SliceOfN(rapid.IntRange(0, 5), 1, 8).Draw(t, "orders")
		cold := rapid.Bool().Draw(t, "cold")
		b, s := begun(t, cold, boot, start, orders...)
		instant := 0
		if !cold {
			instant = orders[0]
		}
		for i := range instant {
			if b[i] != 0 || s[i] != 0 {
				t.Fatalf("machine %d of the first fleet took %v and %v", i, b[i], s[i])
			}
		}
		if n := len(b) - instant; !slices.Equal(b[instant:], boots[:n]) {
			t.Fatalf("boots take %v, want %v", b[instant:], boots[:n])
		}
		slices.Sort(s)
		if want := slices.Sorted(slices.Values(starts[:len(s)-instant])); !slices.Equal(s[instant:], want) {
			t.Fatalf("starts take %v, want %v", s[instant:], want)
		}
	})
}

func TestADistributionOfStartsMovesNoBoot(t *testing.T) {
	boot := distributionOf(distribution.Lognormal(1))
	one, constant := begun(t, true, boot, nil, 30)
	other, _ := begun(t, true, boot, distributionOf(distribution.Exponential(), nil), 30)
	if !slices.Equal(one, other) {
		t.Errorf("boots take %v, with varying starts %v", one, other)
	}
	for _, d := range constant {
		if d != 7*time.Second {
			t.Fatalf("a start without a distribution took %v", d)
		}
	}
}
