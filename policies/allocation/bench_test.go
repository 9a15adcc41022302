package allocation_test

import (
	"fmt"
	"testing"
	"time"

	"wavetank/policies/allocation"
	"wavetank/policies/allocation/control"
	"wavetank/policies/optimize"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
)

// linear is a batch latency of 10 ms plus 2 ms for each request, up to 4 requests.
func linear() profile.Batch { return must(profile.Linear(10*time.Millisecond, 2*time.Millisecond, 4)) }

// broad is a specification of many models, each with a deployment on every one of five machine
// types.
func broad(models int) (*fleet.Spec, []float64) {
	c := &fleet.Spec{Kinds: []string{"cpu", "gpu"}}
	for t := range 5 {
		kind := fleet.MachineType{Name: fmt.Sprint(t), Cores: 4 << t, Memory: 16 << t, Price: 0.17 * float64(int(1)<<t), Max: 60}
		if t > 2 {
			kind.GPU, kind.GPUs, kind.GPUMemory, kind.Price = 1, 1, 24, kind.Price+0.6
		}
		c.Types = append(c.Types, kind)
	}
	rates := make([]float64, models)
	for m := range models {
		c.Models = append(c.Models, fleet.Model{Name: fmt.Sprint(m), Target: time.Second, Percentile: 99, QueueLimit: -1})
		c.Variants = append(c.Variants, fleet.Variant{Model: fleet.ModelID(m), Accuracy: 80})
		rates[m] = float64(30 + 47*m%190)
		for t := range c.Types {
			d := fleet.Deployment{
				Variant: fleet.VariantID(m), Model: fleet.ModelID(m), Type: fleet.TypeID(t), Latency: linear(), MaxBatch: 4, Slots: 1,
				Need: fleet.Resources{Cores: 2 + m%3, Memory: int64(4 + m%5)}, Capacity: float64(7 + (3*m+5*t)%11),
			}
			if t > 2 {
				d.Kind, d.Need.GPUShare, d.Need.GPUMemory, d.Capacity = 1, 500, 8, 6*d.Capacity
			}
			c.Deployments = append(c.Deployments, d)
		}
	}
	return c, rates
}

// BenchmarkAllocate times one decision for an empty fleet, including the placement.
func BenchmarkAllocate(b *testing.B) {
	for _, models := range []int{2, 10} {
		c, rates := broad(models)
		v := sim.ViewOf(fleet.New(c), kernel.Time(time.Minute)).WithWindow(sim.Expectation(c, rates, time.Minute), time.Minute)
		adjust := cheapest(must(control.NewAutoAdjust(share(control.DefaultAlpha))))
		adjust.Label = "auto-adjust"
		list := []*allocation.Stages{adjust}
		for _, s := range []optimize.Solver{optimize.GreedyCover{}, optimize.DP{}, optimize.LP{}} {
			list = append(list, solved(s))
		}
		for _, a := range list {
			a.Capacity = allocation.Planned{Spec: c}
			b.Run(fmt.Sprintf("%s/%d-models", a, models), func(b *testing.B) {
				for b.Loop() {
					if _, err := a.Allocate(v); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
