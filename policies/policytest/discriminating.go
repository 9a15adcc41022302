package policytest

import (
	"fmt"
	"strings"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
)

// Discriminating returns a case on which different policies decide differently. On small machines
// capacity is a little more expensive. On large machines replicas are so small that one does not
// fill a gap. On GPU machines capacity is cheapest, but only if both places of the GPU are used.
func Discriminating() *Case {
	const gib = 1 << 30
	c := &fleet.Spec{
		Kinds: []string{"cpu", "gpu"},
		Types: []fleet.MachineType{
			{Name: "small", Cores: 4, Memory: 8 * gib, Price: 0.3, Max: 20},
			{Name: "large", Cores: 16, Memory: 32 * gib, Price: 0.4, Max: 8},
			{Name: "gpu", Cores: 8, Memory: 32 * gib, GPU: 1, GPUs: 1, GPUMemory: 24 * gib, Price: 1.2, Max: 4},
		},
	}
	capacity := [][]float64{{15, 10, 80}, {15, 15, 80}}
	for m, name := range []string{"vision", "text"} {
		c.Models = append(c.Models, fleet.Model{Name: name, Variants: []fleet.VariantID{fleet.VariantID(m)}, Target: time.Second, Percentile: 99, QueueLimit: -1})
		c.Variants = append(c.Variants, fleet.Variant{Name: name, Model: fleet.ModelID(m), Accuracy: 80})
		for t, need := range []fleet.Resources{
			{Cores: 2 + 2*m, Memory: 2 * gib},
			{Cores: 4 + 4*m, Memory: 4 * gib},
			{Cores: 1, Memory: 4 * gib, GPUShare: 500, GPUMemory: 8 * gib},
		} {
			// Planned capacity is 70 % of what a replica can do.
			latency, err := profile.Table([]profile.Point{{Size: 1, Latency: kernel.Seconds(0.7 / capacity[m][t])}})
			if err != nil {
				panic(err) // never: the point is valid
			}
			d := fleet.Deployment{
				Name: name + "@" + c.Types[t].Name, Variant: fleet.VariantID(m), Model: fleet.ModelID(m), Type: fleet.TypeID(t),
				Need: need, Latency: latency, MaxBatch: 1, Slots: 1, Capacity: capacity[m][t],
			}
			if need.GPUShare > 0 {
				d.Kind = 1
			}
			c.Deployments = append(c.Deployments, d)
		}
	}
	return &Case{Name: "discriminating", Spec: c, Rates: [][]float64{{100, 100}, {40, 280}, {20, 60}, {20, 60}}}
}

// Swinging returns the fleet of Discriminating, on machines that take time to boot. The load rises
// fivefold for four minutes and falls to almost nothing. At the end one model has no load at all.
func Swinging() *Case {
	s := Discriminating()
	s.Name, s.Rates = "swinging", nil
	for t := range s.Spec.Types {
		s.Spec.Types[t].Boot = 50 * time.Second
	}
	for _, stretch := range []struct {
		periods      int
		vision, text float64
	}{{3, 20, 60}, {12, 100, 300}, {36, 5, 30}, {6, 0, 30}, {3, 40, 30}} {
		for range stretch.periods {
			s.Rates = append(s.Rates, []float64{stretch.vision, stretch.text})
		}
	}
	return s
}

// FirstPlan is the fleet that an allocator orders first.
type FirstPlan struct {
	Replicas []int // per deployment
	Machines []int // per type
	Cost     float64
	sim.Plan
}

// Decide asks an allocator for the first fleet of a case.
func Decide(s *Case, a sim.Allocator) (FirstPlan, error) {
	w := sim.Expectation(s.Spec, s.Rates[0], Period)
	plan, err := a.Allocate(sim.ViewOf(fleet.New(s.Spec), 0).WithWindow(w, Period))
	d := FirstPlan{Replicas: make([]int, len(s.Spec.Deployments)), Machines: make([]int, len(s.Spec.Types)), Plan: plan}
	for _, t := range plan.Boot {
		d.Machines[t]++
		d.Cost += s.Spec.Types[t].Price
	}
	for _, l := range plan.Load {
		d.Replicas[l.Deployment]++
	}
	return d, err
}

// Meets reports whether the planned capacity covers the load of the first period.
func (d *FirstPlan) Meets(s *Case) bool {
	for m, rate := range s.Rates[0] {
		if d.Capacity[m] < rate {
			return false
		}
	}
	return true
}

// Row writes a decision on one line: price per hour, machines and replicas.
func (d *FirstPlan) Row(s *Case) string {
	var parts []string
	for t, n := range d.Machines {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, s.Spec.Types[t].Name))
		}
	}
	row := fmt.Sprintf("%.2f $/h  %-24s", d.Cost, strings.Join(parts, ", "))
	for i, n := range d.Replicas {
		if n > 0 {
			row += fmt.Sprintf("  %d×%s", n, s.Spec.Deployments[i].Name)
		}
	}
	return row
}
