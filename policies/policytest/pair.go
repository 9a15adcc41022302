package policytest

import (
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
)

// Pair returns two models on cheap machines. Two replicas of 10 requests per second fit on one of
// them. The first model may also run on fast machines, which hold one replica of 50 requests per
// second.
func Pair() *fleet.Spec {
	latency := func(rate float64) profile.Batch {
		b, err := profile.Table([]profile.Point{{Size: 1, Latency: kernel.Seconds(0.5 / rate)}})
		if err != nil {
			panic(err)
		}
		return b
	}
	return &fleet.Spec{
		Kinds: []string{"cpu"},
		Types: []fleet.MachineType{{Name: "cheap", Cores: 4, Price: 1, Max: 3}, {Name: "fast", Cores: 4, Price: 3, Max: 2}},
		Models: []fleet.Model{
			{Name: "one", Variants: []fleet.VariantID{0}, Target: time.Second, Percentile: 99, QueueLimit: -1},
			{Name: "two", Variants: []fleet.VariantID{1}, Target: time.Second, Percentile: 99, QueueLimit: -1},
		},
		Variants: []fleet.Variant{{Name: "one"}, {Name: "two", Model: 1}},
		Deployments: []fleet.Deployment{
			{Name: "one@cheap", Need: fleet.Resources{Cores: 2}, Latency: latency(10), MaxBatch: 1, Slots: 1, Capacity: 10},
			{Name: "one@fast", Type: 1, Need: fleet.Resources{Cores: 3}, Latency: latency(50), MaxBatch: 1, Slots: 1, Capacity: 50},
			{Name: "two@cheap", Variant: 1, Model: 1, Need: fleet.Resources{Cores: 2}, Latency: latency(10), MaxBatch: 1, Slots: 1, Capacity: 10},
		},
	}
}
