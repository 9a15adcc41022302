package engine_test

import (
	"fmt"
	"math"
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

// shipment is one replica to load: its start-up time, the time of its weights alone on the link,
// and its machine.
type shipment struct {
	startup, transfer time.Duration
	machine           int
}

// script is an allocator that carries out one plan.
type script struct{ plan sim.Plan }

func (s *script) Allocate(*sim.View) (p sim.Plan, _ error) {
	p, s.plan = s.plan, p
	return p, nil
}
func (*script) String() string { return "script" }

// readyAfter loads all shipments from the start, and returns when each is ready. The parameter
// links holds the bandwidth of each machine's link. The parameter storage is the bandwidth of the
// storage that all machines share. Bandwidths are in bytes per second. The storage is out at times.
func readyAfter(t anyT, links []float64, storage float64, list []shipment, outages ...fleet.Outage) []time.Duration {
	latency, err := profile.Linear(time.Millisecond, time.Millisecond, 1)
	if err != nil {
		t.Fatal(err)
	}
	c := simtest.OneModel(latency, 1, 1)
	c.StorageBandwidth, c.StorageOutages = storage, outages
	c.Types, c.Deployments = nil, nil
	var p sim.Plan
	for i, link := range links {
		c.Types = append(c.Types, fleet.MachineType{Name: fmt.Sprint(i), Cores: len(list), Memory: 1 << 30, Max: 1, LoadBandwidth: link})
		p.Boot = append(p.Boot, fleet.TypeID(i))
	}
	for i, s := range list {
		c.Deployments = append(c.Deployments, fleet.Deployment{
			Type: fleet.TypeID(s.machine), Need: fleet.Resources{Cores: 1}, Latency: latency, MaxBatch: 1, Slots: 1, Load: s.startup + s.transfer, Transfer: s.transfer,
		})
		p.Load = append(p.Load, sim.Placement{Deployment: fleet.DeploymentID(i), Machine: sim.Booted(s.machine)})
	}
	ready := make([]time.Duration, len(list))
	run(t, sim.Setup{
		Spec: c, Arrivals: at(0), Levers: sim.Levers{Router: routing.NewRoundRobin(), Batcher: batching.NewGreedy(), Allocator: &script{p}}, ColdStart: true, Duration: 20 * time.Hour,
		Observers: []sim.Observer{watcher(func(f *sim.Fact) {
			if f.Kind == sim.ReplicaReady {
				ready[f.Deployment] = time.Duration(f.At)
			}
		})},
	})
	return ready
}

func TestWeightsShareTheLink(t *testing.T) {
	const s = time.Second
	for _, c := range []struct {
		name    string
		links   []float64
		storage float64
		list    []shipment
		want    []time.Duration
	}{
		{"alone", []float64{1e9}, 0, []shipment{{3 * s, 4*s + 1, 0}}, []time.Duration{7*s + 1}},
		{"one after the other", []float64{1e9}, 0, []shipment{{1 * s, 2 * s, 0}, {3 * s, 2 * s, 0}}, []time.Duration{3 * s, 5 * s}},
		{"two at once", []float64{1e9}, 0, []shipment{{0, 4 * s, 0}, {0, 4 * s, 0}}, []time.Duration{8 * s, 8 * s}},
		{"half overlapping", []float64{1e9}, 0, []shipment{{0, 4 * s, 0}, {2 * s, 4 * s, 0}}, []time.Duration{6 * s, 8 * s}},
		{"two machines", []float64{1e9, 1e9}, 0, []shipment{{0, 4 * s, 0}, {0, 4 * s, 1}}, []time.Duration{4 * s, 4 * s}},
		// The storage gives 0.5 GB/s to each transfer of the first machine, and the other 2 GB/s to
		// the second machine, whose link has 4 GB/s.
		{"storage", []float64{1e9, 4e9}, 3e9, []shipment{{0, 4 * s, 0}, {0, 4 * s, 0}, {0, 4 * s, 1}}, []time.Duration{8 * s, 8 * s, 8 * s}},
		{"ample storage", []float64{1e9, 4e9}, 5e9, []shipment{{0, 4 * s, 0}, {0, 4 * s, 0}, {0, 4 * s, 1}}, []time.Duration{8 * s, 8 * s, 4 * s}},
		{"scarce storage", []float64{1e9, 4e9}, 1e9, []shipment{{0, 1 * s, 0}, {0, 1 * s, 1}}, []time.Duration{2 * s, 5 * s}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for i, got := range readyAfter(t, c.links, c.storage, c.list) {
				if got != c.want[i] {
					t.Errorf("replica %d is ready after %v, want %v", i, got, c.want[i])
				}
			}
		})
	}
}

// TestAnOutageOfTheStorageDelaysLoads: replicas that load when the storage goes out are ready later
// by the length of the outage. Others are ready as before.
func TestAnOutageOfTheStorageDelaysLoads(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		span := func(what string, most int) time.Duration {
			return time.Duration(rapid.IntRange(0, most).Draw(t, what)) * time.Second / 4
		}
		var list []shipment
		for range rapid.IntRange(1, 5).Draw(t, "replicas") {
			list = append(list, shipment{span("startup", 8), span("transfer", 40), rapid.IntRange(0, 1).Draw(t, "machine")})
		}
		links, storage := []float64{1e9, 2e9}, float64(rapid.IntRange(0, 3).Draw(t, "storage"))*1e9
		down, lasts := 2*time.Second+span("down", 40), span("lasts", 40)+time.Second
		plain := readyAfter(t, links, storage, list)
		// two outages that overlap are one
		delayed := readyAfter(t, links, storage, list, fleet.Outage{Down: kernel.Time(down), Up: kernel.Time(down + lasts)},
			fleet.Outage{Down: kernel.Time(down + lasts/2), Up: kernel.Time(down + lasts)})
		for i := range list {
			want := plain[i]
			if d := want - down; d > -20 && d < 20 {
				continue // rounding decides whether the load ends before the outage
			}
			if want > down {
				want += lasts
			}
			if list[i].transfer == 0 {
				want = plain[i] // it loads nothing
			}
			if d := delayed[i] - want; d < -20 || d > 20 {
				t.Errorf("replica %d of %v is ready after %v, want %v; without an outage after %v", i, list, delayed[i], want, plain[i])
			}
		}
	})
}

