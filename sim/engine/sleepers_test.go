package engine_test

import (
	"fmt"
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
)

// swapper is an allocator with room for one replica, which it replaces at every decision by one of
// the next deployment of a list.
type swapper struct{ list []int }

func (s *swapper) Allocate(v *sim.View) (p sim.Plan, _ error) {
	if len(s.list) == 0 {
		return p, nil
	}
	on := fleet.MachineID(sim.Booted(0))
	if v.Now() == 0 {
		p.Boot = []fleet.TypeID{0}
	} else {
		on = 0
		p.Drain = slices.Clone(v.Machine(0).Placed())
	}
	p.Load, s.list = []sim.Placement{{Deployment: fleet.DeploymentID(s.list[0]), Machine: on}}, s.list[1:]
	return p, nil
}
func (*swapper) String() string { return "swapper" }

const (
	startsUp = 20 * time.Second // of which the weights take 8 s
	moves    = 8 * time.Second
)

// swapped replaces replicas of n variants with weights of 10 GB one after the other, every minute,
// and returns how long each took until it was ready.
func swapped(t anyT, n int, rule *fleet.Sleep, list []int, change func(*fleet.Spec)) (took []time.Duration) {
	latency, err := profile.Linear(time.Millisecond, time.Millisecond, 1)
	if err != nil {
		t.Fatal(err)
	}
	c := simtest.OneModel(latency, 1, 1)
	c.Types = []fleet.MachineType{{Name: "m", Cores: 1, Memory: 1 << 30, Max: 1, LoadBandwidth: 1e9, Sleep: rule}}
	c.Deployments, c.Variants = nil, nil
	for i := range n {
		c.Variants = append(c.Variants, fleet.Variant{Name: fmt.Sprint(i)})
		c.Deployments = append(c.Deployments, fleet.Deployment{
			Variant: fleet.VariantID(i), Need: fleet.Resources{Cores: 1}, Latency: latency, MaxBatch: 1, Slots: 1, Load: startsUp, Transfer: moves, Weights: 10e9,
		})
	}
	if change != nil {
		change(c)
	}
	began := kernel.Time(0)
	run(t, sim.Setup{
		Spec: c, Arrivals: at(0), Levers: sim.Levers{Router: routing.NewRoundRobin(), Batcher: batching.NewGreedy(), Allocator: &swapper{list}},
		ColdStart: true, Duration: time.Duration(len(list)) * time.Minute, Period: time.Minute,
		Observers: []sim.Observer{watcher(func(f *sim.Fact) {
			switch f.Kind {
			case sim.ReplicaLoading:
				began = f.At
			case sim.ReplicaReady:
				took = append(took, f.At.Sub(began))
			}
		})},
	})
	return took
}

// TestSleepersWakeInTheClosedForm: a variant that was on the machine before wakes in 1 s and copies
// 10 GB at 5 GB/s, if host memory still has it. The one that leaves falls asleep before the next
// wakes. So with n variants in turn and room for fewer, the one that is needed has always left.
func TestSleepersWakeInTheClosedForm(t *testing.T) {
	const woken = 3 * time.Second
	rule := func(level int, memory int64) *fleet.Sleep {
		return &fleet.Sleep{Level: level, Memory: memory, Bandwidth: 5e9, Wake: time.Second}
	}
	s := startsUp
	for name, c := range map[string]struct {
		rule *fleet.Sleep
		list []int
		want []time.Duration
	}{
		"two in turn":                {rule(1, 20e9), []int{0, 1, 0, 1}, []time.Duration{s, s, woken, woken}},
		"three in turn":              {rule(1, 30e9), []int{0, 1, 2, 0, 1, 2}, []time.Duration{s, s, s, woken, woken, woken}},
		"three in turn, room of two": {rule(1, 29e9), []int{0, 1, 2, 0, 1, 2}, []time.Duration{s, s, s, s, s, s}},
		"the last one stays":         {rule(1, 20e9), []int{0, 1, 2, 1, 2}, []time.Duration{s, s, s, woken, woken}},
		"two in turn, room of one":   {rule(1, 19e9), []int{0, 1, 0, 1}, []time.Duration{s, s, s, s}},
		"level 2":                    {rule(2, 0), []int{0, 1, 2, 0, 1}, []time.Duration{s, s, s, time.Second + moves, time.Second + moves}},
	} {
		if got := swapped(t, 3, c.rule, c.list, nil); !slices.Equal(got, c.want) {
			t.Errorf("%s: ready after %v, want %v", name, got, c.want)
		}
	}
}

// TestReplicasWithoutRoomToSleepStartUp: host memory without room changes nothing.
func TestReplicasWithoutRoomToSleepStartUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(rapid.IntRange(0, 3), 1, 12).Draw(t, "variants")
		want := swapped(t, 4, nil, list, nil)
		if got := swapped(t, 4, &fleet.Sleep{Level: 1, Bandwidth: 1e9}, list, nil); !slices.Equal(want, got) {
			t.Fatalf("%v: ready after %v, without sleep %v", list, got, want)
		}
	})
}

// TestAFailureEndsSleepers: after the repair of a machine nothing sleeps there.
func TestAFailureEndsSleepers(t *testing.T) {
	rule := &fleet.Sleep{Level: 1, Memory: 1e12, Bandwidth: 5e9, Wake: time.Second}
	got := swapped(t, 2, rule, []int{0, 1, 0, 1}, func(c *fleet.Spec) {
		c.Types[0].Failures = fleet.Failures{MTBF: 150 * time.Second, Repair: time.Second, Constant: true}
	})
	// The machine fails at 150 s, when 0 has woken and 1 sleeps.
	if want := []time.Duration{startsUp, startsUp, 3 * time.Second, startsUp}; !slices.Equal(got, want) {
		t.Errorf("ready after %v, want %v", got, want)
	}
}

// BenchmarkSwaps replaces replicas a thousand times on a machine where they sleep.
func BenchmarkSwaps(b *testing.B) {
	list := make([]int, 1000)
	for i := range list {
		list[i] = i % 7
	}
	for range b.N {
		swapped(b, 7, &fleet.Sleep{Level: 1, Memory: 45e9, Bandwidth: 5e9, Wake: time.Second}, list, nil)
	}
}
