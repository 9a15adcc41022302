package simtest

import (
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
)

// RandomAllocator is an allocator that makes allowed changes at random: it orders, places, drains
// and stops. So tests reach every path of a run.
type RandomAllocator struct{ Stream *kernel.Stream }

// Allocate implements sim.Allocator.
func (a RandomAllocator) Allocate(v *sim.View) (sim.Plan, error) {
	var p sim.Plan
	c := v.Spec()
	stopped := map[fleet.MachineID]bool{}
	if v.Active() > 0 && a.Stream.IntN(3) == 0 {
		at := v.ActiveAt(a.Stream.IntN(v.Active()))
		if s := v.Replica(at).State; s == fleet.Ready || s == fleet.Loading {
			p.Drain = append(p.Drain, at)
		}
	}
	if v.Live() > 0 && a.Stream.IntN(5) == 0 {
		on := v.LiveAt(a.Stream.IntN(v.Live()))
		p.Stop = append(p.Stop, on)
		stopped[on] = true
	}
	if t := fleet.TypeID(a.Stream.IntN(len(c.Types))); v.Rented(t) < v.Limit(t) {
		p.Boot = append(p.Boot, t)
		for d := range c.Deployments {
			if c.Deployments[d].Type == t && a.Stream.IntN(2) == 0 {
				p.Load = append(p.Load, sim.Placement{Deployment: fleet.DeploymentID(d), Machine: sim.Booted(0)})
				break
			}
		}
	}
	if v.Live() > 0 {
		l := sim.Placement{
			Deployment: fleet.DeploymentID(a.Stream.IntN(len(c.Deployments))), Machine: v.LiveAt(a.Stream.IntN(v.Live())), GPU: a.Stream.IntN(2),
		}
		if !stopped[l.Machine] && v.CanPlace(l.Deployment, l.Machine, l.GPU) == nil {
			p.Load = append(p.Load, l)
		}
	}
	return p, nil
}

// String returns "restless".
func (RandomAllocator) String() string { return "restless" }

// Mixed returns a spec of two models on CPU machines and machines with two GPUs, with boot and load
// times, a bounded queue for the first model and a timeout for the second.
func Mixed() *fleet.Spec {
	batch := func(fixed, each time.Duration, largest int) profile.Batch {
		b, err := profile.Linear(fixed, each, largest)
		if err != nil {
			panic(err) // the figures below are legal
		}
		return b
	}
	c := &fleet.Spec{
		Kinds: []string{"cpu", "gpu"},
		Types: []fleet.MachineType{
			{Name: "c", Cores: 8, Memory: 64 << 30, Max: 4, Price: 0.5, Boot: 20 * time.Second, IdleWatts: 40, PeakWatts: 160},
			{Name: "g", Cores: 4, Memory: 32 << 30, GPU: 1, GPUs: 2, GPUMemory: 16 << 30, Max: 3, Price: 2, Boot: 40 * time.Second, IdleWatts: 80, PeakWatts: 400},
		},
		Models: []fleet.Model{
			{Name: "a", Variants: []fleet.VariantID{0}, Target: 200 * time.Millisecond, Percentile: 99, QueueLimit: 40},
			{Name: "b", Variants: []fleet.VariantID{1}, Target: 400 * time.Millisecond, Percentile: 95, QueueLimit: -1, Timeout: 2 * time.Second},
		},
		Variants: []fleet.Variant{{Name: "a1", Accuracy: 70}, {Name: "b1", Model: 1, Accuracy: 90}},
		Deployments: []fleet.Deployment{
			{Name: "a1@c", Need: fleet.Resources{Cores: 4, Memory: 1 << 30}, Latency: batch(20*time.Millisecond, 10*time.Millisecond, 4), Slots: 2, Load: 4 * time.Second},
			{Name: "a1@g", Type: 1, Kind: 1, Need: fleet.Resources{Cores: 1, Memory: 1 << 30, GPUShare: 500, GPUMemory: 4 << 30}, Latency: batch(4*time.Millisecond, 2*time.Millisecond, 16), Slots: 1, Load: 6 * time.Second},
			{Name: "b1@g", Variant: 1, Model: 1, Type: 1, Kind: 1, Need: fleet.Resources{Cores: 1, Memory: 2 << 30, GPUShare: 1000, GPUMemory: 8 << 30}, Latency: batch(10*time.Millisecond, 6*time.Millisecond, 8), Slots: 1, Load: 8 * time.Second},
		},
	}
	for d := range c.Deployments {
		deployment := &c.Deployments[d]
		deployment.MaxBatch = deployment.Latency.Max()
		deployment.Capacity = float64(deployment.Slots) * deployment.Latency.Throughput(deployment.MaxBatch)
	}
	return c
}
