package policytest

import (
	"fmt"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/profile"
)

// Cut returns the two models of Mixed on two types of machines with four GPUs. On one type, GPUs
// are cut into slices; each model uses slices of two sizes, which differ between the models. On the
// other type, GPUs are whole; there the second model takes one GPU or three.
func Cut() *fleet.Spec {
	const gib = 1 << 30
	c := Mixed()
	machine := fleet.MachineType{Cores: 64, Memory: 256 * gib, GPU: 1, GPUs: 4, GPUMemory: 40 * gib, Price: 8, Max: 6, Boot: 10 * time.Second}
	sliced := machine
	machine.Name, sliced.Name, sliced.Sliced, sliced.Price = "plain", "cut", true, 7
	c.Types, c.Deployments = []fleet.MachineType{sliced, machine}, nil
	add := func(m fleet.ModelID, t fleet.TypeID, need fleet.Resources, each time.Duration) {
		latency, err := profile.Linear(10*time.Millisecond, each, 8)
		if err != nil {
			panic(err) // never: the arguments below are valid
		}
		need.Cores, need.Memory = 1, 2*gib
		c.Deployments = append(c.Deployments, fleet.Deployment{
			Name: fmt.Sprintf("%s@%s/%d", c.Variants[m].Name, c.Types[t].Name, len(c.Deployments)), Variant: fleet.VariantID(m), Model: m, Type: t, Kind: 1,
			Need: need, Latency: latency, MaxBatch: 8, Slots: 1, Load: 4 * time.Second, Capacity: 0.7 * latency.Throughput(8),
		})
	}
	const ms = time.Millisecond
	for i, each := range []time.Duration{0: 16 * ms, 1: 20 * ms, 2: 9 * ms, 3: 7 * ms} {
		add(fleet.ModelID(i%2), 0, fleet.Slices()[i].Need(fleet.Resources{}, machine.GPUMemory), each)
	}
	whole := fleet.Resources{GPUShare: fleet.WholeGPU, GPUMemory: 20 * gib}
	add(1, 1, whole, 4*ms)
	whole.GPUs = 3
	add(1, 1, whole, 2*ms)
	add(0, 0, fleet.Resources{GPUShare: fleet.WholeGPU, GPUMemory: 20 * gib}, 3*ms)
	return c
}