// fluid returns the same times as readyAfter, in seconds, by a slow and simple method. Whenever a
// transfer begins or ends, it computes the rates of all transfers again. A transfer gets its share
// of the link, but at most a level that is equal for all transfers. Bisection finds the level at
// which the rates add up to the bandwidth of the storage.
func fluid(links []float64, storage float64, list []shipment) []float64 {
	begin, left, end := make([]float64, len(list)), make([]float64, len(list)), make([]float64, len(list))
	for i, s := range list {
		begin[i], left[i], end[i] = s.startup.Seconds(), s.transfer.Seconds()*links[s.machine], math.Inf(1)
	}
	for now, open := 0., len(list); open > 0; {
		active, on := []int{}, make([]int, len(links))
		next := math.Inf(1)
		for i := range list {
			if begin[i] > now {
				next = min(next, begin[i])
			} else if math.IsInf(end[i], 1) {
				active = append(active, i)
				on[list[i].machine]++
			}
		}
		rate := func(i int, level float64) float64 {
			return min(level, links[list[i].machine]/float64(on[list[i].machine]))
		}
		low, high := 0., 1e12
		for range 200 {
			level, sum := (low+high)/2, 0.
			for _, i := range active {
				sum += rate(i, level)
			}
			if storage > 0 && sum > storage {
				high = level
			} else {
				low = level
			}
		}
		for _, i := range active {
			next = min(next, now+left[i]/rate(i, low))
		}
		for _, i := range active {
			left[i] -= rate(i, low) * (next - now)
			if left[i] < 1e-6*links[list[i].machine] { // a microsecond
				end[i] = next
				open--
			}
		}
		now = next
	}
	return end
}

func TestTransfersAgreeWithAFluidModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		links := rapid.SliceOfN(rapid.Float64Range(1e8, 1e10), 1, 4).Draw(t, "links")
		storage := 0.
		if rapid.Bool().Draw(t, "limited") {
			storage = rapid.Float64Range(1e8, 2e10).Draw(t, "storage")
		}
		var list []shipment
		for range rapid.IntRange(1, 10).Draw(t, "shipments") {
			list = append(list, shipment{
				startup:  time.Duration(rapid.IntRange(0, 5).Draw(t, "startup")) * time.Second,
				transfer: time.Duration(rapid.IntRange(1, 9000).Draw(t, "transfer")) * time.Millisecond,
				machine:  rapid.IntRange(0, len(links)-1).Draw(t, "machine"),
			})
		}
		ready := readyAfter(t, links, storage, list)
		for i, want := range fluid(links, storage, list) {
			if math.Abs(ready[i].Seconds()-want) > 1e-4 {
				t.Errorf("replica %d is ready after %v, the fluid model says %v s", i, ready[i], want)
			}
		}
	})
}

// TestBatchesInterfere: a second batch on a GPU takes longer, because the first is still in
// service. A third batch on another GPU does not.
func TestBatchesInterfere(t *testing.T) {
	latency, err := profile.Table([]profile.Point{{Size: 1, Latency: time.Second}})
	if err != nil {
		t.Fatal(err)
	}
	c := simtest.OneModel(latency, 1, 1)
	c.Kinds = append(c.Kinds, "gpu")
	c.Types[0] = fleet.MachineType{Name: "pair", Cores: 3, Memory: 1 << 30, GPU: 1, GPUs: 2, GPUMemory: 10, Max: 1, Interference: 1.25}
	c.Deployments[0].Kind, c.Deployments[0].Need = 1, fleet.Resources{Cores: 1, GPUShare: 300, GPUMemory: 1}
	var spans []time.Duration
	run(t, sim.Setup{
		Spec: c, Arrivals: at(0, 0.5, 0.6, 1.1), Levers: sim.Levers{Router: routing.NewRoundRobin(), Batcher: batching.NewGreedy(), Allocator: &script{sim.Plan{Boot: []fleet.TypeID{0}, Load: []sim.Placement{
			{Machine: sim.Booted(0)}, {Machine: sim.Booted(0)}, {Machine: sim.Booted(0), GPU: 1},
		}}}},
		Duration: time.Minute, Drain: -1,
		Observers: []sim.Observer{watcher(func(f *sim.Fact) {
			if f.Kind == sim.BatchStarted {
				spans = append(spans, f.Span)
			}
		})},
	})
	want := []time.Duration{time.Second, 1250 * time.Millisecond, time.Second, 1250 * time.Millisecond}
	if fmt.Sprint(spans) != fmt.Sprint(want) {
		t.Errorf("services take %v, want %v", spans, want)
	}
}

// anyT is the common part of *testing.T and *rapid.T.
type anyT interface {
	Helper()
	Fatal(...any)
}
