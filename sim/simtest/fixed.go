package simtest

import (
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
)

// OneModel returns a spec with one model, one CPU machine type and one deployment. A replica fills
// a machine. Boots and loads take no time.
func OneModel(latency profile.Batch, slots, machines int) *fleet.Spec {
	return &fleet.Spec{
		Kinds:    []string{"cpu"},
		Types:    []fleet.MachineType{{Name: "box", Cores: 1, Memory: 1 << 30, Max: machines, Price: 1, IdleWatts: 50, PeakWatts: 100}},
		Models:   []fleet.Model{{Name: "model", Variants: []fleet.VariantID{0}, Target: time.Hour, Percentile: 99, QueueLimit: -1}},
		Variants: []fleet.Variant{{Name: "variant", Accuracy: 80, Weights: 1}},
		Deployments: []fleet.Deployment{{
			Name: "variant@box", Need: fleet.Resources{Cores: 1, Memory: 1}, Latency: latency, MaxBatch: latency.Max(), Slots: slots,
			Capacity: float64(slots) * latency.Throughput(latency.Max()),
		}},
	}
}

// Fixed is an allocator that starts a number of replicas of deployment 0, one on each machine.
// Later it changes nothing.
type Fixed struct{ Replicas int }

// Allocate implements sim.Allocator.
func (f Fixed) Allocate(v *sim.View) (sim.Plan, error) {
	var p sim.Plan
	if v.Live() > 0 {
		return p, nil
	}
	for i := range f.Replicas {
		p.Boot = append(p.Boot, v.Spec().Deployments[0].Type)
		p.Load = append(p.Load, sim.Placement{Machine: sim.Booted(i)})
	}
	return p, nil
}

// String returns "fixed".
func (f Fixed) String() string { return "fixed" }

// GapStream is a stream of requests for model 0. Its functions draw the gaps, in seconds, and the
// works, with mean 1. If Count is positive, the stream ends after Count requests.
type GapStream struct {
	Gap, Work func() float64
	Count     int64
	at        float64 // seconds
	made      int64
}

// Next implements sim.Arrivals.
func (a *GapStream) Next(r *fleet.Request) bool {
	if a.Count > 0 && a.made == a.Count {
		return false
	}
	a.made++
	a.at += a.Gap()
	*r = fleet.Request{}
	r.Arrival, r.Work = kernel.Time(a.at*1e9), a.Work()
	return true
}

// Err implements sim.Arrivals.
func (a *GapStream) Err() error { return nil }

// Poisson returns a Poisson stream with a rate in requests per second. The works of its requests
// are exponential with mean 1, or all 1.
func Poisson(seed uint64, replication int, rate float64, exponential bool) *GapStream {
	gaps := kernel.NewStream(seed, replication, "arrivals/model", 0)
	works := kernel.NewStream(seed, replication, "work/model", 0)
	a := &GapStream{Gap: func() float64 { return gaps.Exponential() / rate }, Work: works.Exponential}
	if !exponential {
		a.Work = func() float64 { return 1 }
	}
	return a
}

// Keeper is an allocator that keeps a number of replicas of deployment 0, one on each machine. It
// replaces lost replicas.
type Keeper struct{ Replicas int }

// Allocate implements sim.Allocator.
func (k Keeper) Allocate(v *sim.View) (sim.Plan, error) {
	var p sim.Plan
	missing := k.Replicas - v.Count(0).Current()
	for i := 0; i < v.Live() && missing > 0; i++ {
		if on := v.LiveAt(i); v.CanPlace(0, on, 0) == nil {
			p.Load = append(p.Load, sim.Placement{Machine: on})
			missing--
		}
	}
	kind := v.Spec().Deployments[0].Type
	for booted := 0; missing > 0 && v.Rented(kind)+booted < v.Limit(kind); booted++ {
		p.Boot = append(p.Boot, kind)
		p.Load = append(p.Load, sim.Placement{Machine: sim.Booted(booted)})
		missing--
	}
	return p, nil
}

// String returns "keeper".
func (Keeper) String() string { return "keeper" }
