// Package policytest is the conformance suite of the levers: what every router, batcher and
// allocator must do, whatever its rule, on small fleets that are easy to get wrong.
package policytest

import (
	"fmt"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
)

// Case is a catalogue with the load of a run on it.
type Case struct {
	Name   string
	Spec   *fleet.Spec
	Rates  [][]float64 // per control period and model, requests per second
	Beyond bool        // the limits do not allow the load to be carried
}

// Period is the control period of every case.
const Period = 20 * time.Second

// Duration returns the length of a run on the case.
func (s *Case) Duration() time.Duration { return time.Duration(len(s.Rates)) * Period }

// Offered returns the load, as a clairvoyant policy may know it.
func (s *Case) Offered() ([][]float64, error) { return s.Rates, nil }

// Cases returns the cases that every allocator is tested on. Each call makes them anew.
func Cases() []*Case {
	steady := func(rates ...float64) [][]float64 { return [][]float64{rates, rates, rates, rates, rates, rates} }
	none := Mixed()
	for t := range none.Types {
		none.Types[t].Max = 0
	}
	tight := Mixed()
	tight.Types[small].Max, tight.Types[large].Max, tight.Types[gpu].Max = 1, 0, 1
	orphan := Mixed()
	orphan.Models = append(orphan.Models, fleet.Model{Name: "orphan", Target: time.Second, Percentile: 99, QueueLimit: 10})
	single := Mixed()
	single.Types[small].Max, single.Types[large].Max, single.Types[gpu].Max = 0, 0, 1
	return []*Case{
		{Name: "mixed", Spec: Mixed(), Rates: steady(60, 25)},
		{Name: "one model idle", Spec: Mixed(), Rates: steady(60, 0)},
		{Name: "all models idle", Spec: Mixed(), Rates: steady(0, 0)},
		{Name: "no machine", Spec: none, Rates: steady(20, 5), Beyond: true},
		{Name: "beyond the limits", Spec: tight, Rates: steady(300, 200), Beyond: true},
		{Name: "one machine, then the other model", Spec: single, Rates: [][]float64{{200, 0}, {200, 0}, {0, 200}, {0, 200}, {200, 200}, {0, 0}}},
		{Name: "a model without deployments", Spec: orphan, Rates: steady(30, 10, 5), Beyond: true},
		{Name: "slices and whole GPUs", Spec: Cut(), Rates: [][]float64{{300, 60}, {900, 60}, {300, 400}, {20, 400}, {900, 700}, {20, 20}, {20, 20}}},
		{Name: "up and down", Spec: Mixed(), Rates: [][]float64{{5, 5}, {150, 5}, {150, 90}, {0, 90}, {10, 0}, {10, 10}}},
	}
}

// Indices of the machine types of Mixed.
const (
	small fleet.TypeID = iota
	large
	gpu
)

// Mixed returns a catalogue of two models on two kinds of CPU machine and one of GPU machine. A GPU
// holds several replicas, and a machine several kinds of them.
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
			panic(err) // the arguments below are right
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

// arrivals is the load of a case as a stream: even distances within each control period.
type arrivals struct {
	of   *Case
	next []kernel.Time // per model; Never at the end
}

func newArrivals(s *Case) *arrivals {
	a := &arrivals{of: s, next: make([]kernel.Time, len(s.Spec.Models))}
	for m := range a.next {
		a.next[m] = a.after(m, 0)
	}
	return a
}

// after returns the first arrival of a model after an instant.
func (a *arrivals) after(m int, at kernel.Time) kernel.Time {
	for period := int(at / kernel.Time(Period)); period < len(a.of.Rates); period++ {
		start := kernel.Time(period) * kernel.Time(Period)
		rate := a.of.Rates[period][m]
		if rate == 0 {
			continue
		}
		gap := kernel.Time(kernel.Seconds(1 / rate))
		if next := start + ((max(at, start)-start)/gap+1)*gap; next < start+kernel.Time(Period) {
			return next
		}
	}
	return kernel.Never
}

// Next implements sim.Arrivals.
func (a *arrivals) Next(r *fleet.Request) bool {
	model := 0
	for m, at := range a.next {
		if at < a.next[model] {
			model = m
		}
	}
	at := a.next[model]
	if at == kernel.Never {
		return false
	}
	*r = fleet.Request{Model: fleet.ModelID(model), Arrival: at, Work: 1}
	a.next[model] = a.after(model, at)
	return true
}

// Err implements sim.Arrivals.
func (a *arrivals) Err() error { return nil }
