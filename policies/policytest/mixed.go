package policytest

import (
	"fmt"
	"time"
	"wavetank/sim/fleet"
	"wavetank/sim/profile"
)

// Indices of the machine types of Mixed.
const (
	small fleet.TypeID = iota
	large
	gpu
)

// Mixed returns two models on two types of CPU machines and one type of GPU machines. A GPU holds
// several replicas, and a machine holds replicas of several deployments.
func Mixed() *fleet.Spec {
	const gib = 1 << 30
	c := &fleet.Spec{
		Kinds: []string{"cpu", "gpu"},
		Types: []fleet.MachineType{
			{Name: "small", Cores: 4, Memory: 8 * gib, Price: 0.2, Max: 12, Boot: 5 * time.Second},
			{Name: "large", Cores: 16, Memory: 32 * gib, Price: 0.7, Max: 4, Boot: 8 * time.Second},
			{Name: "gpu", Cores: 8, Memory: 32 * gib, GPU: 1, GPUs: 1, GPUMemory: 24 * gib, Price: 1.3, Max: 3, Boot: 15 * time.Second},
		},
		Models: []fleet.Model{
			{Name: "vision", Variants: []fleet.VariantID{0}, Target: 300 * time.Millisecond, Percentile: 99, QueueLimit: 100},
			{Name: "text", Variants: []fleet.VariantID{1}, Target: 500 * time.Millisecond, Percentile: 95, QueueLimit: -1, Timeout: 2 * time.Second},
		},
		Variants: []fleet.Variant{{Name: "vision-a", Accuracy: 76, Weights: 100 << 20}, {Name: "text-a", Model: 1, Accuracy: 88, Weights: 400 << 20}},
	}
	add := func(m fleet.ModelID, t fleet.TypeID, need fleet.Resources, fixed, each time.Duration, batch int, load time.Duration) {
		latency, err := profile.Linear(fixed, each, batch)
		if err != nil {
			panic(err) // never: the arguments below are valid
		}
		kind := fleet.CPU
		if need.GPUShare > 0 {
			kind = 1
		}
		c.Deployments = append(c.Deployments, fleet.Deployment{
			Name: fmt.Sprintf("%s@%s/%s", c.Variants[m].Name, c.Types[t].Name, c.Kinds[kind]), Variant: fleet.VariantID(m), Model: m, Type: t, Kind: kind,
			Need: need, Latency: latency, MaxBatch: batch, Slots: 1, Load: load, Capacity: 0.7 * latency.Throughput(batch),
		})
	}
	const ms = time.Millisecond
	add(0, small, fleet.Resources{Cores: 2, Memory: 2 * gib}, 20*ms, 60*ms, 2, 3*time.Second)
	add(0, large, fleet.Resources{Cores: 4, Memory: 2 * gib}, 20*ms, 35*ms, 3, 3*time.Second)
	add(0, gpu, fleet.Resources{Cores: 1, Memory: 2 * gib, GPUShare: 500, GPUMemory: 4 * gib}, 15*ms, 5*ms, 16, 6*time.Second)
	add(1, small, fleet.Resources{Cores: 4, Memory: 6 * gib}, 40*ms, 90*ms, 2, 5*time.Second)
	add(1, large, fleet.Resources{Cores: 8, Memory: 6 * gib}, 40*ms, 45*ms, 4, 5*time.Second)
	add(1, gpu, fleet.Resources{Cores: 2, Memory: 6 * gib, GPUShare: 300, GPUMemory: 14 * gib}, 25*ms, 8*ms, 16, 9*time.Second)
	return c
}
